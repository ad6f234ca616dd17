// The client's side of a conversation as a state machine, sans I/O: events in, actions out. The
// driver (`JoinSession`) owns socket, terminal, clock and entropy.
// Invariant: `active`, when there is one, is in `rooms`; what was typed is in `pending` until the
// server has settled it.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore

/// How the program is being used.
package enum Interface: Hashable, Sendable {
    /// A person at a terminal.
    case interactive
    /// Lines through pipes.
    case plain
    /// JSON lines through pipes.
    case json

    package var isScript: Bool { self != .interactive }
}

/// How the program ends.
package struct JoinOutcome: Hashable, Sendable {
    /// The exit code (sysexits).
    package var code: Int32
    /// Stands after `[connection closed]` for people.
    package var reason: String
    /// For standard error, after `chatkit: `; nil for nothing.
    package var complaint: String?
    package var hint: String?

    package init(code: Int32, reason: String, complaint: String? = nil, hint: String? = nil) {
        self.code = code
        self.reason = reason
        self.complaint = complaint
        self.hint = hint
    }
}

/// What the driver is to do.
package enum ClientAction: Hashable, Sendable {
    /// Send this line.
    case send([UInt8])
    case show(Display)
    /// Pass on the line that was received, as it came (`--json`).
    case echo
    /// The prompt's words have changed.
    case prompt
    /// Call the user's attention.
    case bell
    /// Put this into the line being edited; where there is none, take it as typed.
    case edit(String)
    /// The connection is of no more use; what follows says what to do next.
    case disconnect
    /// The same, and the next connection goes there.
    case redirect(Endpoint)
    /// Connect again after this long.
    case retry(after: Duration)
    /// What was said `bye` to may still talk; end the connection when it has.
    case finish
    case end(JoinOutcome)
}

/// A room one is in.
package struct ClientRoom: Hashable, Sendable {
    package let name: RoomName
    /// Present people, folded nick → nick as written. Only for completion, hence bounded.
    package var members: [FoldedName: String] = [:]

    static let maxMembersKnown = 10_000

    mutating func add(_ nick: String) {
        // A nick that a nick cannot be is a terminal's enemy, not a completion.
        guard members.count < ClientRoom.maxMembersKnown, let nick = try? Nickname(nick)
        else { return }
        members[nick.folded] = nick.text
    }
}

/// The state of one `chatkit join`.
package struct ChatSession: Sendable {
    /// Where the conversation stands.
    package enum Phase: Hashable, Sendable {
        /// No connection: connecting, or waiting to. Becomes `.greeting` or `.ended`.
        case offline
        /// `hello` was sent. Becomes `.online`, `.offline` or `.ended`.
        case greeting
        /// In. Becomes `.offline`, `.leaving` or `.ended`.
        case online
        /// `bye` was sent; waits for the server to close. Becomes `.ended`.
        case leaving
        case ended
    }

    /// What is known from the start.
    package struct Options: Sendable {
        package var nick: String?
        /// Whether the user insists on the nick, rather than having it by default.
        package var isNickGiven: Bool
        package var rooms: [RoomName]
        package var profile: Profile
        package var interface: Interface
        /// What of the past is to be shown, and whether to stay after that.
        package var past: PastWish
        package var reconnects: Bool
        /// Tries in a row before giving up; nil: never give up.
        package var maxAttempts: Int?
        /// The server's address, for messages.
        package var server: String
        /// Makes this session's nonces differ from all others.
        package var nonceSeed: UInt64
        /// For an operator of a desk.
        package var access: OperatorAccess?

        package init(
            nick: String?, isNickGiven: Bool, rooms: [RoomName], profile: Profile,
            interface: Interface, past: PastWish = PastWish(), reconnects: Bool,
            maxAttempts: Int?, server: String, nonceSeed: UInt64,
            access: OperatorAccess? = nil
        ) {
            self.nick = nick
            self.isNickGiven = isNickGiven
            self.rooms = rooms
            self.profile = profile
            self.interface = interface
            self.past = past
            self.reconnects = reconnects
            self.maxAttempts = maxAttempts
            self.server = server
            self.nonceSeed = nonceSeed
            self.access = access
        }
    }

    package let options: Options
    package internal(set) var phase = Phase.offline
    /// What one is called; before the welcome, what one asks to be called.
    package internal(set) var nick: String?
    package internal(set) var rooms: [ClientRoom] = []
    package internal(set) var active: RoomName?
    package internal(set) var pending = PendingMessages()
    /// The worst that was refused or not found, as an exit code for scripts; 0 for nothing.
    package internal(set) var refusal: Int32 = 0
    /// How far one has come with a server that takes in one after another.
    package internal(set) var visit = VisitProgress()
    /// What an operator knows; nil for everybody else.
    package internal(set) var desk: DeskSide?

    /// What the server calls itself.
    var serverName = ""
    /// What was said in one's conversation, also at servers before this one.
    var memory = ConversationMemory()
    /// How a relay has handed one on.
    var handover = Handover()
    var policy: ReconnectPolicy
    package var wasOnline = false
    var hasEnteredRoom = false
    var nickTries = 0
    /// Shown on the next connection to where it is from, it makes that one go on with this session.
    var resume: String?
    /// What was seen of each room, from the moment on in which it is to be read.
    var timelines: [RoomName: RoomTimeline] = [:]
    /// The rooms of which the present connection is sent what came after a number.
    var resumedRooms: [RoomName: Int64] = [:]
    /// Rooms whose `seen` the server is going to refuse, since it has begun anew.
    var refusedPlaces = 0
    var search = SearchProgress()
    /// The room that was asked for last: it becomes the active one when entered.
    var wanted: RoomName?
    var inputHasEnded = false
    /// When input had ended and nothing was pending, listen until then.
    var lingerUntil: Instant?
    var linger: Duration
    /// What to say on leaving.
    var lastWord: String?
    var display = DisplayQueue()
    var heardAt = Instant(nanoseconds: 0)
    var pingSentAt: Instant?
    /// Set by `/ping`: the answer is to be told.
    var pingAskedAt: Instant?
    private var nonces: UInt64 = 0

    package init(_ options: Options, linger: Duration = .zero) {
        self.options = options
        self.linger = linger
        nick = options.nick
        policy = ReconnectPolicy(maxAttempts: options.maxAttempts)
        desk = options.access.map { DeskSide(canned: $0.canned) }
    }

    /// `#lobby alice> `; at a desk, whom one is talking with, or where one stands in the queue.
    package func prompt(at now: Instant) -> String {
        let words = promptWords(at: now)
        return isArrived ? "\(words)> " : "\(words) (offline)> "
    }

    private func promptWords(at now: Instant) -> String {
        if let talk = frontConversation {
            return "\(talk.nick) (\(ElapsedTime.text(now - talk.began)))"
        }
        if isAskedToRate { return "how was it? 1 to 5 stars, Enter for none" }
        if let words = visit.words(at: now) { return words }
        let name = nick ?? ""
        if visit.stage == .served, let host = visit.host { return "\(name) to \(host)" }
        if isOperator, active == nil { return desk?.report?.isPaused ?? false ? "paused" : name }
        return "\(active?.text ?? "(no room)") \(name)"
    }

    mutating func makeNonce() -> String {
        nonces &+= 1
        return String(options.nonceSeed, radix: 36) + "-" + String(nonces, radix: 36)
    }

    /// Where what is said goes: a room that one has just asked to join, so that what follows
    /// `/join` never lands in the room before it; until any was entered, the first asked for.
    var place: RoomName? {
        wanted ?? active ?? (hasEnteredRoom || isOperator ? nil : options.rooms.first ?? .lobby)
    }

    /// Whether the server is to choose where what is said goes: no room was asked for, and it has
    /// not told where one is. That may be a conversation.
    var isPlaceOpen: Bool {
        wanted == nil && active == nil && !isOperator && !visit.isOver
            && (visit.isWaiting || options.rooms.isEmpty && !hasEnteredRoom)
    }

    /// Whether input is wanted now: not before the first welcome, and not while too much waits.
    package var takesInput: Bool { wasOnline && pending.hasRoom }

    func index(of room: RoomName) -> Int? { rooms.firstIndex { $0.name == room } }

    func index(of room: String) -> Int? {
        guard let name = try? RoomName(room) else { return nil }
        return index(of: name)
    }

    func isSelf(_ other: String) -> Bool {
        nick.map { FoldedName($0) == FoldedName(other) } ?? false
    }
}

// MARK: - The connection

extension ChatSession {
    /// Silence after which the server is asked for a sign of life.
    package static let quiet = Duration.seconds(90)
    /// How long the answer may take.
    package static let patience = Duration.seconds(30)

    /// A connection stands.
    package mutating func connected(now: Now) -> [ClientAction] {
        guard phase == .offline else { return [] }
        phase = .greeting
        heardAt = now.instant
        pingSentAt = nil
        policy.connected(at: now.instant)
        return [.send(hello())]
    }

    /// No connection could be made.
    package mutating func connectFailed(
        _ why: String, hint: String?, now: Now, entropy: UInt64
    ) -> [ClientAction] {
        guard phase == .offline else { return [] }
        if wasOnline || handover.place != nil, options.reconnects {
            return lost("cannot connect: \(why)", now: now, entropy: entropy)
        }
        phase = .ended
        let complaint = "cannot connect: \(serverAddress): \(why)"
        return [.end(JoinOutcome(code: 69, reason: why, complaint: complaint, hint: hint))]
    }

    /// The connection has ended, for this reason.
    package mutating func connectionLost(
        _ why: String, now: Now, entropy: UInt64
    ) -> [ClientAction] {
        switch phase {
        case .leaving:
            phase = .ended
            return flushDisplay() + [.end(JoinOutcome(code: refusal, reason: "you left"))]
        case .offline, .ended: return []
        case .greeting, .online: return lost(why, now: now, entropy: entropy)
        }
    }

    /// Tries again, or gives up.
    mutating func lost(_ why: String, now: Now, entropy: UInt64) -> [ClientAction] {
        let wasIn = phase == .online
        let hadConnection = phase != .offline
        let shown = flushDisplay()
        phase = .offline
        if visit.isOver {
            phase = .ended
            let reason = "the conversation is over"
            return shown + [.disconnect, .end(JoinOutcome(code: refusal, reason: reason))]
        }
        pending.connectionLost()
        desk?.mustCheck = true
        for room in timelines.keys { timelines[room]?.connectionLost() }
        guard options.reconnects, wasOnline || wasIn || handover.place != nil,
            let delay = policy.failed(at: now.instant, entropy: entropy)
        else {
            phase = .ended
            let rest = pending.messages
            let unsent =
                rest == 0 ? nil : "\(rest) \(rest == 1 ? "message is" : "messages are") not sent"
            return shown + [
                .disconnect,
                .end(
                    JoinOutcome(
                        code: 69, reason: why,
                        complaint: "connection lost: \(serverAddress): \(why)", hint: unsent)),
            ]
        }
        // Whoever has sent one on knows where to go now.
        handover.place = nil
        let seconds = max(1, (delay.wholeMilliseconds + 999) / 1000)
        // A failed attempt says so itself.
        let what = hadConnection ? "connection lost: \(why)" : why
        var words = "\(what); trying again in \(seconds) s"
        if wasIn, pending.messages > 0 { words += "; \(pending.messages) to send again" }
        return shown + [.disconnect, .show(.status(words)), .prompt, .retry(after: delay)]
    }

    /// When `deadlineReached` is to be called, if nothing else happens before.
    package var nextDeadline: Instant? {
        var next = display.deadline
        func consider(_ instant: Instant?) {
            if let instant { next = min(next ?? instant, instant) }
        }
        consider(lingerUntil)
        switch phase {
        case .greeting: consider(greetingEnds)
        case .online:
            consider((pingSentAt.map { $0 + ChatSession.patience }) ?? heardAt + ChatSession.quiet)
        case .offline, .leaving, .ended: break
        }
        return next
    }

    /// When the server must have welcomed one, or told where one stands in the queue.
    private var greetingEnds: Instant {
        heardAt + (visit.isWaiting ? ChatSession.quiet : Limits.handshake)
    }

    /// Time has passed.
    package mutating func deadlineReached(now: Now, entropy: UInt64) -> [ClientAction] {
        var actions: [ClientAction] = []
        if let deadline = display.deadline, deadline <= now.instant { actions += flushDisplay() }
        if let until = lingerUntil, until <= now.instant {
            lingerUntil = nil
            return actions + leave(nil)
        }
        if phase == .greeting, greetingEnds <= now.instant {
            return actions + lost("no welcome from the server", now: now, entropy: entropy)
        }
        guard phase == .online else { return actions }
        if let asked = pingSentAt {
            if asked + ChatSession.patience <= now.instant {
                actions += lost("no sign of life from the server", now: now, entropy: entropy)
            }
        } else if heardAt + ChatSession.quiet <= now.instant {
            pingSentAt = now.instant
            actions.append(.send(ClientRequest.ping.line))
        }
        return actions
    }

    /// The user leaves, with a last word.
    package mutating func leave(_ word: String?) -> [ClientAction] {
        switch phase {
        case .online, .greeting:
            phase = .leaving
            return [.send(ClientRequest.bye(text: word).line), .finish]
        case .offline:
            phase = .ended
            return [.end(JoinOutcome(code: refusal, reason: "you left"))]
        case .leaving, .ended: return []
        }
    }

    mutating func flushDisplay() -> [ClientAction] { display.flush().map { .show($0) } }
}
