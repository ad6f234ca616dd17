// The server put together: listeners and signals on the control loop (the calling thread), event
// loops on their own threads, the hub between them. Runs until every loop has ended.
// SPDX-License-Identifier: GPL-3.0-or-later
import CLibuv
import ChatCore
import ChatIO
import ChatJournal
import Glibc

/// One running `serve`.
package final class ChatServer: Sendable {
    /// The most event loops there can be: which ones to wake is a set of 64 bits.
    package static let maxThreads = 64

    package let configuration: ServerConfiguration
    /// Where it listens, with the ports that were chosen.
    package let endpoints: [Endpoint]
    private let sockets: [ListeningSocket]
    private let mailboxes: [Mailbox]
    private let driver: HubDriver
    private let journal: Journal
    private let settings: LoopSettings
    /// nil: nobody can become an operator.
    private let passwords: PasswordVerifier?
    /// Those who tell the relays that the server is there.
    private let announcers: [RelayAnnouncer]
    /// What this process's own console shows for a password.
    package let consoleToken = Entropy.token()
    private let control = Locked(Control())

    private struct Control {
        /// The control loop's wake-up, while it runs.
        var wake: UnsafeMutablePointer<uv_async_t>?
        var mustStop = false
        var runningLoops = 0
    }

    /// Binds the addresses; nothing is accepted before `run`.
    package init(
        _ configuration: ServerConfiguration, profiles: ProfilePrinter = ProfilePrinter(),
        notices: NoticeQueue? = nil
    ) throws(ServerError) {
        var sockets: [ListeningSocket] = []
        for endpoint in configuration.listen {
            do {
                sockets += try ListeningSocket.open(
                    endpoint, PeerPatience(idle: configuration.idleTimeout))
            } catch {
                for socket in sockets { close(socket.descriptor) }
                throw error
            }
        }
        let threads = min(
            max(1, configuration.threads ?? Resources.availableProcessors()),
            ChatServer.maxThreads)
        let startedAt = SystemClock.wall()
        let journal: Journal
        do {
            journal = try Journal(
                configuration.journal, origin: Entropy.number(), now: startedAt)
        } catch {
            for socket in sockets { close(socket.descriptor) }
            throw .database(error)
        }
        var hub = Hub(
            serverName: configuration.name, origin: journal.opening.origin, loops: threads,
            startedAt: startedAt,
            policy: HubPolicy(
                isDurable: true, replay: configuration.replay,
                notice: configuration.historyNotice, capacity: configuration.capacity,
                admission: configuration.admission, posting: TokenBucket(configuration.flood)))
        hub.restore(
            rooms: journal.opening.rooms.map {
                StoredRoom(
                    name: $0.name, createdAt: $0.createdAt, lastSeq: $0.lastSeq, topic: $0.topic)
            }, lastMessage: journal.opening.lastNumber, now: startedAt)
        hub.restore(
            lastVisit: journal.opening.lastVisit,
            waiting: journal.opening.openVisits.map { ($0.visit, isAttended: $0.isAttended) },
            figures: journal.opening.figures, now: SystemClock.now())
        do {
            passwords = try ChatServer.passwords(configuration, consoleToken)
        } catch {
            for socket in sockets { close(socket.descriptor) }
            throw error
        }
        self.journal = journal
        let mailboxes = (0..<threads).map { _ in Mailbox() }
        self.configuration = configuration
        self.sockets = sockets
        self.mailboxes = mailboxes
        endpoints = sockets.map(\.endpoint)
        driver = HubDriver(
            hub: hub, mailboxes: mailboxes, profiles: profiles, journal: journal,
            passwords: passwords)
        let trusted = TrustedPeers(
            configuration.trustedProxies, dials: !configuration.relays.isEmpty)
        var settings = LoopSettings(
            info: ServerInfo(
                name: configuration.name, version: configuration.version,
                motd: configuration.motd, startedAt: startedAt, isDesk: configuration.isDesk,
                web: configuration.web),
            flood: configuration.flood, idleTimeout: configuration.idleTimeout,
            logger: Logger(
                format: configuration.logFormat, level: configuration.logLevel, notices: notices))
        settings.trusted = trusted
        self.settings = settings
        announcers = configuration.announcers(
            from: endpoints, mailboxes: mailboxes, trusted: trusted, logger: settings.logger)
    }

    /// What operators' passwords are held against; nil where there are no operators.
    private static func passwords(
        _ configuration: ServerConfiguration, _ consoleToken: String
    ) throws(ServerError) -> PasswordVerifier? {
        guard configuration.isDesk,
            configuration.operatorPassword != nil || configuration.console != nil
        else { return nil }
        var password: OperatorPassword?
        do throws(PasswordError) {
            if let source = configuration.operatorPassword {
                password = try OperatorPassword(source)
            }
        } catch {
            throw ServerError(
                .system, "cannot use the operators' password: \(error.reason)")
        }
        guard let verifier = PasswordVerifier(password, consoleToken: consoleToken) else {
            throw ServerError(.system, "cannot start a thread for passwords")
        }
        return verifier
    }

    /// What of the process is the server's: signals stop it, and a second one ends the process at
    /// once; on standard input it is told what to do.
    package enum Surface: Sendable {
        case none
        /// SIGTERM: the terminal, with its own signals, is somebody else's.
        case termination
        /// SIGTERM, SIGINT and standard input.
        case everything

        fileprivate var signals: [Int32] {
            switch self {
            case .none: []
            case .termination: [SIGTERM, SIGHUP]
            case .everything: [SIGINT, SIGTERM]
            }
        }
    }

    /// Takes a connection that was made otherwise; false when the loops do not run.
    func adopt(_ descriptor: Int32) -> Bool {
        mailboxes.first?.put(accepted: descriptor) ?? false
    }

    /// Serves until stopped; 0 when that was graceful.
    package func run(handling surface: Surface) -> Int32 {
        Resources.ignoreBrokenPipes()
        let clients = Resources.raiseDescriptorLimit()
        var loop = uv_loop_t()
        uv_loop_init(&loop)
        var wake = uv_async_t()
        // The pointers stay good: both live on this frame until the loop has ended.
        return withUnsafeMutablePointer(to: &loop) { loop in
            withUnsafeMutablePointer(to: &wake) { wake in
                run(on: loop, wake: wake, surface, clients: clients)
            }
        }
    }

    /// Stops gracefully; may be called by any thread, more than once.
    package func shutDown() {
        control.withLock {
            $0.mustStop = true
            if let wake = $0.wake { uv_async_send(wake) }
        }
    }

    /// The hub's counts.
    package var statistics: HubStatistics { driver.statistics }

    // MARK: - The control loop

    /// What the control loop's callbacks reach; confined to its thread.
    private final class ControlLoop {
        let server: ChatServer
        var listeners: [Listener] = []
        var signals: [UnsafeMutablePointer<uv_signal_t>] = []
        var operatorInput: OperatorInput?
        var isStopping = false
        var nextLoop = 0
        let loop: UnsafeMutablePointer<uv_loop_t>

        init(_ server: ChatServer, on loop: UnsafeMutablePointer<uv_loop_t>) {
            self.server = server
            self.loop = loop
        }
    }

    private func run(
        on loop: UnsafeMutablePointer<uv_loop_t>, wake: UnsafeMutablePointer<uv_async_t>,
        _ surface: Surface, clients: Int
    ) -> Int32 {
        let state = ControlLoop(self, on: loop)
        uv_async_init(loop, wake) { handle in
            guard let handle, let data = handle.pointee.data else { return }
            let state = Unmanaged<ControlLoop>.fromOpaque(data).takeUnretainedValue()
            state.server.controlWoken(state, handle)
        }
        wake.pointee.data = Unmanaged.passUnretained(state).toOpaque()
        guard journal.start(driver.journalEvents(settings.logger)) else {
            settings.logger.error("cannot start the journal's threads")
            return 1
        }
        let threads = startLoops()
        guard threads.count == mailboxes.count else {
            settings.logger.error("cannot start threads", ["wanted": .number(mailboxes.count)])
            for mailbox in mailboxes { mailbox.shutDown() }
            for thread in threads { thread.join() }
            return 1
        }
        watchSignals(surface.signals, loop, state)
        if surface == .everything {
            state.operatorInput = OperatorInput(STDIN_FILENO, on: loop) { [self] in obey($0) }
        }
        state.listeners = sockets.map { socket in
            Listener(socket, on: loop, logger: settings.logger) { [mailboxes] descriptor in
                let mailbox = mailboxes[state.nextLoop % mailboxes.count]
                state.nextLoop &+= 1
                if !mailbox.put(accepted: descriptor) { close(descriptor) }
            }
        }
        control.withLock {
            $0.wake = wake
            if $0.mustStop { uv_async_send(wake) }
        }
        announce(clients: clients)
        let dialling = startAnnouncers()
        uv_run(loop, UV_RUN_DEFAULT)
        for thread in threads + dialling { thread.join() }
        passwords?.stop()
        uv_loop_close(loop)
        // The loops may have taken a second or two of the five that a stop may take.
        let lost = journal.close(patience: .seconds(3))
        if lost > 0 { settings.logger.error("not saved", ["messages": .number(lost)]) }
        // They hold the state and the state them, which kept it alive for the callbacks.
        state.listeners = []
        settings.logger.info(
            "stopped", ["messages": .number(Int(clamping: driver.statistics.messages))])
        return 0
    }

    private func startLoops() -> [Thread] {
        var threads: [Thread] = []
        for index in mailboxes.indices {
            let ready = Locked(false)
            let thread = Thread(name: "loop-\(index)") { [self] in
                let loop = EventLoop(
                    index: index, settings: settings, mailbox: mailboxes[index], driver: driver)
                loop.run(started: { ready.withLock { $0 = true } })
                loopEnded()
            }
            guard let thread else { break }
            threads.append(thread)
            while !ready.withLock({ $0 }) { usleep(100) }
        }
        control.withLock { $0.runningLoops = threads.count }
        return threads
    }

    private func startAnnouncers() -> [Thread] {
        announcers.enumerated().compactMap { index, announcer in
            let thread = Thread(name: "relay-\(index)") { announcer.run() }
            if thread == nil { settings.logger.error("cannot start a thread for a relay") }
            return thread
        }
    }

    private func loopEnded() {
        control.withLock {
            $0.runningLoops -= 1
            if let wake = $0.wake { uv_async_send(wake) }
        }
    }

    private func watchSignals(
        _ signals: [Int32], _ loop: UnsafeMutablePointer<uv_loop_t>, _ state: ControlLoop
    ) {
        for number in signals {
            let handle = UnsafeMutablePointer<uv_signal_t>.allocate(capacity: 1)
            uv_signal_init(loop, handle)
            handle.pointee.data = Unmanaged.passUnretained(state).toOpaque()
            uv_signal_start(
                handle,
                { handle, number in
                    guard let data = handle?.pointee.data else { return }
                    let state = Unmanaged<ControlLoop>.fromOpaque(data).takeUnretainedValue()
                    if state.isStopping { _exit(128 + number) }
                    state.server.settings.logger.info("stopping", ["signal": .number(Int(number))])
                    state.server.beginStop(state)
                }, number)
            state.signals.append(handle)
        }
    }

    private func controlWoken(_ state: ControlLoop, _ wake: UnsafeMutablePointer<uv_async_t>) {
        let (mustStop, running) = control.withLock { ($0.mustStop, $0.runningLoops) }
        if mustStop { beginStop(state) }
        guard running == 0 else { return }
        control.withLock { $0.wake = nil }
        for handle in state.signals {
            uv_close(UnsafeMutableRawPointer(handle).assumingMemoryBound(to: uv_handle_t.self)) {
                $0?.deallocate()
            }
        }
        state.signals = []
        state.operatorInput?.close()
        uv_close(
            UnsafeMutableRawPointer(wake).assumingMemoryBound(to: uv_handle_t.self), nil)
    }

    private func beginStop(_ state: ControlLoop) {
        guard !state.isStopping else { return }
        state.isStopping = true
        for listener in state.listeners { listener.close() }
        for announcer in announcers { announcer.stop() }
        guard driver.drain() else { return endLoops() }
        // The relays know now; what they passed on before they knew is served yet.
        let timer = UnsafeMutablePointer<uv_timer_t>.allocate(capacity: 1)
        uv_timer_init(state.loop, timer)
        timer.pointee.data = Unmanaged.passUnretained(state).toOpaque()
        uv_timer_start(
            timer,
            { timer in
                guard let timer, let data = timer.pointee.data else { return }
                Unmanaged<ControlLoop>.fromOpaque(data).takeUnretainedValue().server.endLoops()
                uv_close(UnsafeMutableRawPointer(timer).assumingMemoryBound(to: uv_handle_t.self)) {
                    $0?.deallocate()
                }
            }, ChatServer.drainMilliseconds, 0)
    }

    /// How long relays have to stop sending.
    private static let drainMilliseconds: UInt64 = 250

    private func endLoops() {
        for mailbox in mailboxes { mailbox.shutDown() }
    }

    /// Carries out a line of the operator's.
    private func obey(_ line: String) {
        do throws(OperatorInputError) {
            switch try OperatorCommand.parse(line) {
            case nil: return
            case .help?:
                settings.logger.info("/forget NICK erases everything that NICK has written")
            case .forget(let nick)?:
                driver.forget(nick)
                journal.erase(author: nick) { [logger = settings.logger] count in
                    logger.info("erased", ["nick": .text(nick.text), "messages": .number(count)])
                }
            }
        } catch {
            settings.logger.warning(error.message)
        }
    }

    private func announce(clients: Int) {
        for endpoint in endpoints {
            settings.logger.info(
                "listening",
                [
                    "address": .text(endpoint.description), "port": .number(Int(endpoint.port)),
                    "threads": .number(mailboxes.count), "max_clients": .number(clients),
                ])
        }
        settings.logger.info(
            "keeping messages",
            [
                "database": .text(configuration.journal.location.path),
                "durability": .text(configuration.durability.rawValue),
                "promise": .text(configuration.durability.promise),
            ])
        let isLocal = endpoints.allSatisfy {
            $0.host.hasPrefix("127.") || $0.host == "::1" || $0.host == "localhost"
        }
        guard isLocal, let port = endpoints.first?.port else { return }
        settings.logger.info(
            "only this machine can connect; --listen 0.0.0.0:\(port) opens it to the network")
    }
}
