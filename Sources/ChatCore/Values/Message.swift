// What is said, and by whom: immutable values that the hub makes once and everyone shares.
// SPDX-License-Identifier: GPL-3.0-or-later

/// How a message was meant.
package enum MessageKind: UInt8, Sendable {
    /// Ordinary speech.
    case text
    /// `/me`: something done, not said (CTCP ACTION on IRC).
    case action
    /// IRC's NOTICE: must never be answered automatically.
    case notice
    /// IRCv3 TAGMSG: tags without text; only clients that negotiated tags see it, and it is
    /// neither numbered nor kept.
    case tags
    /// A CTCP question but ACTION (`VERSION`, `PING 1`), without its marks: only IRC clients see it,
    /// and it is neither numbered nor kept.
    case ctcp
    /// The answer to one: IRC's NOTICE.
    case ctcpReply

    /// Whether it is said to everyone, numbered and kept.
    package var isKept: Bool {
        switch self {
        case .text, .action, .notice: true
        case .tags, .ctcp, .ctcpReply: false
        }
    }
}

/// Who someone is, as others see it. A new value is made when a nick or user name changes.
package final class Person: Sendable {
    package let nick: Nickname
    /// IRC's user name; `~` and the protocol for everyone else.
    package let user: String
    /// Says which protocol the person came by; addresses are never shown.
    package let host: String
    package let realName: String

    package init(nick: Nickname, user: String, host: String, realName: String) {
        self.nick = nick
        self.user = user
        self.host = host
        self.realName = realName
    }

    package func renamed(_ nick: Nickname) -> Person {
        Person(nick: nick, user: user, host: host, realName: realName)
    }
}

/// A person's card (system B): what the server prints as one block.
package struct Profile: Hashable, Sendable {
    package var name: String
    package var studentID: String
    package var github: String

    package init(name: String = "", studentID: String = "", github: String = "") {
        self.name = name
        self.studentID = studentID
        self.github = github
    }

    package var isEmpty: Bool { name.isEmpty && studentID.isEmpty && github.isEmpty }
}

/// A message as it was accepted: numbered and timed.
package final class Message: Sendable {
    package let id: MessageID
    /// The room, or nil for a private message.
    package let room: RoomName?
    /// Counts up by one per room, from 1; 0 for private messages.
    package let seq: UInt64
    package let from: Person
    /// The addressee of a private message.
    package let to: Nickname?
    package let kind: MessageKind
    /// At most `Limits.maxMessageBytes` of UTF-8. May contain newlines.
    package let text: String
    package let at: Timestamp
    /// IRCv3 client-only tags (`+typing`), as received; empty for most.
    package let clientTags: String

    package init(
        id: MessageID, room: RoomName?, seq: UInt64, from: Person, to: Nickname? = nil,
        kind: MessageKind, text: String, at: Timestamp, clientTags: String = ""
    ) {
        self.id = id
        self.room = room
        self.seq = seq
        self.from = from
        self.to = to
        self.kind = kind
        self.text = text
        self.at = at
        self.clientTags = clientTags
    }

    /// Whether its place is all that is left of it: nothing without a text is accepted.
    package var isErased: Bool { text.isEmpty && kind.isKept }
}

extension Message {
    /// What is left when its author was forgotten: its place and its time.
    package func erased() -> Message {
        Message(
            id: id, room: room, seq: seq, from: .erased, to: to, kind: .text, text: "", at: at)
    }
}

extension Person {
    /// Whoever was forgotten.
    package static let erased = Person(
        nick: Nickname(known: "erased"), user: "erased", host: "erased", realName: "")
}

/// Why someone is no longer in a room or on the server.
package enum LeaveReason: Hashable, Sendable {
    /// Asked to leave, with an optional word of good-bye.
    case left(String)
    /// Ended the connection politely, with an optional word of good-bye.
    case quit(String)
    /// The connection broke or was closed without a word.
    case disconnected
    /// The server ended it; the code of its `bye`.
    case closed(ByeCode)

    /// One short phrase for people.
    package var text: String {
        switch self {
        case .left(let word), .quit(let word): word
        case .disconnected: "connection closed"
        case .closed(let code): code.rawValue.split(separator: "_").joined(separator: " ")
        }
    }

    /// The word programs see in JSON's `left.reason`.
    package var code: String {
        switch self {
        case .left: "left"
        case .quit: "quit"
        case .disconnected: "disconnected"
        case .closed(let code): code.rawValue
        }
    }
}

/// Why the server ends a connection: `bye {code}`.
package enum ByeCode: String, Sendable, CaseIterable {
    case quit
    case shutdown
    case slowConsumer = "slow_consumer"
    case idleTimeout = "idle_timeout"
    case handshakeTimeout = "handshake_timeout"
    case tooManyAttempts = "too_many_attempts"
    case lineTooLong = "line_too_long"
    case badData = "bad_data"
    case unsupported = "unsupported_protocol"
    case full = "server_full"
    case replaced
    /// It waited as long as waiting is allowed.
    case waitExpired = "wait_expired"
    case queueFull = "queue_full"
    case noServer = "no_server"
    /// The conversation is over.
    case ended

    /// Whether trying again later can help.
    package var retry: Bool {
        switch self {
        case .shutdown, .slowConsumer, .idleTimeout, .full, .waitExpired, .queueFull, .noServer:
            true
        default: false
        }
    }

    /// One sentence for people.
    package var reason: String {
        switch self {
        case .quit: "good-bye"
        case .shutdown: "the server is shutting down"
        case .slowConsumer: "you are not reading fast enough"
        case .idleTimeout: "you were silent for too long"
        case .handshakeTimeout: "no handshake within \(Limits.handshake.components.seconds) seconds"
        case .tooManyAttempts: "too many refused nicks"
        case .lineTooLong: "a line is longer than \(Limits.maxLineBytes) bytes"
        case .badData: "the input is not text"
        case .unsupported: "this protocol is not supported here"
        case .full: "the server has no room for more connections"
        case .waitExpired: "your wait expired before anyone was free"
        case .queueFull: "the queue is full"
        case .noServer: "no server is available"
        case .ended: "the conversation is over"
        case .replaced: "this session continues on another connection"
        }
    }
}

/// The last thing a client is told.
package struct Bye: Hashable, Sendable {
    package let code: ByeCode
    package let reason: String
    package var retry: Bool { code.retry }

    package init(_ code: ByeCode, reason: String? = nil) {
        self.code = code
        self.reason = reason ?? code.reason
    }
}
