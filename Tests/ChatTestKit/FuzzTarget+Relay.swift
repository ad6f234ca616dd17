// What must hold of any bytes where a relay stands before a server: headers and lines that are understood
// say the same when they are written again, and nothing is kept without bound.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore

extension FuzzTarget {
    /// Everything that came of a connection's first pieces.
    func playHeader(_ pieces: [ArraySlice<UInt8>]) throws(Failure) -> String {
        var input = ByteBuffer()
        var found: ProxyHeader?
        for piece in pieces {
            input.write(piece)
            guard found == nil else { continue }
            do throws(ProxyHeaderError) {
                found = try ProxyHeaderDecoder.next(in: &input)
            } catch {
                return "\(error)"
            }
            guard found != nil || input.readableBytes <= Limits.maxProxyHeaderBytes else {
                throw Failure("\(input.readableBytes) bytes wait")
            }
        }
        guard let header = found else { return "nothing" }
        var written = ByteBuffer()
        header.write(into: &written)
        written.write("rest")
        let read = try? ProxyHeaderDecoder.next(in: &written)
        // A header has room for one kind of address: a destination of the other is left out.
        let isMixed = header.source?.address.isIPv4 != header.destination?.address.isIPv4
        guard let read, read.source == header.source, read.relayed == header.relayed,
            isMixed || read.destination == header.destination, written.text == "rest"
        else {
            throw Failure("\(header) is not read as it was written")
        }
        for endpoint in [header.source, header.destination] {
            guard let endpoint else { continue }
            guard IPAddress("\(endpoint.address)") == endpoint.address else {
                throw Failure("\(endpoint) is not read as it was written")
            }
        }
        return "\(header) \(input.readable)"
    }

    /// Everything that came of a link's pieces.
    func playControl(_ pieces: [ArraySlice<UInt8>]) throws(Failure) -> String {
        var decoder = ControlDecoder()
        var input = ByteBuffer()
        var record = ""
        for piece in pieces {
            input.write(piece)
            while true {
                let message: ControlMessage
                do throws(ControlError) {
                    guard let next = try decoder.next(in: &input, now: Instant(nanoseconds: 0))
                    else { break }
                    message = next
                } catch {
                    return record + "\(error)"
                }
                try FuzzTarget.checkWritten(message)
                record += "\(message)\n"
            }
            input.discardReadBytes()
            guard input.readableBytes <= Limits.maxControlLineBytes + 1 else {
                throw Failure("\(input.readableBytes) bytes wait")
            }
        }
        return record
    }

    private static func checkWritten(_ message: ControlMessage) throws(Failure) {
        var written = ByteBuffer()
        message.write(into: &written)
        // Escapes may make it longer than it was; then it is no line any more.
        guard written.readableBytes <= Limits.maxControlLineBytes else { return }
        var decoder = ControlDecoder()
        guard (try? decoder.next(in: &written, now: Instant(nanoseconds: 0))) == message,
            written.isEmpty
        else {
            throw Failure("\(message) is not read as it was written")
        }
    }

    /// A client that waits, and what a server is sent of it afterwards: in units, however it was cut.
    func playWaiting(_ pieces: [ArraySlice<UInt8>]) throws(Failure) -> String {
        let dialects: [RelayDialect] = [
            .plain, .json, .irc, .webSocket(.plain), .webSocket(.json), .webSocket(.irc),
            .socketIO,
        ]
        var reader: WaitingReader?
        var cutter = UnitCutter(.none)
        var reply = ByteBuffer()
        var outcome = WaitingReader.Outcome.goesOn
        var whole = 0
        var seen = 0
        for var piece in pieces {
            if reader == nil {
                guard let first = piece.popFirst() else { continue }
                let dialect = dialects[Int(first) % dialects.count]
                reader = WaitingReader(dialect, name: "relay")
                cutter = UnitCutter(dialect.units)
            }
            guard outcome == .goesOn, var current = reader else { continue }
            reader = nil
            outcome = piece.withUnsafeBytes { current.take($0, reply: &reply) }
            let ended = piece.withUnsafeBytes { cutter.wholeBytes(of: $0) }
            if ended > 0 { whole = seen + ended }
            seen += piece.count
            reader = current
        }
        guard var reader else { return "nothing" }
        let texts = reader.texts
        let kept = reader.takeKept()
        guard kept.count <= Limits.maxAheadBytes + FuzzTarget.maxInputBytes else {
            throw Failure("\(kept.count) bytes are kept")
        }
        // What follows the end of a conversation is cut where that came, and not looked at.
        guard outcome == .goesOn else { return "\(outcome)" }
        return "\(texts) \(kept) \(reply.readable) \(whole)"
    }

    /// What comes of a server's answers: whole messages for the client, whole frames for the server.
    func playCall(_ pieces: [ArraySlice<UInt8>]) throws(Failure) -> String {
        var call = EngineIOCall()
        var (units, reply) = (ByteBuffer(), ByteBuffer())
        var outcome = EngineIOCall.Outcome.goesOn
        for piece in pieces where outcome == .goesOn {
            outcome = piece.withUnsafeBytes { call.take($0, units: &units, reply: &reply) }
        }
        for unit in EngineIOPacket.packets(in: units.readable) where unit.first != 0x34 {
            throw Failure("\(unit) is no message")
        }
        guard units.isEmpty || units.readable.last == EngineIOPacket.separator else {
            throw Failure("a message has no end")
        }
        var back = ByteBuffer()
        units.withReadable { call.send($0, into: &back) }
        for frames in [reply, back] {
            var cutter = UnitCutter(.frames)
            guard frames.withReadable({ cutter.wholeBytes(of: $0) }) == frames.readableBytes else {
                throw Failure("\(frames.readable) ends within a frame")
            }
        }
        return "\(outcome) \(units.readable) \(reply.readable) \(back.readable)"
    }
}
