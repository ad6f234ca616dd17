// What a request was, in the one byte that comes back with its answer: the hub has fewer kinds of
// answers than IRC has numerics.
// SPDX-License-Identifier: GPL-3.0-or-later

/// The meaning of `RequestTag.mark` for IRC.
package enum IRCMark: UInt8, CaseIterable, Sendable {
    /// PRIVMSG without a label: a request with no tag at all, which the hub need not answer.
    case message
    case register
    case nick
    case join
    case part
    /// NOTICE: never answered with an error (RFC 2812 §3.3.2).
    case notice
    case tags
    case names
    /// `LIST #room`: one of several rooms.
    case list
    /// The last of them: the end of the list follows.
    case listLast
    case whois
    case who
    case whox
    case topic
    case topicChange
    case mode
    /// A change of modes, refused if the room is there at all.
    case modeChange
    case bans
    case isOn
    case userHost
    case lusers
    case time
    case ping
    case away
    case quit
    /// Any CHATHISTORY; `IRCSession.openHistory` knows which.
    case history
    /// RATE and DESK.
    case desk
}
