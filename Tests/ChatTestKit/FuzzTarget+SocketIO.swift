// What must hold of Socket.IO: of any packets, however they are cut, and of anything that can happen to
// an Engine.IO session, in any order. Nothing is said twice, out of order or to nobody; whoever polls
// gets an answer; what is over keeps nothing.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore

extension FuzzTarget {
    /// Everything that came of messages in these pieces, as text.
    func playPackets(
        _ greeting: String, _ pieces: [ArraySlice<UInt8>]
    ) throws(Failure) -> String {
        var server = VirtualSocketIO()
        let (watcher, watching) = server.open(.webSocket)
        server.text(#"40{"nick":"watcher"}"#, over: watching)
        let (client, _) = server.open(.webSocket)
        server.receive(greeting.utf8, from: client)
        for piece in pieces where server.clients[client].left == nil {
            server.receive(piece, from: client)
            let kept = server.clients[client].messages.readableBytes
            guard kept <= FuzzTarget.maxKeptBytes else {
                throw Failure("\(kept) bytes are kept")
            }
        }
        server.pass(.seconds(100))
        try FuzzTarget.hold(server, [watcher, client])
        let record = server.clients[client]
        return
            ([record.left.map { "\($0)" } ?? "open"] + record.actions + record.heard
            + server.clients[watcher].heard).joined(separator: "\n")
    }

    /// Carries out a script of events, one a line: its first byte says what happens.
    ///
    ///     g          a GET                       p BODY     a POST
    ///     w          a WebSocket is opened       t N TEXT   a text over the N-th newest one
    ///     b N        bytes over it               d N        the N-th newest carrier is given up
    ///     m          somebody says something     s N        time passes, N-th of a list
    ///     h, r       messages are held, taken    c          the server ends the session
    func playEvents(_ script: [UInt8]) throws(Failure) {
        var server = VirtualSocketIO()
        let (client, _) = server.open(.polling)
        _ = server.post(#"40{"nick":"fuzz"}"#, client)
        server.bob(.register(Registration(nick: nil, user: "~b", host: "h")))
        var said = 0
        for line in script.split(separator: 0x0A).prefix(400) {
            play(line, &server, client, &said)
            if let fault = server.faults.first { throw Failure(fault) }
        }
        try finish(&server, client, said: said)
    }

    private func play(
        _ line: ArraySlice<UInt8>, _ server: inout VirtualSocketIO, _ client: Int,
        _ said: inout Int
    ) {
        let rest = line.dropFirst()
        let number = Int(rest.first ?? 0x30) % 10
        switch line.first {
        case UInt8(ascii: "g"): _ = server.get(client)
        case UInt8(ascii: "p"): _ = server.post(rest, client)
        case UInt8(ascii: "w"): _ = server.webSocket(client)
        case UInt8(ascii: "t"):
            let sockets = server.carriers.indices.filter { server.carriers[$0].kind == .webSocket }
            if number < sockets.count {
                server.text(rest.dropFirst(), over: sockets[sockets.count - 1 - number])
            }
        case UInt8(ascii: "b"):
            let sockets = server.carriers.indices.filter { server.carriers[$0].kind == .webSocket }
            if number < sockets.count { server.binary(over: sockets[sockets.count - 1 - number]) }
        case UInt8(ascii: "d"):
            if number < server.carriers.count { server.drop(server.carriers.count - 1 - number) }
        case UInt8(ascii: "m"):
            said += 1
            server.bob(.post(Post(to: .room(.lobby), text: "\(said)")))
        case UInt8(ascii: "s"): server.pass(FuzzTarget.pauses[number])
        case UInt8(ascii: "h"): server.hold(client, true)
        case UInt8(ascii: "r"): server.hold(client, false)
        case UInt8(ascii: "c"): server.dismiss(client)
        default: break
        }
    }

    private static let pauses: [Duration] = [
        .milliseconds(1), .milliseconds(100), .seconds(1), .seconds(5), .milliseconds(9_999),
        .seconds(10), .seconds(19), .seconds(20), .seconds(25), .seconds(45),
    ]

    /// Lets the client hear what there is, and holds what it heard against what was said.
    private func finish(
        _ server: inout VirtualSocketIO, _ client: Int, said: Int
    ) throws(Failure) {
        server.hold(client, false)
        // An upgrade that was begun is given up by then; the heartbeat is asked once at most.
        server.pass(.seconds(10))
        var polls = 0
        while server.clients[client].engine.queuedBytes > 0 {
            _ = server.get(client)
            polls += 1
            guard polls < 1000 else { throw Failure("polls bring nothing") }
        }
        try FuzzTarget.hold(server, [client])
        let heard = server.clients[client].heard.compactMap { packet -> Int? in
            guard packet.hasPrefix(#"42["message""#), packet.contains(##""from":"client#1""##)
            else { return nil }
            return packet.split(separator: #""text":""#).last.flatMap {
                Int($0.prefix { $0 != "\"" })
            }
        }
        guard zip(heard, heard.dropFirst()).allSatisfy({ $0 < $1 }) else {
            throw Failure("heard \(heard)")
        }
        // Who leaves the room misses what is said there.
        if !server.clients[client].actions.contains(where: { $0.contains("leave(") }) {
            let isWhole = server.clients[client].left != nil || heard.count == said
            guard heard.last ?? 0 == heard.count, isWhole else {
                throw Failure("of \(said) messages \(heard) are heard")
            }
        }
        server.pass(.seconds(100))
        guard server.clients[client].engine.isClosed, server.clients[client].left != nil else {
            throw Failure("a client that is silent stays")
        }
        try FuzzTarget.hold(server, [client])
        for carrier in server.carriers.indices where server.isOpen(carrier) {
            throw Failure("carrier \(carrier) is left open")
        }
        guard server.clients[client].engine.nextDeadline == .distantFuture else {
            throw Failure("what is over waits for something")
        }
    }

    /// What holds at any time.
    private static func hold(_ server: VirtualSocketIO, _ clients: [Int]) throws(Failure) {
        if let fault = server.faults.first { throw Failure(fault) }
        for packet in clients.flatMap({ server.clients[$0].heard }) {
            do throws(WireCheck.Violation) {
                try WireCheck.check(packet: packet)
            } catch {
                throw Failure("\(error)")
            }
        }
    }
}
