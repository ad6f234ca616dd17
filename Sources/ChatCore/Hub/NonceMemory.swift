// The nonces one session has used, with what became of them: a message sent again is answered
// with the first one's ack and is not a second message. What became of the newest is known here; of
// older ones only that they were used (a hash each), and the journal knows the rest.
// SPDX-License-Identifier: GPL-3.0-or-later

/// What a nonce became.
package struct Accepted: Sendable, Hashable {
    package let id: MessageID
    package let room: RoomName?
    package let seq: UInt64

    package init(id: MessageID, room: RoomName?, seq: UInt64) {
        self.id = id
        self.room = room
        self.seq = seq
    }
}

/// A bounded map from nonce to message.
package struct NonceMemory: Sendable {
    package enum Knowledge: Sendable, Hashable {
        case unknown
        case known(Accepted)
        /// Used before, or another nonce with the same hash was: the journal can tell.
        case perhaps
    }

    /// Hashes of the nonces that were forgotten.
    private var forgotten: Set<Int> = []
    private var accepted: [String: Accepted] = [:]
    private var order: [String] = []
    private var oldest = 0
    private let capacity: Int

    package init(capacity: Int = Limits.maxNoncesPerSession) { self.capacity = max(1, capacity) }

    /// What became of a nonce, when that is known here.
    package subscript(nonce: String) -> Accepted? { accepted[nonce] }

    package func knowledge(of nonce: String) -> Knowledge {
        if let message = accepted[nonce] { return .known(message) }
        return forgotten.contains(nonce.hashValue) ? .perhaps : .unknown
    }

    /// Remembers a nonce that is not known yet.
    package mutating func remember(_ nonce: String, as message: Accepted) {
        guard accepted.updateValue(message, forKey: nonce) == nil else { return }
        if order.count < capacity {
            order.append(nonce)
        } else {
            accepted[order[oldest]] = nil
            forgotten.insert(order[oldest].hashValue)
            order[oldest] = nonce
            oldest = oldest + 1 == capacity ? 0 : oldest + 1
        }
    }
}
