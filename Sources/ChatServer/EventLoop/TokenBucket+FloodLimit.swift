// The flood limit as a bucket.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore

extension TokenBucket {
    /// A full bucket of that limit.
    init(_ limit: FloodLimit) {
        switch limit {
        case .off: self = .unlimited
        case .limited(let rate, let burst): self.init(rate: rate, burst: burst)
        }
    }
}
