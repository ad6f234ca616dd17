// What was typed in earlier sessions: a file that only its owner can read, a line an entry.
// A newline inside an entry is written as \n and a backslash as \\. Without permission one goes on
// without a history. PRODUCT "Files".
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import Glibc

/// The history file.
package struct InputHistory {
    /// Most bytes that are read back; a longer file is cut to its end.
    package static let maxBytes = 256 << 10
    /// Most entries that are read back.
    package static let maxEntries = 1000

    private let descriptor: Int32
    /// The entries of earlier sessions, oldest first.
    package let entries: [String]

    /// `$XDG_STATE_HOME/chatkit/history`, by default below `~/.local/state`; nil without a home.
    package static func path(stateHome: String?, home: String?) -> String? {
        if let stateHome, stateHome.hasPrefix("/") { return stateHome + "/chatkit/history" }
        guard let home, !home.isEmpty else { return nil }
        return home + "/.local/state/chatkit/history"
    }

    /// Opens the file at `path`, made with its directories when there is none. The error is an
    /// errno value.
    package static func open(_ path: String) -> Result<InputHistory, HistoryError> {
        makeDirectories(of: path)
        let flags = O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW
        let descriptor = Glibc.open(path, flags, 0o600)
        guard descriptor >= 0 else { return .failure(HistoryError(code: errno)) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            Glibc.close(descriptor)
            return .failure(HistoryError(code: EINVAL))
        }
        // An older file may be open to others.
        fchmod(descriptor, 0o600)
        let start = max(0, Int(status.st_size) - maxBytes)
        let bytes = read(descriptor, from: start)
        var lines = bytes.split(separator: 0x0A)[...]
        if start > 0 {
            // The first line is a piece; the file becomes what was read.
            lines = lines.dropFirst()
            ftruncate(descriptor, 0)
            append(Array(lines.joined(separator: [0x0A])) + [0x0A], to: descriptor)
        }
        let entries = lines.suffix(maxEntries).map {
            unescaped(String(decoding: $0, as: UTF8.self))
        }
        return .success(InputHistory(descriptor: descriptor, entries: entries))
    }

    /// Adds an entry at the end of the file. A full disk loses the entry, no more.
    package func append(_ entry: String) {
        InputHistory.append(
            Array((InputHistory.escaped(entry) + "\n").utf8), to: descriptor)
    }

    /// Closes the file. To be called once.
    package func close() { _ = Glibc.close(descriptor) }

    private static func append(_ bytes: [UInt8], to descriptor: Int32) {
        // One write, so that two clients' entries do not mix.
        _ = write(descriptor, bytes, bytes.count)
    }

    private static func read(_ descriptor: Int32, from start: Int) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: maxBytes)
        var filled = 0
        while filled < maxBytes {
            let count = bytes[filled...].withUnsafeMutableBytes {
                pread(descriptor, $0.baseAddress, $0.count, off_t(start + filled))
            }
            guard count > 0 else { break }
            filled += count
        }
        return Array(bytes[..<filled])
    }

    private static func makeDirectories(of path: String) {
        var made = ""
        for part in path.split(separator: "/").dropLast() {
            made += "/" + part
            // One that exists, or cannot be made, shows when the file is opened.
            mkdir(made, 0o700)
        }
    }

    /// `entry` as one line.
    package static func escaped(_ entry: String) -> String {
        var out = ""
        for scalar in entry.unicodeScalars {
            switch scalar {
            case "\\": out += "\\\\"
            case "\n": out += "\\n"
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out
    }

    /// The entry that `escaped` made a line of.
    package static func unescaped(_ line: String) -> String {
        var out = ""
        var isEscaped = false
        for scalar in line.unicodeScalars {
            if isEscaped {
                out.unicodeScalars.append(scalar == "n" ? "\n" : scalar)
                isEscaped = false
            } else if scalar == "\\" {
                isEscaped = true
            } else {
                out.unicodeScalars.append(scalar)
            }
        }
        return out
    }
}

/// Why there is no history file.
package struct HistoryError: Error, Sendable {
    package let code: Int32
}
