// `chatkit relay`, from its configuration to its exit status: the journal's threads, and the relay's
// loop on the calling one.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import ChatIO
import ChatJournal
import Glibc

/// What a relay's loop begins with.
struct RelayStart {
    let configuration: RelayConfiguration
    let logger: Logger
    let id: RelayID
    let journal: Journal
    let info: ServerInfo
    let startedAt: Timestamp
    /// Where the relay listens.
    let endpoints: [Endpoint]
    let inbox = RelayInbox()
}

package enum RelayMain {
    /// Relays until a signal ends it. Errors go to standard error as `chatkit: what: value: why`.
    package static func run(_ configuration: RelayConfiguration) -> Int32 {
        do {
            return try relay(configuration)
        } catch {
            var text = "chatkit: \(error.message)\n"
            if let hint = error.hint { text += "hint: \(hint)\n" }
            text.withUTF8 { _ = write(STDERR_FILENO, $0.baseAddress, $0.count) }
            return error.exitStatus
        }
    }

    private static func relay(
        _ configuration: RelayConfiguration
    ) throws(ServerError) -> Int32 {
        let logger = Logger(format: configuration.logFormat, level: configuration.logLevel)
        let sockets = try open(configuration.listen)
        let now = SystemClock.wall()
        let journal: Journal
        do {
            journal = try Journal(configuration.journal, origin: Entropy.number(), now: now)
        } catch {
            for socket in sockets { close(socket.descriptor) }
            throw .database(error)
        }
        guard let id = RelayID(Entropy.token().lowercased().filter { $0 != "_" }.prefix(16)) else {
            throw ServerError(.system, "cannot draw an id")
        }
        Resources.ignoreBrokenPipes()
        let clients = Resources.raiseDescriptorLimit()
        guard journal.start(events(logger)) else {
            throw ServerError(.system, "cannot start the journal's threads")
        }
        var info = ServerInfo(
            name: configuration.name, version: configuration.version, startedAt: now,
            isRelay: true, web: configuration.web)
        info.redirects = configuration.redirects
        let loop = RelayLoop(
            RelayStart(
                configuration: configuration, logger: logger, id: id, journal: journal,
                info: info, startedAt: now, endpoints: sockets.map(\.endpoint)))
        for socket in sockets {
            logger.info(
                "listening",
                [
                    "address": .text(socket.endpoint.description),
                    "port": .number(Int(socket.endpoint.port)), "relay": .text(id.text),
                    "max_clients": .number(clients),
                ])
        }
        loop.run(sockets, signals: [SIGINT, SIGTERM])
        let lost = journal.close(patience: .seconds(3))
        if lost > 0 { logger.error("not saved", ["records": .number(lost)]) }
        logger.info("stopped")
        return 0
    }

    private static func events(_ logger: Logger) -> JournalEvents {
        JournalEvents(
            stateChanged: { state in
                switch state {
                case .healthy: logger.info("journal works again")
                case .failing(let why):
                    logger.error("journal cannot write", ["why": .text(why)])
                }
            },
            warned: { logger.warning("journal", ["why": .text($0)]) })
    }

    private static func open(_ endpoints: [Endpoint]) throws(ServerError) -> [ListeningSocket] {
        var sockets: [ListeningSocket] = []
        for endpoint in endpoints {
            do {
                sockets += try ListeningSocket.open(endpoint, PeerPatience(idle: Limits.idle))
            } catch {
                for socket in sockets { close(socket.descriptor) }
                throw error
            }
        }
        return sockets
    }
}
