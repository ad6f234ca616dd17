// The way to a server and back. It begins with a PROXY header and the client's handshake once more; from
// the server's first word for the client on it carries bytes both ways, in whole units, and reads no
// faster than the other side takes them.
//
// connecting: the connection is being made.
// handing:    the server reads the handshake; what the client says goes there and is remembered.
// open:       bytes flow.
// parting:    nothing more is sent to the server; what it still says is heard.
// closed:     over.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import ChatIO

/// A client's connection to its server.
final class RelayTunnel: ByteStreamOwner {
    private enum State { case connecting, handing, open, parting, closed }

    /// So much may wait for one side before the other is read no more.
    private static let highWater = 256 << 10
    /// How long a server that is left may still speak.
    private static let partingPatience = Duration.seconds(5)

    private let client: RelayClient
    let assignment: RelayAssignment
    private var server: (any ByteStream)?
    private var state = State.connecting
    private var filter: HandoverFilter
    private var serverCutter: UnitCutter
    private var clientCutter: UnitCutter
    /// Ends of units are waited for with these.
    private var heldForServer: [UInt8] = []
    private var heldForClient: [UInt8] = []
    /// What the client has said beside its handshake while nobody had taken it, cut anywhere.
    private var early: [UInt8] = []
    private(set) var due: Instant

    init(_ client: RelayClient, _ assignment: RelayAssignment, to address: SocketAddress) {
        self.client = client
        self.assignment = assignment
        filter = HandoverFilter(client.dialect, answers: client.answers)
        serverCutter = UnitCutter(client.dialect.units)
        clientCutter = UnitCutter(client.dialect.units)
        early = client.reader?.takeKept() ?? []
        due = client.loop.now.instant + Limits.serverConnect
        client.reader = nil
        server = RelayStream.connect(to: address, on: client.loop, owner: self)
    }

    /// Whether the client has heard its server.
    var isOpen: Bool { state == .open }

    func close() {
        state = .closed
        due = .distantFuture
        server?.close()
        server = nil
    }

    // MARK: - The server

    func streamDrained(_ stream: any ByteStream) {
        switch state {
        case .connecting: connected(stream)
        case .handing, .open: client.stream.startReading()
        case .parting, .closed: break
        }
    }

    private func connected(_ server: any ByteStream) {
        state = .handing
        due = client.loop.now.instant + Limits.handshake
        var bytes = ByteBuffer()
        ProxyHeader(
            source: client.stream.peer, destination: client.stream.local,
            relayed: RelayedClient(
                relay: client.loop.id, visit: assignment.visit.number,
                reference: assignment.reference?.prefix(utf8Bytes: Limits.maxReferenceBytes))
        ).write(into: &bytes)
        var server = server
        if client.dialect == .socketIO {
            server.write(bytes.readable)
            bytes.clear()
            server = EngineIOUplink(over: server, owner: self)
            self.server = server
        }
        bytes.write(client.handshake)
        server.write(bytes.readable)
        early.withUnsafeBytes { toServer($0) }
        server.startReading()
        if client.stream.hasEnded { clientEnded() }
        client.settle()
    }

    func stream(_ stream: any ByteStream, received bytes: UnsafeRawBufferPointer) {
        switch state {
        case .open, .parting: pass(bytes)
        case .handing:
            switch filter.take(bytes) {
            case .undecided: break
            case .refused: client.refusedByServer()
            case .some(let bytes):
                // The client may have to answer, so it hears this; it is not served yet.
                client.stream.write(bytes)
            case .passed(let bytes):
                open()
                bytes.withUnsafeBytes { pass($0) }
            }
        case .connecting, .closed: break
        }
    }

    private func open() {
        state = .open
        due = .distantFuture
        early = []
        // So much may have been remembered that no more was read.
        client.stream.startReading()
        guard assignment.hasWaited else { return }
        client.tell(
            .admitted(
                Admitted(
                    server: assignment.serverName, operatorNick: nil, room: nil,
                    ticket: assignment.ticket, hasWaited: true)))
    }

    func streamEnded(_ stream: any ByteStream) {
        switch state {
        case .connecting, .handing: client.refusedByServer()
        case .open, .parting:
            // Half a line of a server that went is nobody's.
            heldForClient = []
            client.serverEnded()
        case .closed: break
        }
    }

    func streamFailed(_ stream: any ByteStream) { streamEnded(stream) }

    func deadlineReached(_ now: Instant) {
        guard due <= now else { return }
        due = .distantFuture
        switch state {
        case .connecting, .handing: client.refusedByServer()
        case .parting: client.finishParting()
        case .open, .closed: break
        }
    }

    // MARK: - Bytes

    /// From the server to the client.
    private func pass(_ bytes: UnsafeRawBufferPointer) {
        guard let server else { return }
        RelayTunnel.forward(bytes, to: client.stream, &clientCutter, &heldForClient)
        client.count(sent: bytes.count)
        if client.stream.queuedBytes > RelayTunnel.highWater { server.stopReading() }
    }

    /// From the client to the server.
    func fromClient(_ bytes: UnsafeRawBufferPointer) {
        guard let server else { return }
        switch state {
        case .connecting: remember(bytes)
        case .handing:
            remember(bytes)
            toServer(bytes)
        case .open:
            toServer(bytes)
            if server.queuedBytes > RelayTunnel.highWater { client.stream.stopReading() }
        case .parting, .closed: break
        }
    }

    private func toServer(_ bytes: UnsafeRawBufferPointer) {
        guard let server else { return }
        RelayTunnel.forward(bytes, to: server, &serverCutter, &heldForServer)
    }

    private func remember(_ bytes: UnsafeRawBufferPointer) {
        early.append(contentsOf: bytes)
        if early.count > Limits.maxAheadBytes { client.stream.stopReading() }
    }

    /// Whole units go on at once; the beginning of one waits for its end, unless it grows too long.
    private static func forward(
        _ bytes: UnsafeRawBufferPointer, to stream: any ByteStream, _ cutter: inout UnitCutter,
        _ held: inout [UInt8]
    ) {
        let whole = cutter.wholeBytes(of: bytes)
        if whole > 0 {
            if held.isEmpty {
                stream.write(UnsafeRawBufferPointer(rebasing: bytes[..<whole]))
            } else {
                held.append(contentsOf: bytes[..<whole])
                stream.write(held)
                held = []
            }
        }
        guard whole < bytes.count else { return }
        held.append(contentsOf: bytes[whole...])
        if held.count > Limits.maxAheadBytes {
            stream.write(held)
            held = []
        }
    }

    // MARK: - Ends

    /// The client has read what was waiting for it.
    func clientDrained() {
        if state == .open || state == .parting { server?.startReading() }
    }

    /// The client sends no more; what the server answers is still heard.
    func clientEnded() {
        guard let server else { return }
        if !heldForServer.isEmpty {
            server.write(heldForServer)
            heldForServer = []
        }
        if state != .connecting { server.shutDown() }
    }

    /// The client is to go elsewhere: the server hears that nothing more comes, and answers what did.
    func part() {
        guard state == .open, let server else { return }
        state = .parting
        due = client.loop.now.instant + RelayTunnel.partingPatience
        server.shutDown()
    }

    /// What the client has said and this server was not sent, or has not taken in.
    func takeUnsent() -> [UInt8] {
        defer {
            heldForServer = []
            early = []
        }
        // What is held is among what is remembered.
        return early.isEmpty ? heldForServer : early
    }
}
