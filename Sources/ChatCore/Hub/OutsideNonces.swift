// What was posted from outside with a nonce, the newest of it: the journal knows the rest, and what was
// posted before the server was started.
// Invariant: at most twice `capacity` are kept.
// SPDX-License-Identifier: GPL-3.0-or-later

/// A bounded map from nonce to message that forgets the older half at once.
struct OutsideNonces: Sendable {
    private var young: [String: Accepted] = [:]
    private var old: [String: Accepted] = [:]
    private let capacity: Int

    init(capacity: Int = Limits.maxOutsideNonces) { self.capacity = max(1, capacity) }

    /// What became of a nonce, when that is known here.
    subscript(nonce: String) -> Accepted? { young[nonce] ?? old[nonce] }

    /// Remembers a nonce that is not known yet.
    mutating func remember(_ nonce: String, as message: Accepted) {
        if young.count >= capacity {
            swap(&young, &old)
            young = [:]
        }
        young[nonce] = message
    }
}
