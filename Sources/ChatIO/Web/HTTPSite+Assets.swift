// The web page and its parts, which are in the program itself (CAssets/Files). Every file of the folder
// has a row here: a test holds the two against each other.
// SPDX-License-Identifier: GPL-3.0-or-later
import CAssets
import ChatCore

extension HTTPSite {
    /// A file and where it is served.
    struct File {
        let name: String
        let paths: [String]
        let type: StaticString
        let bytes: [UInt8]

        init(_ name: String, at paths: String..., type: StaticString) {
            self.name = name
            self.paths = paths + ["/" + name]
            self.type = type
            let file = cassets_file(name)
            bytes = Array(UnsafeBufferPointer(start: file.bytes, count: file.size))
        }
    }

    private static let html: StaticString = "text/html; charset=utf-8"
    private static let css: StaticString = "text/css; charset=utf-8"
    private static let script: StaticString = "text/javascript; charset=utf-8"

    static var files: [File] {
        [
            File("index.html", at: "/", type: html),
            File("operator.html", at: "/operator", type: html),
            File("chat.css", type: css),
            File("more.css", type: css),
            File("operator.css", type: css),
            File("charts.js", type: script),
            File("chat.js", type: script),
            File("desk.js", type: script),
            File("more.js", type: script),
            File("operator.js", type: script),
            File("panels.js", type: script),
            File("session.js", type: script),
            File("view.js", type: script),
            File("wire.js", type: script),
            File("chat.svg", at: "/favicon.ico", type: "image/svg+xml"),
        ]
    }

    /// Those that only a relay serves.
    static var relayFiles: [File] {
        [
            File("table.html", at: "/table", type: html),
            File("table.css", type: css),
            File("table.js", type: script),
        ]
    }

    /// The site that is in the program, of a server or of a relay.
    package static func shipped(isRelay: Bool = false) -> HTTPSite {
        var site = HTTPSite()
        for file in isRelay ? files + relayFiles : files {
            let isCode = [".js", ".css"].contains { file.name.hasSuffix($0) }
            let bytes = isCode ? slim(file.bytes) : file.bytes
            // Half of the digest tells any two versions of a file apart.
            let tag = WebSocketHandshake.sha1(bytes).prefix(10)
                .map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
            let asset = HTTPAsset(contentType: file.type, bytes: bytes, tag: tag)
            for path in file.paths { site[path] = asset }
        }
        return site
    }

    /// A script or style sheet as it is sent: without its indentation and the lines that are comments,
    /// but for that of the licence. Each line keeps its number; no text in the files goes over lines.
    package static func slim(_ bytes: [UInt8]) -> [UInt8] {
        var slim: [UInt8] = []
        slim.reserveCapacity(bytes.count)
        for line in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            let words = line.drop { $0 == UInt8(ascii: " ") }
            let isComment = words.starts(with: "//".utf8) && !words.starts(with: "// SPDX".utf8)
            if !isComment { slim += words }
            slim.append(UInt8(ascii: "\n"))
        }
        slim.removeLast()
        return slim
    }
}
