// A message for the desk of a client whose wait ended without an operator.
// SPDX-License-Identifier: GPL-3.0-or-later

/// What somebody said who waited for a server in vain.
package struct LeftMessage: Hashable, Sendable {
    package let nick: String
    /// One line; what is longer than `Limits.maxLeftBytes` is cut off.
    package let text: String

    package init(nick: Nickname, text: String) {
        self.init(nick: nick.text, text: text)
    }

    /// Control characters become blanks: the text goes to screens.
    init(nick: String, text: String) {
        self.nick = nick.prefix(utf8Bytes: Limits.maxNickBytes)
        let line = String(
            String.UnicodeScalarView(
                text.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : $0 }))
        self.text = line.prefix(utf8Bytes: Limits.maxLeftBytes)
    }
}
