// Which session a request belongs to, and on which event loop that lives.
// Invariant: only ids of its own loop are in a loop's directory; confined to the loop's thread.
// SPDX-License-Identifier: GPL-3.0-or-later

/// A session's secret name: who knows it can speak as its client.
package struct EngineIOSessionID: Hashable, Sendable {
    /// Two digits of base 36 for the loop, then a token.
    package let text: String
    /// The event loop that the session lives on.
    package let loop: Int

    /// The name of a session of `loop` (0 to 255); `token` is unguessable. nil when either is not
    /// what it must be.
    package init?(loop: Int, token: String) {
        guard (0...0xFF).contains(loop), Resume.isToken(token) else { return nil }
        let digits = String(loop, radix: 36)
        text = (digits.utf8.count < 2 ? "0" : "") + digits + token
        self.loop = loop
    }

    /// Reads a name that a client gives; nil when no server gave it out.
    package init?(_ text: String) {
        guard text.utf8.count <= 66, let loop = Int(text.prefix(2), radix: 36),
            let id = EngineIOSessionID(loop: loop, token: String(text.dropFirst(2))),
            id.text == text
        else { return nil }
        self = id
    }
}

/// The sessions of one event loop.
///
/// A session lives on one loop, with its client's rooms and its share of the fan-out, but the
/// requests of a polling client come over any connection, and a connection over any loop. So the
/// session's id says which loop that is, and no table is shared between threads:
///
/// - A loop opens sessions for itself: the first request's connection is on it already.
/// - A connection whose request is for a session `elsewhere` is given to that loop: its descriptor,
///   with the bytes that were read, goes into the other loop's mailbox as the listener's do. That is
///   between two requests, when nothing is owed on it. A browser's few connections move once.
/// - A loop that cannot give a connection away refuses the request with `unknownSession`, upon which
///   clients begin anew.
package struct EngineIODirectory<Session> {
    /// Where a session is.
    package enum Place {
        case here(Session)
        /// On another loop, if it still exists.
        case elsewhere(loop: Int)
        case unknown
    }

    private let loop: Int
    private let limit: Int
    private var sessions: [EngineIOSessionID: Session] = [:]

    package init(loop: Int, limit: Int = Limits.maxEngineIOSessions) {
        self.loop = loop
        self.limit = limit
    }

    /// How many there are.
    package var count: Int { sessions.count }

    /// Takes a new session in; false when it is not this loop's, or there are too many.
    package mutating func insert(_ session: Session, as id: EngineIOSessionID) -> Bool {
        guard id.loop == loop, sessions.count < limit, sessions[id] == nil else { return false }
        sessions[id] = session
        return true
    }

    /// Where the session of that name is.
    package func find(_ id: EngineIOSessionID) -> Place {
        guard id.loop == loop else { return .elsewhere(loop: id.loop) }
        return sessions[id].map { .here($0) } ?? .unknown
    }

    /// Forgets a session, once it says `isClosed`; nothing of it stays.
    package mutating func remove(_ id: EngineIOSessionID) { sessions[id] = nil }
}
