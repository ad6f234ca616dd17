// What was typed and is not known to have arrived: kept in order until the server acks it, sent
// again after a reconnect. The nonce makes a resend within a session the same message. Pure.
// Invariant: the first `inFlight` entries were sent on this connection, the others were not;
// count ≤ maxCount and bytes ≤ maxBytes.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore

/// An ordered, bounded queue of lines for the server.
package struct PendingMessages: Sendable {
    /// Most entries that are kept.
    package static let maxCount = 1024
    /// Most bytes that are kept.
    package static let maxBytes = 1 << 20
    /// Most messages that wait for their ack at a time: the server remembers the nonces of so many.
    package static let window = Limits.maxNoncesPerSession / 2

    /// How an entry ends.
    package enum Kind: Hashable, Sendable {
        /// By an ack of this nonce, or a refusal that carries the label (or the nonce).
        case message(nonce: String, label: String)
        /// By being sent.
        case command
    }

    private struct Entry: Sendable {
        let kind: Kind
        var line: [UInt8]
    }

    private var entries: [Entry] = []
    /// How many of the entries, from the first, wait for an ack on this connection.
    package private(set) var inFlight = 0
    package private(set) var bytes = 0

    package init() {}

    package var count: Int { entries.count }
    package var isEmpty: Bool { entries.isEmpty }

    /// How many of them are messages.
    package var messages: Int {
        entries.reduce(0) { if case .message = $1.kind { $0 + 1 } else { $0 } }
    }

    /// Whether another entry of ordinary size would be taken.
    package var hasRoom: Bool {
        count < PendingMessages.maxCount
            && bytes + Limits.maxLineBytes <= PendingMessages.maxBytes
    }

    /// Keeps `line`; false, and nothing is kept, when there is no room for it.
    package mutating func append(_ line: [UInt8], _ kind: Kind) -> Bool {
        guard count < PendingMessages.maxCount,
            line.count <= PendingMessages.maxBytes - bytes
        else { return false }
        entries.append(Entry(kind: kind, line: line))
        bytes += line.count
        return true
    }

    /// The lines that may be sent now, each to be sent once; commands are forgotten with it.
    package mutating func takeSendable() -> [[UInt8]] {
        var lines: [[UInt8]] = []
        while inFlight < entries.count, inFlight < PendingMessages.window {
            let entry = entries[inFlight]
            lines.append(entry.line)
            if entry.kind == .command {
                remove(at: inFlight)
            } else {
                inFlight += 1
            }
        }
        return lines
    }

    /// Forgets the message with this nonce or label: it has arrived, or never will. False when it
    /// is unknown.
    package mutating func settle(_ name: String) -> Bool {
        let found = entries.firstIndex { entry in
            guard case .message(let nonce, let label) = entry.kind else { return false }
            return nonce == name || label == name
        }
        guard let index = found else { return false }
        if index < inFlight { inFlight -= 1 }
        remove(at: index)
        return true
    }

    /// Whether a message with this nonce or label is not settled.
    package func knows(_ name: String) -> Bool {
        entries.contains { entry in
            guard case .message(let nonce, let label) = entry.kind else { return false }
            return nonce == name || label == name
        }
    }

    /// What the messages that are not settled say, as far as that can be told, oldest first.
    package var texts: [String] {
        entries.compactMap { entry in
            guard case .message = entry.kind else { return nil }
            return (try? JSONReader.value(in: entry.line))?.object?["text"]?.string
        }
    }

    /// The connection is gone: everything is to be sent on the next one.
    package mutating func connectionLost() { inFlight = 0 }

    /// Lets go of rooms that the next server does not have: what was for them goes to the first one that
    /// one is in there.
    package mutating func forgetRooms(_ isForgotten: (RoomName) -> Bool) {
        for index in entries.indices {
            let line = entries[index].line
            guard let object = (try? JSONReader.value(in: line))?.object,
                let room = object["room"]?.string.flatMap({ try? RoomName($0) }), isForgotten(room)
            else { continue }
            var others = JSONObject()
            for member in object.members where member.name != "room" {
                _ = others.append(member.name, member.value)
            }
            var changed = ByteBuffer()
            changed.write(json: .object(others))
            changed.write(0x0A)
            entries[index].line = changed.storage
            bytes += changed.storage.count - line.count
        }
    }

    private mutating func remove(at index: Int) {
        bytes -= entries[index].line.count
        entries.remove(at: index)
    }
}
