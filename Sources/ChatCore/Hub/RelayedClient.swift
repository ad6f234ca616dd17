// Whom a relay brings: the custom TLV 0xE0 of its PROXY header (chatkit(5), "PROXY").
// SPDX-License-Identifier: GPL-3.0-or-later

/// A relay's name for itself, drawn at its start.
package struct RelayID: Hashable, Sendable, CustomStringConvertible {
    package let text: String

    /// nil unless it is 1 to 32 small letters, digits and hyphens.
    package init?(_ text: some StringProtocol) {
        guard (1...32).contains(text.utf8.count),
            text.utf8.allSatisfy({
                (0x30...0x39).contains($0) || (0x61...0x7A).contains($0) || $0 == 0x2D
            })
        else { return nil }
        self.text = String(text)
    }

    package var description: String { text }
}

/// A client that came through a relay.
package struct RelayedClient: Hashable, Sendable {
    package let relay: RelayID
    /// Its visit at the relay.
    package let visit: UInt64
    /// Where it was before its server vanished; at most `Limits.maxReferenceBytes`.
    package let reference: String?

    /// nil when the reference is empty, too long or has control characters.
    package init?(relay: RelayID, visit: UInt64, reference: String? = nil) {
        if let reference {
            let isClean = reference.unicodeScalars.allSatisfy {
                $0.properties.generalCategory != .control
            }
            guard (1...Limits.maxReferenceBytes).contains(reference.utf8.count), isClean else {
                return nil
            }
        }
        self.relay = relay
        self.visit = visit
        self.reference = reference
    }

    /// Reads `RELAY VISIT[ REFERENCE]`; nil when it is something else.
    package init?(_ text: String) {
        let parts = text.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count >= 2, let relay = RelayID(parts[0]),
            parts[1].utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let visit = UInt64(parts[1])
        else { return nil }
        self.init(relay: relay, visit: visit, reference: parts.count > 2 ? String(parts[2]) : nil)
    }

    /// What the TLV holds.
    package var text: String {
        "\(relay) \(visit)" + (reference.map { " " + $0 } ?? "")
    }
}
