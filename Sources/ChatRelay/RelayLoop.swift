// The relay's one thread: a libuv loop with its clients, tunnels and control links around the
// `FrontDoor`. Callbacks tell the front door what has happened; what it wants done is carried out in
// order before the loop waits again. Other threads reach it through `post`.
// SPDX-License-Identifier: GPL-3.0-or-later
import CLibuv
import ChatCore
import ChatIO
import ChatJournal
import Glibc

/// The loop and what lives on it.
final class RelayLoop {
    let configuration: RelayConfiguration
    let logger: Logger
    let info: ServerInfo
    let id: RelayID
    let journal: Journal
    let endpoints: [Endpoint]
    let startedAt: Timestamp

    let uv: UnsafeMutablePointer<uv_loop_t>
    private let wakeHandle: UnsafeMutablePointer<uv_async_t>
    private let prepareHandle: UnsafeMutablePointer<uv_prepare_t>
    private let timerHandle: UnsafeMutablePointer<uv_timer_t>
    /// Where libuv reads to; what arrives is used or copied before the next read.
    let readBuffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 16)

    var door: FrontDoor
    var clients: [ClientID: RelayClient] = [:]
    var links: [RelayLink] = []
    /// Where the servers are that can be connected to.
    var addresses: [HostID: SocketAddress] = [:]
    /// The clients that come by Socket.IO.
    var pipes = EngineIODirectory<EngineIOPipe>(loop: 0)
    /// What is done at a time of its own.
    private var appointments: [UInt64: (RelayLoop) -> Void] = [:]
    let left: LeftMessages
    var figures: DeskFigures
    var counts = LoopCounts()
    private(set) var isStopping = false
    private var listeners: [Listener] = []
    private var signals: [UnsafeMutablePointer<uv_signal_t>] = []
    private var deadlines = DeadlineQueue()
    private var timerDue = Instant.distantFuture
    private var nextSerial: UInt64 = 0
    private var actions: [FrontDoorAction] = []
    /// Short writes of this turn, and whose they are.
    private var gathered = ByteBuffer()
    private var gatherers: [(stream: RelayStream, count: Int)] = []
    private static let maxGathered = 64 << 10
    /// What has become of visits in this turn.
    private var records: [JournalRecord] = []
    private var chores: [() -> Void] = []
    let inbox: RelayInbox
    private var clock = SystemClock.now()
    private var isClockOld = false

    /// Both clocks, read once after each wait.
    var now: Now {
        if isClockOld {
            clock = SystemClock.now()
            isClockOld = false
        }
        return clock
    }

    init(_ start: RelayStart) {
        configuration = start.configuration
        logger = start.logger
        id = start.id
        journal = start.journal
        endpoints = start.endpoints
        startedAt = start.startedAt
        info = start.info
        figures = start.journal.opening.figures
        inbox = start.inbox
        left = LeftMessages(start.journal)
        door = FrontDoor(
            start.configuration.policy, lastVisit: start.journal.opening.lastVisit, now: clock)
        uv = .allocate(capacity: 1)
        wakeHandle = .allocate(capacity: 1)
        prepareHandle = .allocate(capacity: 1)
        timerHandle = .allocate(capacity: 1)
        uv_loop_init(uv)
        for visit in start.journal.opening.openVisits {
            door.restore(
                visit.visit, ticketKey: visit.ticket.key, isAttended: visit.isAttended, now: now)
        }
    }

    deinit {
        uv.deallocate()
        wakeHandle.deallocate()
        prepareHandle.deallocate()
        timerHandle.deallocate()
        readBuffer.deallocate()
    }

    /// Relays until a signal or `stop` ends it.
    func run(_ sockets: [ListeningSocket], signals: [Int32]) {
        let this = Unmanaged.passUnretained(self).toOpaque()
        uv_async_init(uv, wakeHandle) { _ in }
        uv_prepare_init(uv, prepareHandle)
        uv_timer_init(uv, timerHandle)
        prepareHandle.pointee.data = this
        timerHandle.pointee.data = this
        uv_prepare_start(prepareHandle) { handle in
            if let handle { RelayLoop.of(handle.pointee.data)?.finishTurn() }
        }
        inbox.open(wakeHandle)
        watch(signals)
        listeners = sockets.map { socket in
            Listener(socket, on: uv, logger: logger) { [unowned self] in accept($0) }
        }
        for server in configuration.servers { link(to: server) }
        uv_run(uv, UV_RUN_DEFAULT)
        uv_loop_close(uv)
    }

    static func of(_ data: UnsafeMutableRawPointer?) -> RelayLoop? {
        data.map { Unmanaged<RelayLoop>.fromOpaque($0).takeUnretainedValue() }
    }

    // MARK: - Turns

    /// Does it when the callback that is running is over.
    func later(_ chore: @escaping () -> Void) { chores.append(chore) }

    /// Tells the front door something, and sees to what it wants done.
    func tellDoor(_ body: (inout FrontDoor, Now, inout [FrontDoorAction]) -> Void) {
        body(&door, now, &actions)
    }

    /// Runs before libuv waits: nothing is left undone while the loop sleeps.
    private func finishTurn() {
        isClockOld = true
        let began = now.instant
        repeat {
            for task in inbox.take() { task(self) }
            wakeDue()
            let due = chores
            chores = []
            for chore in due { chore() }
            let wanted = actions
            actions = []
            for action in wanted { carryOut(action) }
            if !records.isEmpty {
                _ = journal.append(records)
                records.removeAll(keepingCapacity: true)
            }
            sendGathered()
        } while !actions.isEmpty || !chores.isEmpty
        let spent = SystemClock.instant() - began
        if spent > .microseconds(20) { counts.turns.add(spent) }
        counts.open = clients.count
        armTimer()
        isClockOld = true
    }

    /// Sends it at the end of the turn. Whom each of them wakes then finds more than one message.
    func gather(_ bytes: UnsafeRawBufferPointer, for stream: RelayStream) {
        gathered.write(bytes)
        gatherers.append((stream, bytes.count))
        if gathered.readableBytes > RelayLoop.maxGathered { sendGathered() }
    }

    func sendGathered() {
        guard !gatherers.isEmpty else { return }
        let due = gatherers
        gatherers.removeAll(keepingCapacity: true)
        gathered.withReadable { bytes in
            var start = 0
            for (stream, count) in due {
                let end = min(start + count, bytes.count)
                stream.send(UnsafeRawBufferPointer(rebasing: bytes[start..<end]))
                start = end
            }
        }
        gathered.clear()
    }

    private func carryOut(_ action: FrontDoorAction) {
        switch action {
        case .record(let record):
            figures.add(record)
            records.append(JournalRecord(.visit(record)))
        case .tell(let client, let status, let ticket):
            clients[client]?.tell(.queued(status, ticket: ticket))
        case .connect(let client, let assignment):
            guard let client = clients[client] else { return }
            if configuration.redirects, client.canRedirect,
                let endpoint = endpoint(of: assignment.server)
            {
                return client.redirect(assignment, to: endpoint)
            }
            guard let address = addresses[assignment.server] else {
                return tellDoor { $0.refused(client.id, now: $1, actions: &$2) }
            }
            client.connect(assignment, to: address)
        case .detach(let client, let name, let reason, let canMove):
            clients[client]?.detach(from: name, reason, canMove: canMove)
        case .freed(let client): clients[client]?.freed()
        case .end(let client, let code): clients[client]?.end(code)
        }
    }

    // MARK: - Deadlines

    /// Calls `deadlineReached` of whatever has that key.
    func schedule(_ key: UInt64, due: Instant) { deadlines.insert(key, due: due) }

    /// Does it when that time has passed.
    func after(_ time: Duration, _ body: @escaping (RelayLoop) -> Void) {
        let key = nextKey()
        appointments[key] = body
        schedule(key, due: now.instant + time)
    }

    private func wakeDue() {
        while let entry = deadlines.popDue(now: now.instant) {
            if let client = clients[ClientID(raw: entry.key)] {
                client.deadlineReached(entry.due)
            } else if let appointment = appointments.removeValue(forKey: entry.key) {
                appointment(self)
            } else {
                links.first { $0.key == entry.key }?.deadlineReached(entry.due)
            }
        }
        if door.nextDeadline <= now.instant {
            tellDoor { $0.deadlineReached(now: $1, actions: &$2) }
        }
        let calendar = LocalCalendar.system
        if !figures.day.contains(now.wall) {
            figures.turn(day: calendar.day(of: now.wall), month: calendar.month(of: now.wall))
        }
    }

    private func armTimer() {
        guard !isStopping else { return }
        let due = min(deadlines.next ?? .distantFuture, door.nextDeadline)
        guard due != timerDue else { return }
        timerDue = due
        guard due != .distantFuture else {
            uv_timer_stop(timerHandle)
            return
        }
        // libuv's clock was read before this turn's work; its timers count from there.
        uv_update_time(uv)
        let wait = max(0, (due - now.instant).wholeMilliseconds) + 1
        uv_timer_start(
            timerHandle,
            { handle in
                if let handle { RelayLoop.of(handle.pointee.data)?.timerDue = .distantFuture }
            }, UInt64(wait), 0)
    }

    // MARK: - Connections

    /// A number for whatever wants to be woken.
    func nextKey() -> UInt64 {
        nextSerial += 1
        return nextSerial
    }

    private func accept(_ descriptor: Int32) {
        guard !isStopping, let stream = RelayStream.adopt(descriptor, on: self) else { return }
        counts.accepted += 1
        let client = RelayClient(ClientID(raw: nextKey()), stream, on: self)
        clients[client.id] = client
        client.begin()
    }

    func forget(_ client: RelayClient) {
        clients[client.id] = nil
        if isStopping, clients.isEmpty { finish(after: .zero) }
    }

    // MARK: - Stopping

    private func watch(_ numbers: [Int32]) {
        for number in numbers {
            let handle = UnsafeMutablePointer<uv_signal_t>.allocate(capacity: 1)
            uv_signal_init(uv, handle)
            handle.pointee.data = Unmanaged.passUnretained(self).toOpaque()
            uv_signal_start(
                handle,
                { handle, number in
                    guard let loop = RelayLoop.of(handle?.pointee.data) else { return }
                    if loop.isStopping { _exit(128 + number) }
                    loop.logger.info("stopping", ["signal": .number(Int(number))])
                    loop.stop()
                }, number)
            signals.append(handle)
        }
    }

    /// Says good-bye to everyone. Who waits may come back with its ticket; who is served goes on
    /// until it has heard what its server still says, and no longer than a moment.
    func stop() {
        guard !isStopping else { return }
        isStopping = true
        for listener in listeners { listener.close() }
        listeners = []
        for client in clients.values where client.isSession { client.dismiss() }
        for client in clients.values where !client.isSession { client.dismiss() }
        for link in links { link.close() }
        links = []
        finish(after: clients.isEmpty ? .zero : RelayLoop.stopGrace)
    }

    private func finish(after time: Duration) {
        uv_timer_start(
            timerHandle,
            { handle in RelayLoop.of(handle?.pointee.data)?.finish() },
            UInt64(time.wholeMilliseconds), 0)
    }

    /// How long last words may take.
    private static let stopGrace = Duration.milliseconds(500)

    private func finish() {
        for client in clients.values { client.close() }
        inbox.close()
        var handles: [UnsafeMutableRawPointer] = [
            UnsafeMutableRawPointer(wakeHandle), UnsafeMutableRawPointer(prepareHandle),
            UnsafeMutableRawPointer(timerHandle),
        ]
        for handle in handles {
            uv_close(handle.assumingMemoryBound(to: uv_handle_t.self), nil)
        }
        handles = signals.map { UnsafeMutableRawPointer($0) }
        for handle in handles {
            uv_close(handle.assumingMemoryBound(to: uv_handle_t.self)) { $0?.deallocate() }
        }
        signals = []
    }
}

/// How other threads reach the loop.
final class RelayInbox: Sendable {
    private struct Contents {
        var tasks: [@Sendable (RelayLoop) -> Void] = []
        /// Set while the loop runs; libuv allows this handle alone to be used by other threads.
        var wake: UnsafeMutablePointer<uv_async_t>?
    }

    private let contents = Locked(Contents())

    func open(_ handle: UnsafeMutablePointer<uv_async_t>) {
        contents.withLock { $0.wake = handle }
    }

    func close() { contents.withLock { $0.wake = nil } }

    /// Has it done on the loop's thread; never done when the loop has ended.
    func post(_ task: @escaping @Sendable (RelayLoop) -> Void) {
        contents.withLock {
            $0.tasks.append(task)
            if let handle = $0.wake { uv_async_send(handle) }
        }
    }

    func take() -> [@Sendable (RelayLoop) -> Void] {
        contents.withLock { contents in
            defer { contents.tasks = [] }
            return contents.tasks
        }
    }
}

extension TokenHash {
    /// The hash as a name to look up.
    var key: String { String(high, radix: 16) + "-" + String(low, radix: 16) }
}

extension RelayTicket {
    /// A ticket as its text says.
    init(shown text: String) { self.init(text: text, key: TokenHash(text).key) }
}
