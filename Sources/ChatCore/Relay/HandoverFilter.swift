// The first words of a server to a client that a relay has brought: what the client has heard from the
// relay already is dropped. Nothing is passed on before it is known that the server takes the client.
// SPDX-License-Identifier: GPL-3.0-or-later

/// Reads a server's first bytes.
package struct HandoverFilter: Sendable {
    /// What they come to.
    package enum Verdict: Equatable {
        /// More are needed.
        case undecided
        /// These are for the client; what follows them is as well, unread.
        case passed([UInt8])
        /// These are for the client; what follows is still to be read.
        case some([UInt8])
        /// The other end speaks something else, or does not want the client.
        case refused
    }

    private enum Rule { case nothing, responseHead, registration, connection }

    private let rule: Rule
    /// So many packets of the server are still answers that the client has had.
    private var answersDue: Int
    private var held: [UInt8] = []

    /// - Parameter answers: how many packets the relay has answered a Socket.IO client's handshake with:
    ///   the server, which reads the same, answers with as many.
    package init(_ dialect: RelayDialect, answers: Int = 0) {
        answersDue = answers
        rule =
            switch dialect {
            case .plain, .json: .nothing
            case .irc: .registration
            case .webSocket: .responseHead
            case .socketIO: .connection
            }
    }

    /// Takes what the server has sent.
    package mutating func take(_ bytes: UnsafeRawBufferPointer) -> Verdict {
        guard rule != .nothing else { return .passed(Array(bytes)) }
        held.append(contentsOf: bytes)
        let verdict =
            switch rule {
            case .responseHead: afterHead()
            case .connection: afterConnection()
            case .registration, .nothing: afterRegistration()
            }
        return held.count <= Limits.maxHandshakeBytes ? verdict : .refused
    }

    /// The client has had its 101 (RFC 6455 §4.2.2). A server without room answers that too: it takes the
    /// client when something follows.
    private mutating func afterHead() -> Verdict {
        let status = Array("HTTP/1.1 101 ".utf8)
        guard held.starts(with: status.prefix(held.count)) else { return .refused }
        guard let end = held.endOfHead, end < held.count else { return .undecided }
        defer { held = [] }
        return .passed(Array(held[end...]))
    }

    /// The client has negotiated its capabilities, and lives on from the first numeric.
    private mutating func afterRegistration() -> Verdict {
        var passed: [UInt8] = []
        while let newline = held.firstIndex(of: 0x0A) {
            let line = held[...newline]
            let command = HandoverFilter.command(of: line)
            if command == "001" {
                passed.append(contentsOf: held)
                held = []
                return .passed(passed)
            }
            if command != "CAP", command != "NOTICE", command != "PONG" {
                passed.append(contentsOf: line)
            }
            held.removeSubrange(...newline)
        }
        return passed.isEmpty ? .undecided : .some(passed)
    }

    /// The client is connected, and has had the answers to all it has said until it was (Socket.IO
    /// protocol revision 5). A server without room says no more than those.
    private mutating func afterConnection() -> Verdict {
        while answersDue > 0 {
            guard let end = held.firstIndex(of: EngineIOPacket.separator) else { return .undecided }
            // The server does not let it in.
            if held.starts(with: "44{".utf8) { return .refused }
            held.removeSubrange(...end)
            answersDue -= 1
        }
        guard !held.isEmpty else { return .undecided }
        defer { held = [] }
        return .passed(held)
    }

    /// The second word of a line that has a source, or its first.
    private static func command(of line: ArraySlice<UInt8>) -> String {
        var words = line.split(whereSeparator: { $0 <= 0x20 })[...]
        if words.first?.first == UInt8(ascii: "@") { words = words.dropFirst() }
        if words.first?.first == UInt8(ascii: ":") { words = words.dropFirst() }
        return words.first.map { String(decoding: $0, as: UTF8.self) } ?? ""
    }
}

extension [UInt8] {
    /// The index behind the empty line that ends a message's head.
    fileprivate var endOfHead: Int? {
        guard count >= 4 else { return nil }
        for index in 3..<count
        where self[index] == 0x0A && self[index - 1] == 0x0D && self[index - 2] == 0x0A
            && self[index - 3] == 0x0D
        {
            return index + 1
        }
        return nil
    }
}
