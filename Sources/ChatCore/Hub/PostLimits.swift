// How fast those may post who are not here: a bucket for each address, in a table that never grows.
// Addresses that share a place share its limit. Time is a parameter.
// SPDX-License-Identifier: GPL-3.0-or-later

/// Buckets by address.
struct PostLimits: Sendable {
    private static let places = 1024

    private var buckets: [TokenBucket]

    init(_ bucket: TokenBucket) {
        buckets = Array(repeating: bucket, count: PostLimits.places)
    }

    /// Takes a token of that address; when there is none, says how long to wait for one.
    mutating func admit(_ address: String, now: Instant) -> Duration? {
        var hasher = Hasher()
        hasher.combine(address)
        let place = Int(UInt(bitPattern: hasher.finalize()) % UInt(PostLimits.places))
        return buckets[place].admit(now: now).map { $0 - now }
    }
}
