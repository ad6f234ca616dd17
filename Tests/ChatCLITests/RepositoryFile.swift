// Files of the repository that tests compare with: generated ones and snapshots.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatIO
import Testing

enum RepositoryFile {
    /// The repository's top: this file lies in Tests/ChatCLITests.
    static let root = #filePath.split(separator: "/", omittingEmptySubsequences: false)
        .dropLast(3).joined(separator: "/")

    static func text(_ path: String) throws -> String {
        let bytes = try Surroundings.live().readFile("\(root)/\(path)", 1 << 20)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Compares with a snapshot; `UPDATE_SNAPSHOTS=1 swift test` writes it anew instead.
    static func expectSnapshot(
        _ text: String, _ name: String, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let live = Surroundings.live()
        let path = "Tests/ChatCLITests/Snapshots/\(name)"
        if live.variables["UPDATE_SNAPSHOTS"] == "1" {
            try live.writeFile("\(root)/\(path)", text)
        }
        #expect(try RepositoryFile.text(path) == text, sourceLocation: sourceLocation)
    }
}
