// The limits of the wire, each named once. What a peer supplies is held against one of these
// before anything is allocated for it; `welcome.limits` and chatkit(5) repeat them.
// SPDX-License-Identifier: GPL-3.0-or-later

/// Every bound that a peer can run into.
package enum Limits {
    /// Longest text of one message, in bytes of UTF-8.
    package static let maxMessageBytes = 4096
    /// Longest line (or JSON object) a client may send, in bytes, its terminator not counted.
    package static let maxLineBytes = 8192
    /// Longest nick, in characters (extended grapheme clusters).
    package static let maxNickCharacters = 32
    /// Longest nick, in bytes of UTF-8: one character may carry any number of combining marks.
    package static let maxNickBytes = 128
    /// Longest room name, `#` included, in bytes of UTF-8.
    package static let maxRoomNameBytes = 64
    /// Most rooms one client may be in at the same time.
    package static let maxRoomsPerClient = 64
    /// Most rooms one server keeps.
    package static let maxRooms = 100_000
    /// Most bytes queued for a client that does not read; over it `bye slow_consumer` is sent.
    package static let maxBacklogBytes = 1 << 20
    /// Longest nonce and label, in bytes.
    package static let maxNonceBytes = 64
    /// Nonces remembered for one session.
    package static let maxNoncesPerSession = 256
    /// Longest profile field, in bytes.
    package static let maxProfileFieldBytes = 256
    /// Longest topic, in bytes.
    package static let maxTopicBytes = 390
    /// Longest away text, in bytes.
    package static let maxAwayBytes = 390
    /// Most nicks in one question who is here.
    package static let maxNicksAsked = 64
    /// Refused nicks after which a plain-text connection is closed.
    package static let maxNickAttempts = 10
    /// Most messages in one page of history.
    package static let maxHistoryPage = 200
    /// Message numbers left out at a server's start: more than can have been waiting to be committed
    /// when it was killed.
    package static let messageNumbersSkipped: UInt64 = 1 << 18
    /// Most messages sent to a returning client in one room; the older ones are a gap.
    package static let maxMissedMessages = 1000
    /// Most bytes of text in one page of history, and of what a returning client missed in a room:
    /// what is left out is asked for again, or a gap.
    package static let maxPageBytes = 128 << 10
    /// Most messages in one page of a search.
    package static let maxSearchPage = 100
    /// Longest search, in bytes.
    package static let maxSearchBytes = 256
    /// Messages of a room kept in memory.
    package static let recentMessagesPerRoom = 256
    /// Bytes of text and client tags of a room kept in memory.
    package static let recentBytesPerRoom = 128 << 10
    /// Rooms kept in memory with nobody in them, when there are twice as many.
    package static let maxEmptyRooms = 1000
    /// Longest line an IRC client is sent, CRLF included, tags not (RFC 1459 §2.3).
    package static let maxIRCLineBytes = 512
    /// Deepest nesting of a JSON value that is read.
    package static let maxJSONDepth = 16
    /// Most members of one JSON object that is read.
    package static let maxJSONMembers = 64
    /// Longest body or WebSocket message of an Engine.IO client, in bytes: `maxPayload` of its
    /// handshake.
    package static let maxPayloadBytes = 64 << 10
    /// Longest Engine.IO packet that is read, in bytes: the longest text fits even when every letter
    /// of it is written as a `\u` escape.
    package static let maxPacketBytes = 16 << 10
    /// Most packets in one answer to a poll; there are clients that read no more.
    package static let maxPacketsPerPoll = 16
    /// Longest Socket.IO namespace, in bytes.
    package static let maxNamespaceBytes = 64
    /// Longest number of a Socket.IO acknowledgement, in digits: what JavaScript counts exactly.
    package static let maxAckDigits = 16
    /// Most binary attachments that a Socket.IO packet may announce.
    package static let maxAttachments = 64
    /// Most Engine.IO sessions of one event loop: between its polls one has no connection that
    /// would be counted.
    package static let maxEngineIOSessions = 50_000
    /// How often an Engine.IO client is asked for a sign of life.
    package static let pingInterval = Duration.seconds(25)
    /// How long the answer may take; also how long the last words wait for a poll.
    package static let pingTimeout = Duration.seconds(20)
    /// How long the change from polling to a WebSocket may take.
    package static let engineUpgrade = Duration.seconds(10)
    /// Time to complete a handshake.
    package static let handshake = Duration.seconds(10)
    /// Silence before the first byte, after which `NICK` is asked for.
    package static let nickPrompt = Duration.milliseconds(250)
    /// Pause between refusing a nick and asking again, so that `NICK` is read by itself.
    package static let nickPromptAgain = Duration.milliseconds(100)
    /// Silence that ends a plain-text message when the peer sends no newlines.
    package static let plainSilence = Duration.milliseconds(200)
}
