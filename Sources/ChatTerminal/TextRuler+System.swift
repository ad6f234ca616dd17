// The width of characters on this machine's terminals.
// SPDX-License-Identifier: GPL-3.0-or-later
import CReadline
import ChatClient

extension TextRuler {
    /// As the C library knows it, in the program's locale.
    package static let system = TextRuler { Int(chatkit_columns($0.value)) }
}
