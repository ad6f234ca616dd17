// The hub behind its lock. Requests of one loop turn go in together; what they cause is put into the
// loops' mailboxes while the lock is held, so that all loops see one order, and the other loops are
// woken after it is released. A request that needs something from the journal is kept until that is
// fetched (`HubDriver+Journal`); everything else passes it by.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import ChatIO
import ChatJournal

/// What became of a turn's requests.
struct Submission {
    /// Clients whose request waits for the journal: `LoopItem.resumed` says when it was carried out.
    var deferred: [ClientID] = []
    /// The journal has too much to do: whoever sends should be read later.
    var isJournalFull = false
}

/// The way from the loops to the hub and back.
package final class HubDriver: Sendable {
    /// A request that waits for something.
    struct Pending: Sendable {
        let entry: AddressedRequest
        let load: HubLoad
        /// The message that must be committed before it is worth asking.
        let number: UInt64
    }

    struct State {
        var hub: Hub
        var output: HubOutput
        /// The newest message that is committed.
        var committed: UInt64 = 0
        var failure: String?
        /// Requests that wait for a commit, by growing numbers.
        var waiting: [Pending] = []
        /// How many requests of a client are being prepared.
        var loading: [ClientID: Int] = [:]
        /// Clients that left while theirs were.
        var gone: Set<ClientID> = []
        /// Loops that have something new.
        var awake: UInt64 = 0
        /// Questions to be asked when the lock is released.
        var questions: [Pending] = []
        /// When the first loop wakes the hub; what it was told last.
        var alarm = Instant.distantFuture
    }

    let state: Locked<State>
    let mailboxes: [Mailbox]
    let journal: Journal?
    let passwords: PasswordVerifier?
    private let profiles: ProfilePrinter
    /// What each event loop has counted, as of its last turn.
    private let counts: [Locked<LoopCounts>]

    package init(
        hub: Hub, mailboxes: [Mailbox], profiles: ProfilePrinter, journal: Journal? = nil,
        passwords: PasswordVerifier? = nil
    ) {
        var state = State(hub: hub, output: HubOutput(loops: mailboxes.count))
        state.committed = journal?.opening.lastNumber ?? 0
        self.state = Locked(state)
        self.mailboxes = mailboxes
        self.profiles = profiles
        self.journal = journal
        self.passwords = passwords
        counts = mailboxes.map { _ in Locked(LoopCounts()) }
    }

    /// Applies a turn's requests of loop `origin`, in order.
    func submit(
        _ requests: [AddressedRequest], from origin: Int, now: Now
    ) -> Submission {
        var submission = Submission()
        let (arrived, awake, questions) = state.withLock { state in
            for entry in requests {
                if !prepare(entry, now, &state) { submission.deferred.append(entry.client) }
            }
            submission.isJournalFull = handOver(&state) == .full
            return state.takeResults()
        }
        wake(awake, except: origin)
        for question in questions { ask(question) }
        for (nick, profile) in arrived { profiles.print(nick, profile) }
        return submission
    }

    /// Carries a request out, or keeps it until what it needs is there; false when it was kept.
    func prepare(
        _ entry: AddressedRequest, _ now: Now, _ state: inout State
    ) -> Bool {
        let client = entry.client
        while let load = state.hub.needs(entry.request, from: client) {
            if case .settled(let number) = load {
                let mustWait = state.failure == nil || !entry.request.command.isQuit
                if number <= state.committed || !mustWait {
                    state.hub.absorb(.nothing, of: load, for: client)
                    continue
                }
            }
            state.loading[client, default: 0] += 1
            let number = state.hub.number(for: load)
            let pending = Pending(entry: entry, load: load, number: number)
            if number <= state.committed || state.failure != nil && !load.isSettled {
                state.questions.append(pending)
            } else {
                state.waiting.append(pending)
            }
            return false
        }
        if entry.request.command.isQuit, state.loading[client] != nil { state.gone.insert(client) }
        state.hub.apply(entry.request, from: client, now: now, output: &state.output)
        return true
    }

    /// Does what has become due in the hub; `LoopItem.alarm` said when. Called by the first loop.
    func deadlineReached(now: Now) {
        let awake = state.withLock { state in
            state.alarm = .distantFuture
            if let day = state.hub.countedDay, !day.contains(now.wall) {
                state.hub.turn(
                    day: LocalCalendar.system.day(of: now.wall),
                    month: LocalCalendar.system.month(of: now.wall))
            }
            state.hub.deadlineReached(now: now, output: &state.output)
            _ = handOver(&state)
            defer { state.awake = 0 }
            return state.awake
        }
        wake(awake, except: 0)
    }

    /// Puts what the hub said into the mailboxes and what is to be kept into the journal.
    func handOver(_ state: inout State) -> JournalCapacity {
        state.hub.settleLinks(output: &state.output)
        let due = state.hub.nextDeadline
        if due < state.alarm {
            state.alarm = due
            state.output.append(.alarm(due), loop: 0)
        }
        for loop in mailboxes.indices where !state.output.perLoop[loop].isEmpty {
            let isBurst = state.output.perLoop[loop].count > EventLoop.keptItems
            mailboxes[loop].put(state.output.perLoop[loop])
            state.output.perLoop[loop].removeAll(keepingCapacity: !isBurst)
            state.awake |= 1 << UInt64(loop & 63)
        }
        return keep(&state.output)
    }

    func wake(_ loops: UInt64, except origin: Int? = nil) {
        for loop in mailboxes.indices where loop != origin && loops & (1 << UInt64(loop)) != 0 {
            mailboxes[loop].wake()
        }
    }

    /// The server is about to end: the relays are told. Whether there are any.
    func drain() -> Bool {
        let (hasLinks, awake) = state.withLock { state in
            state.hub.drain(output: &state.output)
            _ = handOver(&state)
            defer { state.awake = 0 }
            return (state.hub.hasLinks, state.awake)
        }
        wake(awake)
        return hasLinks
    }

    /// Takes what an author said out of the recent messages; the journal erases the rest.
    func forget(_ author: Nickname) { state.withLock { $0.hub.forget(author) } }

    /// A loop's turn is over.
    func publish(_ loopCounts: LoopCounts, of loop: Int) {
        counts[loop].withLock { $0 = loopCounts }
    }

    /// What is known outside the hub.
    func report() -> ServerReport {
        var report = ServerReport()
        report.threads = ProcessFacts.threadNames()
        report.memoryBytes = ProcessFacts.residentBytes()
        report.loops = counts.map { $0.withLock { $0 } }
        report.journal = journal?.counts ?? JournalCounts()
        return report
    }

    /// The hub's counts.
    package var statistics: HubStatistics { state.withLock { $0.hub.currentStatistics } }
}

extension HubDriver.State {
    /// What is to be done when the lock is released.
    mutating func takeResults() -> (
        profiles: [(Nickname, Profile)], awake: UInt64, questions: [HubDriver.Pending]
    ) {
        let results = (output.profiles, awake, questions)
        if !output.profiles.isEmpty { output.profiles = [] }
        if !questions.isEmpty { questions = [] }
        awake = 0
        return results
    }
}

extension HubCommand {
    /// Whether it ends the client's presence.
    var isQuit: Bool { if case .quit = self { true } else { false } }

    /// Whether it is a message.
    var isPost: Bool { if case .post = self { true } else { false } }
}

extension HubLoad {
    /// Whether nothing is to be read for it.
    var isSettled: Bool { if case .settled = self { true } else { false } }
}
