// The rate at which one client is read.
// SPDX-License-Identifier: GPL-3.0-or-later

/// How fast one client may send before the server slows its reading down.
package enum FloodLimit: Hashable, Sendable {
    case off
    /// `rate` requests a second in the long run, `burst` at once.
    case limited(rate: Int, burst: Int)

    package static let standard = FloodLimit.limited(rate: 50, burst: 1000)
    /// A rate without a burst allows this many times as much at once.
    package static let burstPerRate = 20
}
