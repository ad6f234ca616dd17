// A page and what it names, fetched by hand: every byte of the answers counts.
// SPDX-License-Identifier: GPL-3.0-or-later
import Glibc

/// A page as a browser fetches it for the first time.
enum WebPage {
    /// The bytes of all answers, heads included: the page, and each file that it names.
    static func firstLoad(from port: UInt16) throws -> Int {
        let page = try get("/", from: port)
        var bytes = page.count
        for path in files(namedBy: String(decoding: page, as: UTF8.self)) {
            bytes += try get(path, from: port).count
        }
        return bytes
    }

    /// The paths on the same server in `src` and `href`, each once.
    static func files(namedBy page: String) -> [String] {
        var files: [String] = []
        // Between quotes: what stands behind `src=` or `href=` is a path.
        let parts = page.split(separator: "\"", omittingEmptySubsequences: false)
        for (before, text) in zip(parts, parts.dropFirst())
        where before.hasSuffix("src=") || before.hasSuffix("href=") {
            let path = String(text)
            if path.hasPrefix("/"), !files.contains(path) { files.append(path) }
        }
        return files
    }

    /// The whole answer, head and body, of a server that closes behind it.
    static func get(_ path: String, from port: UInt16) throws -> [UInt8] {
        guard let descriptor = connectToLoopback(port) else {
            throw BenchError(errno: "cannot connect")
        }
        defer { close(descriptor) }
        let request =
            "GET \(path) HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept-Encoding: gzip, deflate\r\n"
            + "Connection: close\r\n\r\n"
        guard send(descriptor, request, request.utf8.count, Int32(MSG_NOSIGNAL)) > 0 else {
            throw BenchError(errno: "cannot ask for \(path)")
        }
        var answer: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = recv(descriptor, &chunk, chunk.count, 0)
            guard count > 0 else { break }
            answer += chunk[..<count]
        }
        guard answer.starts(with: "HTTP/1.1 200".utf8) else {
            throw BenchError("GET \(path) was not answered with 200")
        }
        return answer
    }
}
