// A server's way to a relay of its own accord (`serve --relay`): dials, announces the server, hands the
// connection to an event loop, waits for its end, and dials again. One thread for each relay.
// The log has a line for each change, not for each attempt.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import ChatIO
import Glibc

/// Keeps one relay told that the server is there.
final class RelayAnnouncer: Sendable {
    /// The pauses between attempts: the first one, doubled up to the longest.
    private static let firstPause = Duration.milliseconds(500)
    private static let longestPause = Duration.seconds(10)

    private let relay: Endpoint
    private let settings: RelaySettings
    private let mailbox: Mailbox
    private let trusted: TrustedPeers
    private let logger: Logger
    private let cancel: WakePipe
    private let isStopping = Monitor(false)

    /// nil when the process has no descriptors left.
    init?(
        to relay: Endpoint, _ settings: RelaySettings, mailbox: Mailbox, trusted: TrustedPeers,
        logger: Logger
    ) {
        guard let cancel = WakePipe() else { return nil }
        self.cancel = cancel
        self.relay = relay
        self.settings = settings
        self.mailbox = mailbox
        self.trusted = trusted
        self.logger = logger
    }

    /// Dials until `stop`. Links that stand end with their loop.
    func run() {
        var pause = RelayAnnouncer.firstPause
        var known: LinkCall.News?
        while !isStopping.withLock({ $0 }) {
            let news = dial { linked in
                pause = RelayAnnouncer.firstPause
                if known != linked { self.log(linked) }
                known = linked
            }
            guard !isStopping.withLock({ $0 }) else { return }
            if known != news { log(news) }
            known = news
            // Half of it by chance: servers that lost one relay do not all come at once.
            let half = pause.wholeMilliseconds / 2
            let rest = Int64(Entropy.number() % UInt64(max(1, half + 1)))
            wait(.milliseconds(half + rest))
            pause = min(pause * 2, RelayAnnouncer.longestPause)
        }
    }

    /// Dials no more. May be called by any thread.
    func stop() {
        isStopping.withLock { $0 = true }
        isStopping.signal()
        cancel.wake()
    }

    private func wait(_ pause: Duration) {
        let until = SystemClock.instant() + pause
        isStopping.wait { isStopping in
            isStopping || SystemClock.instant() >= until ? .ready(()) : .wait(until: until)
        }
    }

    /// One attempt: how it ended.
    private func dial(linked: (LinkCall.News) -> Void) -> LinkCall.News {
        let connection: ServerConnection
        do throws(ConnectError) {
            connection = try .connect(to: relay, cancel: cancel) {
                isStopping.withLock { $0 }
            }
        } catch {
            return .over(nil, error.message)
        }
        let announcement = Announcement(
            name: settings.name, address: settings.address(from: connection.descriptor),
            token: settings.token)
        let call = LinkCall(
            connection.descriptor, announcement,
            relayAt: SocketName.peer(of: connection.descriptor), trusted: trusted)
        guard mailbox.put(call: call) else {
            connection.close()
            return .over(nil, "the server is ending")
        }
        let first = call.next()
        guard case .linked = first else { return first }
        linked(first)
        return call.next(after: first)
    }

    private func log(_ news: LinkCall.News) {
        let relay = LogValue.text(relay.description)
        switch news {
        case .linked(let id):
            logger.info("linked to relay", ["relay": relay, "id": .text(id.text)])
        case .over(let code?, let why):
            logger.warning(
                "relay refuses", ["relay": relay, "code": .text(code.rawValue), "why": .text(why)])
        case .over(nil, let why):
            logger.warning("no link to relay", ["relay": relay, "why": .text(why)])
        }
    }
}

/// What a server tells the relays that it dials.
struct RelaySettings: Sendable {
    let name: String
    let token: String
    /// What the relays are told to dial; nil: a listener's address.
    let address: Endpoint?
    let listener: Endpoint

    /// `HOST:PORT` where the relay at the other end of that connection reaches the server.
    func address(from descriptor: Int32) -> String {
        if let address { return address.description }
        let isEverywhere = ["0.0.0.0", "::", ""].contains(listener.host)
        guard isEverywhere, let own = SocketName.own(of: descriptor) else {
            return listener.description
        }
        return Endpoint(host: own.description, port: listener.port).description
    }
}

/// The addresses of a connected socket.
enum SocketName {
    static func own(of descriptor: Int32) -> IPAddress? {
        read { getsockname(descriptor, $0, $1) }
    }

    static func peer(of descriptor: Int32) -> IPAddress? {
        read { getpeername(descriptor, $0, $1) }
    }

    private static func read(
        _ ask: (UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> Int32
    ) -> IPAddress? {
        var storage = sockaddr_storage()
        var size = socklen_t(MemoryLayout<sockaddr_storage>.size)
        return withUnsafeMutablePointer(to: &storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { name in
                guard ask(name, &size) == 0 else { return nil }
                var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
                guard
                    getnameinfo(
                        name, size, &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST) == 0
                else { return nil }
                let host = text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:))
                return IPAddress(String(decoding: host, as: UTF8.self).prefix { $0 != "%" })
            }
        }
    }
}
