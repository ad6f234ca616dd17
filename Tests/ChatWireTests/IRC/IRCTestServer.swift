// The hub and some IRC sessions in one process: what one client sends is carried out at once, and
// every client's lines can be read. The event loops' part is played as simply as possible.
// SPDX-License-Identifier: GPL-3.0-or-later

import ChatCore
import Testing

/// A server for conversations between IRC sessions.
final class IRCTestServer {
    final class Client {
        let id: ClientID
        var session: IRCSession
        var input = ByteBuffer()
        var output = ByteBuffer()
        var isClosed = false

        init(id: ClientID, info: ServerInfo) {
            self.id = id
            session = IRCSession(info: info)
        }
    }

    static let info = ServerInfo(
        name: "chatkit", version: "1.2", motd: ["Be kind"],
        startedAt: Timestamp(milliseconds: 1_000))

    let info: ServerInfo
    var hub: Hub
    var now = Timestamp(milliseconds: 1_700_000_000_123)
    private(set) var clients: [Client] = []
    private var members: [RoomID: [ClientID]] = [:]

    init(info: ServerInfo = IRCTestServer.info, policy: HubPolicy = HubPolicy()) {
        self.info = info
        hub = Hub(
            serverName: info.name, origin: 7, loops: 1, startedAt: info.startedAt, policy: policy)
    }

    /// A connection that has said nothing yet.
    func connect() -> Client {
        let client = Client(id: ClientID(loop: 0, serial: UInt64(clients.count + 1)), info: info)
        clients.append(client)
        return client
    }

    /// A registered client, in the lobby, its welcome read.
    func client(_ nick: String, caps: String = "") -> Client {
        let client = connect()
        if !caps.isEmpty { send(client, "CAP REQ :\(caps)") }
        send(client, "NICK \(nick)")
        send(client, "USER \(nick) 0 * :\(nick)'s name")
        if !caps.isEmpty { send(client, "CAP END") }
        #expect(client.session.isRegistered)
        for other in clients { other.output.clear() }
        return client
    }

    /// Sends one line.
    func send(_ client: Client, _ line: String) { send(client, bytes: Array((line + "\r\n").utf8)) }

    func send(_ client: Client, bytes: [UInt8]) {
        client.input.write(bytes)
        while !client.isClosed {
            switch client.session.next(in: &client.input, reply: &client.output) {
            case .needsMore:
                client.input.discardReadBytes()
                return
            case .handled, .carry: continue
            case .request(let request): apply(request, from: client)
            case .close: client.isClosed = true
            }
        }
    }

    /// Sends one line and returns what came since the last call, without its line ends.
    func ask(_ client: Client, _ line: String) -> [String] {
        send(client, line)
        return lines(client)
    }

    /// What came since the last call; every line must end in CRLF.
    func lines(_ client: Client) -> [String] {
        let text = client.output.text
        client.output.clear()
        guard !text.isEmpty else { return [] }
        #expect(text.hasSuffix("\r\n"))
        var lines = text.unicodeScalars.split(
            separator: "\n", omittingEmptySubsequences: false
        ).map { String(Substring($0)) }
        lines.removeLast()
        for line in lines { #expect(line.unicodeScalars.last == "\r") }
        return lines.map { String($0.unicodeScalars.dropLast()) }
    }

    /// The hub answers unasked, as it does when the server stops.
    func tell(_ client: Client, _ event: ClientEvent) {
        client.session.encode(event, tag: .none, now: now, into: &client.output)
    }

    private func apply(_ request: HubRequest, from client: Client) {
        var output = HubOutput(loops: 1)
        hub.apply(request, from: client.id, now: now, output: &output)
        for item in output.perLoop.first ?? [] { carryOut(item) }
    }

    private func carryOut(_ item: LoopItem) {
        switch item {
        case .room(let room, let event):
            deliver(event, to: (members[room] ?? []).filter { $0 != event.excluded })
        case .several(let ids, let event): deliver(event, to: ids)
        case .direct(let id, let event, let tag):
            guard let client = client(id) else { return }
            client.session.encode(event, tag: tag, now: now, into: &client.output)
        case .entered(let id, let room): members[room, default: []].append(id)
        case .exited(let id, let room): members[room]?.removeAll { $0 == id }
        case .resumed, .alarm: break  // nobody waits here
        case .close(let id): client(id)?.isClosed = true
        }
    }

    private func deliver(_ event: RoomEvent, to ids: [ClientID]) {
        for client in ids.compactMap(client) {
            IRCWire.encode(event, format: client.session.format, into: &client.output)
        }
    }

    private func client(_ id: ClientID) -> Client? { clients.first { $0.id == id } }
}

extension [String] {
    /// The second words: numerics and commands of lines without tags.
    var commands: [String] {
        map { line in
            let words = line.split(separator: " ").drop { $0.hasPrefix("@") || $0.hasPrefix(":") }
            return words.first.map(String.init) ?? ""
        }
    }
}
