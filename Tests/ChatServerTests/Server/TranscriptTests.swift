// The transcripts of Tests/Transcripts, played over sockets against a real server.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import ChatTestKit
import Glibc
import Testing

/// Clients on sockets.
struct SocketStage: TranscriptStage {
    let port: UInt16
    private var sockets: [TestSocket] = []

    init(port: UInt16) { self.port = port }

    var isImmediate: Bool { false }

    mutating func connect() throws -> Int {
        sockets.append(try TestSocket(port: port))
        return sockets.count - 1
    }

    mutating func send(_ bytes: [UInt8], from client: Int) throws {
        try sockets[client].send(bytes)
    }

    mutating func finish(_ client: Int) { sockets[client].finish() }

    mutating func receive(_ client: Int) -> StagedBytes {
        if sockets[client].readMore() { return .bytes(sockets[client].take()) }
        return sockets[client].hasEnded ? .end : .nothing
    }

    mutating func pass(_ duration: Duration) {
        usleep(UInt32(clamping: duration.wholeNanoseconds / 1000))
    }
}

@Suite("Transcripts over sockets")
struct SocketTranscriptTests {
    @Test(
        "each conversation goes as written", arguments: TranscriptFile.transcripts(), [1, 3])
    func conversation(file: TranscriptFile, threads: Int) throws {
        let server = try RunningServer(
            threads: threads, capacity: file.capacity,
            deskPassword: file.isDesk ? TranscriptFile.password : nil)
        defer { server.stop() }
        var stage = SocketStage(port: server.port)
        try StagedTranscript(file.text).play(on: &stage)
    }
}
