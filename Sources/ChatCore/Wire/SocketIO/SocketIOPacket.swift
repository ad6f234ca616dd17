// Socket.IO packets (protocol revision 5, "Packet encoding") as a client sends them: a digit for the
// kind, then what of it is there: attachments, namespace, number of an acknowledgement, JSON.
// Invariants: every number is bounded before it is counted up; a packet that says less or other than
// its kind must is an error.
// SPDX-License-Identifier: GPL-3.0-or-later

/// Why a packet is not taken.
package enum SocketIOPacketError: Error, Hashable, Sendable {
    /// Longer than `Limits.maxPacketBytes`.
    case tooLong
    /// No packet of this protocol: the connection is to be closed.
    case malformed
    /// An event of the protocol with JSON that is beyond what is read here, and the number of its
    /// acknowledgement.
    case unreadable(JSONError, id: UInt64?)
}

/// One packet.
package struct SocketIOPacket: Hashable, Sendable {
    package enum Content: Hashable, Sendable {
        /// The client connects to the namespace, and says who it is.
        case connect(JSONObject)
        case disconnect
        /// The event's name and arguments.
        case event(name: JSONValue, [JSONValue], id: UInt64?)
        /// An answer to something the server asked, which it never does.
        case ack
        /// An event with so many attachments to come.
        case binaryEvent(attachments: Int, id: UInt64?)
        /// An answer with so many attachments to come.
        case binaryAck(attachments: Int)
    }

    /// `/` is the one that everybody begins in.
    package let namespace: String
    package let content: Content

    package init(namespace: String = "/", _ content: Content) {
        self.namespace = namespace
        self.content = content
    }

    /// Reads a packet, without the digit of the Engine.IO message.
    package init(_ bytes: UnsafeRawBufferPointer) throws(SocketIOPacketError) {
        var reader = SocketIOPacketReader(bytes)
        self = try reader.packet()
    }
}

/// Reads one packet. Valid for the time of one call.
private struct SocketIOPacketReader {
    private let bytes: UnsafeRawBufferPointer
    private var index = 0

    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    mutating func packet() throws(SocketIOPacketError) -> SocketIOPacket {
        guard let kind = current else { throw .malformed }
        index += 1
        var attachments = 0
        if kind == UInt8(ascii: "5") || kind == UInt8(ascii: "6") {
            guard let count = number(digits: 2), count <= Limits.maxAttachments,
                current == UInt8(ascii: "-")
            else { throw .malformed }
            index += 1
            attachments = Int(count)
        }
        let namespace = try namespace()
        let start = index
        let id = number(digits: Limits.maxAckDigits)
        guard id != nil || index == start else { throw .malformed }
        let content = try content(kind, attachments: attachments, id: id)
        return SocketIOPacket(namespace: namespace, content)
    }

    private mutating func content(
        _ kind: UInt8, attachments: Int, id: UInt64?
    ) throws(SocketIOPacketError) -> SocketIOPacket.Content {
        switch kind {
        case UInt8(ascii: "0"):
            guard id == nil else { throw .malformed }
            return .connect(try auth())
        case UInt8(ascii: "1"):
            guard id == nil, current == nil else { throw .malformed }
            return .disconnect
        case UInt8(ascii: "2"):
            let values = try array(id: id)
            guard let name = values.first else { throw .malformed }
            return .event(name: name, Array(values.dropFirst()), id: id)
        case UInt8(ascii: "3"):
            _ = try array(id: id)
            return .ack
        case UInt8(ascii: "5"):
            guard try !array(id: id).isEmpty else { throw .malformed }
            return .binaryEvent(attachments: attachments, id: id)
        case UInt8(ascii: "6"):
            _ = try array(id: id)
            return .binaryAck(attachments: attachments)
        default: throw .malformed
        }
    }

    private var current: UInt8? { index < bytes.count ? bytes[index] : nil }

    /// Digits, if any stand here; nil as well when there are more than may be.
    private mutating func number(digits most: Int) -> UInt64? {
        var value: UInt64 = 0
        let start = index
        while let byte = current, (0x30...0x39).contains(byte) {
            guard index - start < min(most, 18) else { return nil }
            value = value * 10 + UInt64(byte - 0x30)
            index += 1
        }
        return index > start ? value : nil
    }

    /// The namespace, without the query that old clients put behind it.
    private mutating func namespace() throws(SocketIOPacketError) -> String {
        guard current == UInt8(ascii: "/") else { return "/" }
        let rest = UnsafeRawBufferPointer(rebasing: bytes[index...])
        let length = ByteScan.firstIndex(of: UInt8(ascii: ","), in: rest) ?? rest.count
        guard length <= Limits.maxNamespaceBytes,
            let name = String(validating: rest[..<length], as: UTF8.self),
            name.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F })
        else { throw .malformed }
        index += min(length + 1, rest.count)
        return String(name.prefix { $0 != "?" })
    }

    /// The rest as JSON; nil when there is none.
    private func json() throws(JSONError) -> JSONValue? {
        guard index < bytes.count else { return nil }
        // The array that everything stands in is the protocol's own.
        return try JSONReader.value(
            in: UnsafeRawBufferPointer(rebasing: bytes[index...]),
            maxDepth: Limits.maxJSONDepth + 1)
    }

    /// What a client that connects says of itself.
    private func auth() throws(SocketIOPacketError) -> JSONObject {
        let value: JSONValue?
        do throws(JSONError) { value = try json() } catch { throw .malformed }
        switch value {
        case nil, .null: return JSONObject()
        case .object(let object): return object
        default: throw .malformed
        }
    }

    private func array(id: UInt64?) throws(SocketIOPacketError) -> [JSONValue] {
        let value: JSONValue?
        do throws(JSONError) {
            value = try json()
        } catch {
            switch error.kind {
            case .tooDeep, .tooManyMembers, .duplicateName, .numberOutOfRange, .loneSurrogate:
                throw .unreadable(error, id: id)
            default: throw .malformed
            }
        }
        guard let elements = value?.array else { throw .malformed }
        return elements
    }
}
