// A colour for every nick: the same one in every session and on every machine. Pure.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore

/// Chooses colours for nicks.
package enum NickColor {
    /// Colours of the xterm palette that are legible on black and on white.
    package static let palette: [UInt8] = [
        31, 32, 33, 37, 61, 62, 63, 67, 68, 71, 72, 95, 96, 97, 98, 101, 103, 125, 126, 127, 130,
        131, 132, 133, 136, 137, 161, 162, 166, 167, 168, 169, 172, 173,
    ]

    /// The colour of `nick`, whatever its case.
    package static func style(for nick: String) -> Style {
        // FNV-1a: stable over runs, which Swift's own hashing is not.
        var hash: UInt32 = 2_166_136_261
        for byte in CaselessText.folded(nick).utf8 {
            hash = (hash ^ UInt32(byte)) &* 16_777_619
        }
        // The low bits of FNV-1a are the weak ones.
        hash ^= hash >> 16
        return .palette(palette[Int(hash % UInt32(palette.count))])
    }
}
