// The transcripts under Tests/Transcripts, found from where this file was compiled.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import Glibc

/// One transcript.
package struct TranscriptFile: Sendable, CustomStringConvertible {
    /// `plain/rooms.txt`.
    package let description: String
    package let text: String

    /// The password of the operators where a transcript is played at a desk.
    package static let password = "secret"

    /// Whether it is to be played at a desk: `# with a desk`.
    package var isDesk: Bool { text.hasPrefix("# with a desk\n") }

    /// How many are served at the same time: `# with capacity 1`.
    package var capacity: Int? {
        let words = text.prefix { $0 != "\n" }.split(separator: " ")
        guard words.count == 4, words[..<3] == ["#", "with", "capacity"] else { return nil }
        return Int(words[3])
    }

    /// The same as a hub knows it.
    package var policy: HubPolicy {
        HubPolicy(
            isDurable: isDesk, capacity: capacity ?? (isDesk ? 1 : nil),
            admission: AdmissionPolicy(isDesk: isDesk))
    }

    /// All there are below `Tests/folder`, in the order of their names.
    package static func all(in folder: String) -> [(name: String, bytes: [UInt8])] {
        let here: String = #filePath
        let parts = here.split(separator: "/", omittingEmptySubsequences: false).dropLast(2)
        let root = parts.joined(separator: "/") + "/" + folder
        return files(below: root).map { (String($0.dropFirst(root.count + 1)), contents(of: $0)) }
            .sorted { $0.0 < $1.0 }
    }

    /// The transcripts of one protocol, or of all.
    package static func transcripts(_ folder: String = "") -> [TranscriptFile] {
        all(in: "Transcripts").filter { $0.name.hasPrefix(folder) }.map {
            TranscriptFile(
                description: $0.name, text: String(decoding: $0.bytes, as: UTF8.self))
        }
    }

    private static func files(below path: String) -> [String] {
        guard let directory = opendir(path) else { return [] }
        defer { closedir(directory) }
        var found: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name.hasPrefix(".") { continue }
            let full = path + "/" + name
            if entry.pointee.d_type == UInt8(DT_DIR) {
                found += files(below: full)
            } else {
                found.append(full)
            }
        }
        return found
    }

    /// The bytes of a file; none when it cannot be read.
    package static func contents(of path: String) -> [UInt8] {
        guard let file = fopen(path, "r") else { return [] }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = fread(&chunk, 1, chunk.count, file)
            guard count > 0 else { return bytes }
            bytes += chunk.prefix(count)
        }
    }
}
