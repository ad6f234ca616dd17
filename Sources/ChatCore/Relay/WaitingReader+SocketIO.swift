// What a Socket.IO client says while it waits for a server, packet by packet.
// SPDX-License-Identifier: GPL-3.0-or-later

extension WaitingReader {
    /// Carries out what is not for the server; nil when it is for it.
    static func take(packet: ArraySlice<UInt8>, _ reply: inout ByteBuffer) -> Outcome? {
        // The session's own end.
        if packet.elementsEqual([EngineIOPacket.Kind.close.rawValue]) { return .leaves }
        // What the server says of attachments, and of what is too long, is its own.
        if packet.elementsEqual([EngineIOPacket.binaryMark]) { return nil }
        guard packet.first == EngineIOPacket.Kind.message.rawValue else { return .broken }
        guard packet.count <= Limits.maxPacketBytes else { return nil }
        do throws(SocketIOPacketError) {
            let packet = try read(packet)
            switch packet.content {
            // It is connected.
            case .connect: return packet.namespace == "/" ? .broken : nil
            case .disconnect: return packet.namespace == "/" ? .leaves : nil
            case .event(.string("bye"), _, _): return .leaves
            case .event(.string("ping"), let arguments, let id):
                answerPing(arguments.first, id, &reply)
                return .goesOn
            default: return nil
            }
        } catch {
            if case .malformed = error { return .broken }
            return nil
        }
    }

    /// What is said in a packet; nil when it is no message.
    static func text(inPacket packet: ArraySlice<UInt8>) -> String? {
        guard packet.first == EngineIOPacket.Kind.message.rawValue,
            let packet = try? read(packet),
            case .event(.string(let name), let arguments, _) = packet.content,
            let request = try? SocketIORequest(
                name, arguments.first, isKnown: true, room: .lobby),
            let object = request.objects.first, object["type"] == .string("message")
        else { return nil }
        return message(object["text"]?.string)
    }

    /// Reads a message without its digit.
    private static func read(
        _ packet: ArraySlice<UInt8>
    ) throws(SocketIOPacketError) -> SocketIOPacket {
        let bytes = ByteBuffer(packet.dropFirst())
        return try bytes.withReadable { bytes in
            Result { () throws(SocketIOPacketError) in try SocketIOPacket(bytes) }
        }.get()
    }

    private static func answerPing(
        _ argument: JSONValue?, _ id: UInt64?, _ reply: inout ByteBuffer
    ) {
        var pong = ByteBuffer()
        JSONWire.write(
            pong: argument?.object?["nonce"]?.string ?? argument?.string, into: &pong)
        if let id {
            reply.beginAck(RequestTag(label: String(id), mark: JSONMark.callback))
            reply.write(pong.readable)
            return reply.endEvent()
        }
        pong.endLine()
        SocketIOWire.write(events: pong, into: &reply)
    }
}
