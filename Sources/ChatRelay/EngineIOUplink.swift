// A Socket.IO client's way to its server: one WebSocket of Engine.IO, whatever the client's own
// connections do. Towards its owner it is a stream of the session's messages, each ended by a separator.
// Confined to the relay's thread.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import ChatIO

/// The driver of an `EngineIOCall`.
final class EngineIOUplink: ByteStream, ByteStreamOwner {
    var owner: (any ByteStreamOwner)?
    private let stream: any ByteStream
    private var call = EngineIOCall()
    private(set) var hasEnded = false

    /// Opens a session over a connection to a server.
    init(over stream: any ByteStream, owner: any ByteStreamOwner) {
        self.stream = stream
        self.owner = owner
        stream.owner = self
        let host = stream.peer?.description ?? "localhost"
        stream.write(
            EngineIOCall.request(host: host, key: Array(Entropy.token().utf8.prefix(16))).utf8)
    }

    var queuedBytes: Int { stream.queuedBytes }
    var isShut: Bool { stream.isShut }
    var isClosed: Bool { stream.isClosed }
    var peer: IPEndpoint? { stream.peer }
    var local: IPEndpoint? { stream.local }

    func startReading() {
        if !hasEnded { stream.startReading() }
    }

    func stopReading() { stream.stopReading() }

    func write(_ bytes: UnsafeRawBufferPointer) {
        var frames = ByteBuffer()
        call.send(bytes, into: &frames)
        stream.write(frames.readable)
    }

    func shutDown() {
        var frame = ByteBuffer()
        EngineIOCall.writeClose(into: &frame)
        stream.write(frame.readable)
        stream.shutDown()
    }

    func close() {
        owner = nil
        stream.close()
    }

    // MARK: - The connection

    func stream(_ stream: any ByteStream, received bytes: UnsafeRawBufferPointer) {
        guard !hasEnded else { return }
        var (units, reply) = (ByteBuffer(), ByteBuffer())
        let outcome = call.take(bytes, units: &units, reply: &reply)
        stream.write(reply.readable)
        // What it has said before it ended counts.
        if !units.isEmpty { units.withReadable { owner?.stream(self, received: $0) } }
        if outcome != .goesOn { end() }
    }

    func streamEnded(_ stream: any ByteStream) { end() }

    private func end() {
        guard !hasEnded else { return }
        hasEnded = true
        stream.stopReading()
        owner?.streamEnded(self)
    }

    func streamFailed(_ stream: any ByteStream) {
        let owner = owner
        close()
        owner?.streamFailed(self)
    }

    func streamDrained(_ stream: any ByteStream) { owner?.streamDrained(self) }
}
