// What was said before: messages in their order, pages of history, searches, and going on after a
// lost connection. Each room's `RoomTimeline` decides what is shown; this carries it out.
// Invariant: a room's messages are shown through its timeline, and hence once.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore

/// How far a search that was started with the program has come.
struct SearchProgress: Sendable {
    /// `before` of the next page.
    var before: Int64?
    var hits = 0
}

extension ChatSession {
    /// Begins the labels of requests for pages; the room follows.
    static let pageLabel = "catch-up"
    static let searchLabel = "search"

    /// The rooms to be in on the next connection; none for the server's choice.
    private var helloRooms: [RoomName] {
        // Conversations are the server's to go on with.
        let names = rooms.map(\.name).filter { !$0.isConversation }
        return options.past.errand == .talk && !names.isEmpty ? names : options.rooms
    }

    /// The same, with the server's choice.
    private var askedRooms: [RoomName] { helloRooms.isEmpty ? [.lobby] : helloRooms }

    /// The first words on a connection: the session that goes on, and what was seen of each room.
    /// Rooms that would make the line too long are left out; they are caught up with by pages.
    mutating func hello() -> [UInt8] {
        let resume = handover.resumePlace == handover.place ? self.resume : nil
        var hello = ClientHello(
            nick: nick, rooms: helloRooms.map(\.text), profile: options.profile, resume: resume,
            replay: options.past.replay,
            ticket: visit.hasPlace || handover.place != nil ? visit.ticket : nil,
            operatorToken: options.access?.token())
        if resume != nil {
            hello.seen = helloRooms.compactMap { room in
                timelines[room]?.seen.map { ClientHello.SeenRoom(room: room, seq: $0) }
            }
        }
        var line = ClientRequest.hello(hello).line
        while line.count > Limits.maxLineBytes, !hello.seen.isEmpty {
            hello.seen.removeLast((hello.seen.count + 3) / 4)
            line = ClientRequest.hello(hello).line
        }
        resumedRooms = Dictionary(hello.seen.map { ($0.room, $0.seq) }) { $1 }
        refusedPlaces = 0
        return line
    }

    /// One is in: asks for what the program was started to show, and goes on with what was being
    /// fetched when the connection was lost.
    mutating func beginPast(_ now: Now) -> [ClientAction] {
        switch options.past.errand {
        case .search(let text): return [searchRequest(text)]
        case .talk, .export:
            if options.past.start != .present {
                for room in askedRooms where timelines[room] == nil {
                    timelines[room] = makeTimeline(options.past.start)
                }
            }
            return fetch(askedRooms, now)
        }
    }

    /// Whether nothing is outstanding that was to be shown. A search ends by itself.
    var isPastShown: Bool {
        if case .search = options.past.errand { return false }
        return timelines.values.allSatisfy(\.isSettled)
    }

    private func makeTimeline(_ start: RoomTimeline.Start) -> RoomTimeline {
        let wantsAll = options.interface.isScript || options.past.since != nil
        return RoomTimeline(
            start: start, gaps: wantsAll ? .fill : .report,
            ending: options.past.errand == .talk ? .open : .present)
    }

    /// Asks for the pages that are due in these rooms; an export shows one room after another.
    private mutating func fetch(_ rooms: [RoomName], _ now: Now) -> [ClientAction] {
        var actions: [ClientAction] = []
        for room in rooms {
            guard let timeline = timelines[room], timeline.isBehind else { continue }
            if !timeline.isFetching, let action = timelines[room]?.begin() {
                actions += carryOut(action, room, now)
            }
            if options.past.errand == .export { break }
        }
        return actions
    }
}

// MARK: - Messages and pages

extension ChatSession {
    mutating func messageReceived(_ message: ChatMessage, _ now: Now) -> [ClientAction] {
        guard let room = knownRoom(message.room) else {
            return options.past.errand == .talk ? shown(message, .live, now) : []
        }
        let actions = timelines[room]?.received(message) ?? []
        return actions.flatMap { carryOut($0, room, now) }
    }

    mutating func gapReceived(
        _ room: String, _ range: ClosedRange<Int64>, _ now: Now
    ) -> [ClientAction] {
        guard let room = knownRoom(room) else { return [] }
        let actions = timelines[room]?.skipped(range) ?? []
        return actions.flatMap { carryOut($0, room, now) }
    }

    /// One has come into `room`, whose newest message has the number `newest`.
    mutating func entered(_ room: RoomName, newest: Int64, _ now: Now) -> [ClientAction] {
        if timelines[room] == nil {
            guard timelines.count < Limits.maxRoomsPerClient else { return [] }
            timelines[room] = makeTimeline(.present)
        }
        let seen = resumedRooms.removeValue(forKey: room)
        if let seen, seen > newest { refusedPlaces += 1 }
        let actions = timelines[room]?.entered(newest: newest, isResumed: seen != nil) ?? []
        return actions.flatMap { carryOut($0, room, now) }
    }

    mutating func historyReceived(_ page: MessagePage, _ now: Now) -> [ClientAction] {
        let room = knownRoom(page.room)
        if let room, page.re == ChatSession.pageLabel + room.text {
            let isBeyond = page.messages.last.map { message in
                options.past.until?.isPassed(by: message) ?? false
            }
            let actions = timelines[room]?.paged(
                page.messages, complete: page.isComplete || isBeyond ?? false)
            return (actions ?? []).flatMap { carryOut($0, room, now) } + pageTaken(now)
        }
        if let room, page.isReplay {
            let isEchoed = isEchoed(.history(page))
            let actions = timelines[room]?.replayed(page.messages) ?? []
            if isEchoed { for action in actions { remember(action, room) } }
            return isEchoed ? [] : actions.flatMap { carryOut($0, room, now) }
        }
        // Asked for by the user.
        if options.interface == .json { return [] }
        if page.messages.isEmpty { return show(.lines(["\(page.room): nothing so far"]), now) }
        return page.messages.flatMap { show(.recalled($0), now) }
    }

    /// A refusal of what this client asked for by itself; nil when it is of something else.
    mutating func pastRefused(
        _ code: String, _ message: String, _ re: String, _ now: Now
    ) -> [ClientAction]? {
        let isErrand = options.past.errand != .talk
        let trouble = show(.trouble(message.isEmpty ? code : message, hint: nil), now)
        if isErrand, re == ChatSession.searchLabel {
            noteRefusal(code)
            return trouble + leave(nil)
        }
        guard re.hasPrefix(ChatSession.pageLabel),
            let room = knownRoom(String(re.dropFirst(ChatSession.pageLabel.count)))
        else { return nil }
        let actions = timelines[room]?.failed() ?? []
        let told = actions.flatMap { carryOut($0, room, now) } + pageTaken(now)
        // There is nothing so far behind the place that was asked for.
        if code == "bad_reference" { return told }
        if isErrand { noteRefusal(code) }
        return trouble + told
    }

    /// After a page: the next room's, or the end of what the program was started for.
    private mutating func pageTaken(_ now: Now) -> [ClientAction] {
        let fetching = options.past.errand == .export ? fetch(askedRooms, now) : []
        return fetching + finishIfDone(now)
    }

    private func knownRoom(_ name: String?) -> RoomName? {
        guard let name, let room = try? RoomName(name), timelines[room] != nil else { return nil }
        return room
    }

    private mutating func carryOut(
        _ action: RoomTimeline.Action, _ room: RoomName, _ now: Now
    ) -> [ClientAction] {
        remember(action, room)
        switch action {
        case .fetch(let start, let limit):
            let label = ChatSession.pageLabel + room.text
            let request = ClientRequest.history(
                room: room.text, from: start, limit: limit, label: label)
            return [.send(request.line)]
        case .show(let message, let source):
            guard options.past.includes(message) else { return [] }
            return shown(message, source, now)
        case .gap(let range):
            return show(.gap(room: room.text, range), now)
        case .missed(let count):
            guard !options.interface.isScript else { return [] }
            let what = count == 1 ? "a message" : "\(count) messages"
            return show(.status("\(what) in \(room.text) while you were away"), now)
        case .rewound(let seq, let lost):
            return show(.rewound(room: room.text, to: seq, lost: lost), now)
        }
    }

    /// Another server's operator may have to be told of it.
    private mutating func remember(_ action: RoomTimeline.Action, _ room: RoomName) {
        guard case .show(let message, _) = action, room.isConversation, !isOperator else { return }
        memory.keep(message)
    }

    private mutating func shown(
        _ message: ChatMessage, _ source: RoomTimeline.Source, _ now: Now
    ) -> [ClientAction] {
        let isOwn = isSelf(message.from) && !options.interface.isScript
        switch source {
        case .live:
            // The server says some things in one's name, and acks none of them.
            let hasAck = pending.messages > 0 || display.hasAck(of: message.id)
            return show(.message(message, isOwn && hasAck ? .unconfirmed : .none), now)
        case .fetched: return show(.message(message, isOwn ? .confirmed : .none), now)
        case .recalled: return show(.recalled(message), now)
        }
    }
}

// MARK: - Searches and JSON

extension ChatSession {
    private func searchRequest(_ text: String) -> ClientAction {
        var wish = ClientSearch(
            text, before: search.before, limit: Limits.maxSearchPage,
            label: ChatSession.searchLabel)
        if case .time(let since) = options.past.since { wish.since = since }
        if case .time(let until) = options.past.until { wish.until = until }
        return .send(ClientRequest.search(wish).line)
    }

    mutating func found(
        _ text: String, _ messages: [ChatMessage], _ next: Int64?, _ re: String?, _ now: Now
    ) -> [ClientAction] {
        guard case .search(let wanted) = options.past.errand else {
            return options.interface == .json ? [] : foundForPeople(text, messages, next, now)
        }
        guard re == ChatSession.searchLabel else { return [] }
        let hits = messages.filter { options.past.includes($0) }
        search.hits += hits.count
        let actions = hits.flatMap { show(.message($0, .none), now) }
        // Pages go back in time: one that does not is the last.
        if let next, next < search.before ?? .max {
            search.before = next
            return actions + [searchRequest(wanted)]
        }
        if search.hits == 0 { refusal = max(refusal, 1) }
        return actions + leave(nil)
    }

    /// Newest last, next to the prompt.
    private mutating func foundForPeople(
        _ text: String, _ messages: [ChatMessage], _ next: Int64?, _ now: Now
    ) -> [ClientAction] {
        if messages.isEmpty { return show(.lines(["nothing was found: \(text)"]), now) }
        let more = next == nil ? [] : show(.status("there are more; the newest:"), now)
        return more
            + messages.reversed().flatMap { message in
                var shown = message
                shown.text = message.snippet ?? message.text
                return show(.recalled(shown), now)
            }
    }

    /// Whether `--json` passes the line on as it came: what a timeline shows comes from there, and
    /// what this client asked for by itself is nobody else's.
    func isEchoed(_ event: ChatEvent) -> Bool {
        guard options.interface == .json, options.past.errand == .talk else { return false }
        switch event {
        case .ping, .message, .gap: return false
        case .history(let page) where page.isReplay:
            return knownRoom(page.room).flatMap { timelines[$0]?.expectsReplay } ?? true
        case .history(let page): return !(page.re?.hasPrefix(ChatSession.pageLabel) ?? false)
        case .error(_, _, let re):
            return re != ConversationMemory.label
                && !(re?.hasPrefix(ChatSession.pageLabel) ?? false)
        case .done(let re): return re != ConversationMemory.label
        default: return true
        }
    }
}
