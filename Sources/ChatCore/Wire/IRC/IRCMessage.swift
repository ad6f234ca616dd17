// One line of IRC as a client sent it: RFC 1459 §2.3.1 with IRCv3 message tags.
// Invariant: no part holds NUL, CR or LF; at most `IRCLimits.maxParams` parameters, and only the
// last may be empty, hold a space or begin with a colon.
// SPDX-License-Identifier: GPL-3.0-or-later

/// Bounds that exist in IRC only; what all protocols share is in `Limits`.
package enum IRCLimits {
    /// Longest line without tags, its end not counted (RFC 1459 §2.3). PRIVMSG and NOTICE may be
    /// as long as `Limits.maxLineBytes`: their text is split again for those who need it.
    package static let maxBodyBytes = Limits.maxIRCLineBytes - 2
    /// Longest tag data, `@` and the space not counted (IRCv3 message-tags, "Size limit").
    package static let maxTagBytes = 4094
    /// Most parameters of one command.
    package static let maxParams = 15
    /// Most targets of one PRIVMSG, NOTICE or TAGMSG: `TARGMAX`.
    package static let maxTargets = 4
    /// Longest label that is answered (IRCv3 labeled-response).
    package static let maxLabelBytes = 64
    /// Most labelled commands that may wait for the hub; more are answered without their label.
    package static let maxOpenLabels = 64
    /// Most WHOX requests that may wait; more are answered as plain WHO.
    package static let maxOpenWhox = 64
    /// Most CHATHISTORY requests that may wait; more are refused.
    package static let maxOpenHistory = 64
    /// Longest user name, without the `~` in front.
    package static let maxUserBytes = 16
    /// Longest real name that is kept.
    package static let maxRealNameBytes = 150
    /// Most nicks in one USERHOST (RFC 2812 §4.8).
    package static let maxUserhostNicks = 5
}

/// Why a line was refused. Each case is answered by exactly one line; the connection goes on.
package enum IRCDecodeError: Error, Hashable, Sendable {
    /// 417 ERR_INPUTTOOLONG, with the limit that was passed.
    case inputTooLong(IRCLengthLimit)
    /// `FAIL * INVALID_UTF8`.
    case invalidUTF8
}

/// What a client's line may have passed; each is told in its own words.
package enum IRCLengthLimit: CaseIterable, Hashable, Sendable {
    /// The tags.
    case tags
    /// A line of any command but the next two.
    case line
    /// A line of PRIVMSG or NOTICE, whose text is split for its readers.
    case messageLine
    /// The text of one message, in every protocol the same.
    case message

    /// Which limit, for people.
    package var text: String {
        switch self {
        case .tags: "Tags may have at most \(IRCLimits.maxTagBytes) bytes"
        case .line: "A line may have at most \(IRCLimits.maxBodyBytes) bytes"
        case .messageLine: "A message's line may have at most \(Limits.maxLineBytes) bytes"
        case .message: "A message may have at most \(Limits.maxMessageBytes) bytes"
        }
    }
}

/// A command and its parameters.
package struct IRCMessage: Hashable, Sendable {
    /// The `label` tag, unescaped; empty for none.
    package var label = ""
    /// The client-only tags (`+typing=active;+x`), escaped as they came; empty for none.
    package var clientTags = ""
    /// In upper case.
    package var command: String
    package var params: [String]

    package init(
        _ command: String, _ params: [String] = [], label: String = "", clientTags: String = ""
    ) {
        self.command = command
        self.params = params
        self.label = label
        self.clientTags = clientTags
    }

    /// The parameter at `index`, or nil when there are fewer.
    package subscript(index: Int) -> String? {
        params.indices.contains(index) ? params[index] : nil
    }
}
