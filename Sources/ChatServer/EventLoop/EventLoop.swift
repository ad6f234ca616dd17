// One thread, one libuv loop, its connections. A turn: what was read becomes requests, the requests
// go to the hub together, what the hub says is carried out in its order, and each touched room is
// encoded once per format and written once per member. Confined to its thread; others reach it
// through its `Mailbox`.
// SPDX-License-Identifier: GPL-3.0-or-later
import CLibuv
import ChatCore
import ChatIO
import Glibc

/// What every loop of a server is told at its start.
package struct LoopSettings: Sendable {
    package var info: ServerInfo
    package var flood: FloodLimit
    package var idleTimeout: Duration?
    package var logger: Logger
    /// Whose PROXY headers and links are believed.
    package var trusted = TrustedPeers()

    package init(info: ServerInfo, flood: FloodLimit, idleTimeout: Duration?, logger: Logger) {
        self.info = info
        self.flood = flood
        self.idleTimeout = idleTimeout
        self.logger = logger
    }
}

/// One event loop.
final class EventLoop {
    /// How long a leaving client's last bytes may take.
    static let closeGrace = Duration.seconds(4)
    /// How long what a peer still sends is thrown away after our end was shut.
    static let lingerGrace = Duration.seconds(1)
    /// How long the words of a client whose connection broke are read on.
    static let brokenGrace = Duration.seconds(30)
    /// How long a connection may take to end when the server stops, its acks included.
    static let stopGrace = Duration.seconds(3)
    /// How long comings and goings in a crowd may wait for company.
    static let presenceDelay = Duration.milliseconds(50)

    /// How long senders are not read when the journal has too much to do.
    static let journalPause = Duration.milliseconds(20)
    /// Room for so many items is kept from turn to turn; a burst's is given back.
    static let keptItems = 1024

    let index: Int
    let settings: LoopSettings
    let mailbox: Mailbox
    let driver: HubDriver
    var logger: Logger { settings.logger }

    let uv: UnsafeMutablePointer<uv_loop_t>
    private let wakeHandle: UnsafeMutablePointer<uv_async_t>
    private let prepareHandle: UnsafeMutablePointer<uv_prepare_t>
    private let checkHandle: UnsafeMutablePointer<uv_check_t>
    private let timerHandle: UnsafeMutablePointer<uv_timer_t>

    var connections: [ClientID: Connection] = [:]
    /// Socket.IO clients, whatever carries them, and their sessions by name.
    var clients: [ClientID: EngineIOClient] = [:]
    var sessions: EngineIODirectory<EngineIOClient>
    var rooms: [RoomID: LoopRoom] = [:]
    private var deadlines = DeadlineQueue()
    private var timerDue = Instant.distantFuture
    private var nextSerial: UInt64 = 0

    /// Both clocks, read once a turn.
    private(set) var now = SystemClock.now()
    private(set) var turn: UInt64 = 1
    /// When the first bytes of this turn were read.
    var turnBegan: Instant?
    private var requests: [AddressedRequest] = []
    private var items: [LoopItem] = []
    /// Decoding happens here; lent to one connection at a time.
    var scratch = ByteBuffer(reservingCapacity: 64 << 10)
    /// Where libuv reads to; what arrives is copied out before the next read.
    let readBuffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 16)
    var touched: [LoopRoom] = []
    var dirty: [Connection] = []
    var dirtyClients: [EngineIOClient] = []
    /// Connections that decode nothing until this turn's requests are answered.
    var awaiting: [Connection] = []
    var awaitingClients: [EngineIOClient] = []
    let framer: BatchFramer
    var counts = LoopCounts()
    private var crowds: [LoopRoom] = []
    private var crowdsDue: Instant?
    /// When the hub wants to be woken: the first loop does that for all.
    var hubDue = Instant.distantFuture
    private(set) var isShuttingDown = false
    private var hasStopped = false

    init(index: Int, settings: LoopSettings, mailbox: Mailbox, driver: HubDriver) {
        self.index = index
        self.settings = settings
        self.mailbox = mailbox
        self.driver = driver
        sessions = EngineIODirectory(loop: index)
        framer = BatchFramer(compresses: settings.info.web?.sockets.deflate == .on)
        uv = .allocate(capacity: 1)
        wakeHandle = .allocate(capacity: 1)
        prepareHandle = .allocate(capacity: 1)
        checkHandle = .allocate(capacity: 1)
        timerHandle = .allocate(capacity: 1)
    }

    deinit {
        uv.deallocate()
        wakeHandle.deallocate()
        prepareHandle.deallocate()
        checkHandle.deallocate()
        timerHandle.deallocate()
        readBuffer.deallocate()
    }

    /// Runs until shut down and every connection is gone. `started` is called when the mailbox may
    /// be used.
    func run(started: () -> Void) {
        uv_loop_init(uv)
        // The loop outlives its handles' callbacks: they all run inside `uv_run` below.
        let this = Unmanaged.passUnretained(self).toOpaque()
        uv.pointee.data = this
        uv_async_init(uv, wakeHandle) { _ in }
        uv_prepare_init(uv, prepareHandle)
        uv_check_init(uv, checkHandle)
        uv_timer_init(uv, timerHandle)
        prepareHandle.pointee.data = this
        checkHandle.pointee.data = this
        timerHandle.pointee.data = this
        uv_prepare_start(prepareHandle) { handle in
            if let handle { EventLoop.of(handle.pointee.data)?.finishTurn() }
        }
        uv_check_start(checkHandle) { handle in
            if let handle { EventLoop.of(handle.pointee.data)?.finishTurn() }
        }
        mailbox.open(wakeHandle)
        started()
        uv_run(uv, UV_RUN_DEFAULT)
        uv_loop_close(uv)
    }

    static func of(_ data: UnsafeMutableRawPointer?) -> EventLoop? {
        data.map { Unmanaged<EventLoop>.fromOpaque($0).takeUnretainedValue() }
    }

    // MARK: - Turns

    /// Passes a request to the hub at the end of the turn.
    func submit(_ request: HubRequest, from connection: Connection) {
        connection.requestTurn = turn
        submit(request, from: connection.id)
    }

    /// The same for a client, whatever carries it.
    func submit(_ request: HubRequest, from client: ClientID) {
        requests.append(AddressedRequest(client: client, request: request))
    }

    /// Carries out everything that this turn has brought. Runs before and after libuv waits:
    /// nothing is left undone while the loop sleeps.
    private func finishTurn() {
        now = SystemClock.now()
        let began = turnBegan ?? now.instant
        var hasWorked = turnBegan != nil
        repeat {
            wakeDue()
            repeat {
                if !requests.isEmpty {
                    submitRequests()
                }
                let arrivals = mailbox.take(&items)
                for descriptor in arrivals.accepted { accept(descriptor) }
                for call in arrivals.calls { adopt(call) }
                for connection in arrivals.moved { adopt(connection) }
                for item in items { carryOut(item) }
                if !items.isEmpty || !arrivals.isEmpty { hasWorked = true }
                resumeAwaiting()
                if arrivals.mustStop, !isShuttingDown { beginShutdown() }
            } while !requests.isEmpty
            flushRooms()
            flushClients()
            flushConnections()
        } while !requests.isEmpty || !awaiting.isEmpty || !awaitingClients.isEmpty
        items.removeAll(keepingCapacity: items.capacity <= EventLoop.keptItems)
        turn += 1
        turnBegan = nil
        if hasWorked { counts.turns.add(SystemClock.instant() - began) }
        // Sessions also end by themselves.
        if hasWorked || counts.openSessions != clients.count {
            counts.open = connections.count
            counts.openSessions = clients.count
            driver.publish(counts, of: index)
        }
        armTimer()
        if isShuttingDown, connections.isEmpty { stop() }
    }

    private func submitRequests() {
        counts.requests += UInt64(requests.count)
        let submission = driver.submit(requests, from: index, now: now)
        for client in submission.deferred {
            if let connection = connections[client] {
                connection.isDeferred = true
            } else {
                clients[client]?.isDeferred = true
            }
        }
        if submission.isJournalFull {
            let later = now.instant + EventLoop.journalPause
            for request in requests {
                connections[request.client]?.pause(until: later)
                if !clients.isEmpty { clients[request.client]?.pause(until: later) }
            }
        }
        requests.removeAll(keepingCapacity: true)
    }

    /// The turn's requests are answered: who waited for that goes on.
    private func resumeAwaiting() {
        guard requests.isEmpty else { return }
        if !awaitingClients.isEmpty {
            let resumed = awaitingClients
            awaitingClients.removeAll()
            for client in resumed where !client.isDeferred {
                client.isAwaiting = false
                client.decode(now: now.instant)
            }
        }
        guard !awaiting.isEmpty else { return }
        let resumed = awaiting
        awaiting.removeAll(keepingCapacity: true)
        for connection in resumed where !connection.isDeferred {
            connection.isAwaiting = false
            connection.resumeDecoding(now: now)
        }
    }

    /// Who is written to while this goes on is written to as well.
    private func flushConnections() {
        var index = 0
        while index < dirty.count {
            dirty[index].flush()
            index += 1
        }
        dirty.removeAll(keepingCapacity: true)
    }

    private func flushRooms() {
        let isCrowdTime = crowdsDue.map { $0 <= now.instant } ?? false
        if isCrowdTime || isShuttingDown {
            for room in crowds where !room.isTouched && !room.pending.isEmpty {
                room.isTouched = true
                touched.append(room)
            }
            crowds.removeAll()
            crowdsDue = nil
        }
        for room in touched {
            room.isTouched = false
            if room.mayWait, !isCrowdTime, !isShuttingDown {
                if !crowds.contains(where: { $0 === room }) { crowds.append(room) }
                if crowdsDue == nil { crowdsDue = now.instant + EventLoop.presenceDelay }
            } else {
                flush(room)
            }
        }
        touched.removeAll(keepingCapacity: true)
    }

    /// The name of a new connection or client.
    func makeClientID() -> ClientID {
        nextSerial += 1
        return ClientID(loop: index, serial: nextSerial)
    }

    // MARK: - Deadlines

    func schedule(_ client: ClientID, due: Instant) { deadlines.insert(client.raw, due: due) }

    private func wakeDue() {
        while let entry = deadlines.popDue(now: now.instant) {
            let id = ClientID(raw: entry.key)
            if let connection = connections[id] {
                if connection.scheduledAt == entry.due { connection.deadlineReached(now: now) }
            } else if let client = clients[id], client.scheduledAt == entry.due {
                client.deadlineReached(now: now.instant)
            }
        }
        if hubDue <= now.instant {
            hubDue = .distantFuture
            driver.deadlineReached(now: now)
        }
    }

    private func armTimer() {
        guard !hasStopped else { return }
        let due = min(deadlines.next ?? .distantFuture, crowdsDue ?? .distantFuture, hubDue)
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
                if let handle { EventLoop.of(handle.pointee.data)?.timerDue = .distantFuture }
            }, UInt64(wait), 0)
    }

    // MARK: - Stopping

    private func beginShutdown() {
        isShuttingDown = true
        // What was said before the stop is heard before the good-bye.
        flushRooms()
        flushConnections()
        for client in clients.values { client.dismiss() }
        for connection in connections.values { connection.dismiss() }
    }

    private func stop() {
        guard !hasStopped else { return }
        hasStopped = true
        let (accepted, calls) = mailbox.close()
        for descriptor in accepted + calls.map(\.descriptor) { Glibc.close(descriptor) }
        for call in calls { call.ended(nil) }
        let handles: [UnsafeMutableRawPointer] = [
            UnsafeMutableRawPointer(wakeHandle), UnsafeMutableRawPointer(prepareHandle),
            UnsafeMutableRawPointer(checkHandle), UnsafeMutableRawPointer(timerHandle),
        ]
        for handle in handles {
            uv_close(handle.assumingMemoryBound(to: uv_handle_t.self), nil)
        }
    }
}
