// The hub and the journal: accepted messages are handed over in the order of their numbers, what is
// committed is acknowledged, and what a request needs is fetched and the request then carried out. The
// journal's and its reader's threads come in here; both hold the hub's lock only to take results in.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import ChatIO
import ChatJournal

extension HubDriver {
    /// How long a nonce is remembered.
    static let nonceLifetime = Duration.seconds(24 * 3600)
    /// Most nonces of one session that are read back.
    static let maxNonces = 1_000_000

    /// Hands accepted messages and changed topics over. The hub's lock is held: this is the order.
    func keep(_ output: inout HubOutput) -> JournalCapacity {
        guard let journal else {
            output.accepted = []
            output.topics = []
            output.visits = []
            return .accepted
        }
        guard !output.accepted.isEmpty || !output.topics.isEmpty || !output.visits.isEmpty else {
            return .accepted
        }
        var records = output.topics.map { JournalRecord(.topic($0.0, $0.1, at: $0.2)) }
        records += output.visits.map { JournalRecord(.visit($0)) }
        for entry in output.accepted {
            var nonce: JournalNonce?
            if let session = entry.session, let text = entry.nonce {
                nonce = JournalNonce(token: TokenHash(session), nonce: text)
            }
            let ticket = entry.nonce.map {
                JournalTicket(client: entry.client, tag: entry.tag, nonce: $0)
            }
            records.append(JournalRecord(.message(entry.message, nonce: nonce), ticket: ticket))
        }
        output.accepted.removeAll(keepingCapacity: true)
        output.topics.removeAll(keepingCapacity: true)
        output.visits.removeAll(keepingCapacity: true)
        return journal.append(records)
    }

    /// What the journal calls, on its own thread.
    package func journalEvents(_ logger: Logger) -> JournalEvents {
        JournalEvents(
            committed: { [self] records in committed(records) },
            stateChanged: { [self] state in stateChanged(state, logger) },
            warned: { logger.warning("journal", ["why": .text($0)]) })
    }

    private func committed(_ records: [JournalRecord]) {
        var acks: [[LoopItem]] = Array(repeating: [], count: mailboxes.count)
        var last: UInt64 = 0
        for record in records {
            guard case .message(let message, _) = record.content else { continue }
            last = max(last, message.id.number)
            guard let ticket = record.ticket, let nonce = ticket.nonce,
                acks.indices.contains(ticket.client.loop)
            else { continue }
            let ack = ClientEvent.ack(
                nonce: nonce, message.id, room: message.room, seq: message.seq)
            acks[ticket.client.loop].append(.direct(ticket.client, ack, ticket.tag))
        }
        let ready = state.withLock { state in
            state.committed = max(state.committed, last)
            return state.takeReady()
        }
        // What was sent again is older than what is committed just now, and is acked before it;
        // who waits to leave goes after its acks.
        for pending in ready where pending.entry.request.command.isPost { ask(pending) }
        for loop in acks.indices where !acks[loop].isEmpty {
            mailboxes[loop].put(acks[loop])
            mailboxes[loop].wake()
        }
        for pending in ready where !pending.entry.request.command.isPost { ask(pending) }
    }

    /// Says so to those whose messages are not safe, and lets go who only waits to leave.
    private func stateChanged(_ journalState: JournalState, _ logger: Logger) {
        let failure: String?
        switch journalState {
        case .healthy:
            failure = nil
            logger.info("journal works again")
        case .failing(let why):
            failure = why
            logger.error("journal cannot write", ["why": .text(why)])
        }
        let (ready, awake) = state.withLock { state in
            state.failure = failure
            state.hub.journalChanged(failure: failure, output: &state.output)
            _ = handOver(&state)
            let awake = state.awake
            state.awake = 0
            return (failure == nil ? [] : state.takeLeaving(), awake)
        }
        wake(awake)
        for pending in ready { ask(pending) }
    }

    // MARK: - Fetching

    /// Asks the journal for what a request needs; the answer comes on the reader's thread.
    func ask(_ pending: Pending) {
        if case .report = pending.load { return finish(pending, .report(report())) }
        guard let journal, !pending.load.isSettled else { return finish(pending, .nothing) }
        switch pending.load {
        case .recent(let room):
            var query = HistoryQuery(room: room)
            query.limit = Limits.recentMessagesPerRoom
            journal.reader.history(query) { [self] in finish(pending, $0.loaded) }
        case .history(let request):
            journal.reader.history(HistoryQuery(request)) { [self] in
                finish(pending, $0.loaded)
            }
        case .search(let request, let rooms):
            journal.search(SearchQuery(request, rooms: rooms)) { [self] result in
                switch result {
                case .success(let page):
                    finish(
                        pending,
                        .found(page.hits, next: page.next, isCurrent: page.isCurrent))
                case .failure(let error): finish(pending, .failed(error.reason))
                }
            }
        case .session(let token):
            askNonces(token) { [self] in finish(pending, $0.map(HubLoaded.session)) }
        case .nonce(let token, let nonce):
            journal.reader.accepted(
                JournalNonce(token: TokenHash(token), nonce: nonce), since: nonceHorizon
            ) { [self] result in finish(pending, result.map(HubLoaded.nonce)) }
        case .visit(let ticket):
            journal.reader.visit(ticket: TokenHash(ticket)) { [self] in
                finish(pending, $0.map(HubLoaded.visit))
            }
        case .password(let password, let address):
            guard let passwords else { return finish(pending, .failed("there is no password")) }
            passwords.verify(password, from: address) { [self] in finish(pending, .verdict($0)) }
        case .statistics(let wish):
            journal.statistics(StatisticsQuestion(wish, now: SystemClock.wall())) {
                [self] in finish(pending, $0)
            }
        case .settled, .report: break
        }
    }

    /// Nonces from before this are forgotten.
    private var nonceHorizon: Timestamp {
        let lifetime = HubDriver.nonceLifetime.wholeMilliseconds
        return Timestamp(milliseconds: SystemClock.wall().milliseconds - lifetime)
    }

    private func askNonces(
        _ token: String,
        _ completion: @escaping @Sendable (Result<[String: Accepted], DatabaseError>) -> Void
    ) {
        journal?.reader.nonces(
            of: TokenHash(token), since: nonceHorizon, limit: HubDriver.maxNonces
        ) { result in
            completion(
                result.map { nonces in
                    Dictionary(nonces.map { ($0.nonce, $0.accepted) }) { first, _ in first }
                })
        }
    }

    private func finish(_ pending: Pending, _ result: Result<HubLoaded, DatabaseError>) {
        switch result {
        case .success(let loaded): finish(pending, loaded)
        case .failure(let error): finish(pending, .failed(error.reason))
        }
    }

    /// Takes in what was fetched, and carries the request out if it needs nothing more.
    private func finish(_ pending: Pending, _ loaded: HubLoaded) {
        let client = pending.entry.client
        let (awake, questions) = state.withLock { state in
            let rest = (state.loading[client] ?? 1) - 1
            state.loading[client] = rest > 0 ? rest : nil
            if state.gone.contains(client) {
                if rest == 0 { state.gone.remove(client) }
                state.hub.forgetFetched(for: client)
                return state.takeWork()
            }
            state.hub.absorb(loaded, of: pending.load, for: client)
            if prepare(pending.entry, SystemClock.now(), &state) {
                state.output.resume(client)
                _ = handOver(&state)
            }
            return state.takeWork()
        }
        wake(awake)
        for question in questions { ask(question) }
    }
}

extension HubDriver.State {
    fileprivate mutating func takeWork() -> (UInt64, [HubDriver.Pending]) {
        defer {
            awake = 0
            questions = []
        }
        return (awake, questions)
    }

    /// Requests that waited for what is committed now.
    fileprivate mutating func takeReady() -> [HubDriver.Pending] {
        guard !waiting.isEmpty else { return [] }
        let ready = waiting.filter { $0.number <= committed }
        waiting.removeAll { $0.number <= committed }
        return ready
    }

    /// Those that only wait to leave, and those that can be answered from what is there.
    fileprivate mutating func takeLeaving() -> [HubDriver.Pending] {
        let leaving = waiting.filter { $0.entry.request.command.isQuit || !$0.load.isSettled }
        waiting.removeAll { $0.entry.request.command.isQuit || !$0.load.isSettled }
        return leaving
    }
}

extension Result where Success == HistoryPage, Failure == DatabaseError {
    /// The page as the hub takes it in.
    fileprivate var loaded: HubLoaded {
        switch self {
        case .success(let page): .messages(page.messages, complete: page.complete)
        case .failure(let error): .failed(error.reason)
        }
    }
}
