// The protocols that share one port (PRODUCT.md, "One port").
// SPDX-License-Identifier: GPL-3.0-or-later

/// What a connection turned out to speak.
package enum WireProtocol: String, Sendable, CaseIterable {
    case plain, json, irc, http, tls, proxy
}
