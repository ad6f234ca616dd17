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
    /// So many, and up to twice as many, nonces of what was posted from outside are remembered; the
    /// journal knows the others.
    package static let maxOutsideNonces = 4096
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
    /// Longest comment of a rating, in bytes.
    package static let maxCommentBytes = 1000
    /// Those who wait are told where they stand at least this often.
    package static let noticeInterval = Duration.seconds(15)
    /// How long a client that dropped while waiting keeps its place.
    package static let keepsPlace = Duration.seconds(30)
    /// How long after a conversation it can be rated, with its ticket.
    package static let ratable = Duration.seconds(24 * 3600)
    /// How long a client is asked for a rating before its connection is closed.
    package static let ratingPause = Duration.seconds(120)
    /// Messages that a visitor of a desk may leave in its conversation while it waits.
    package static let maxMessagesWaiting = 20
    /// Most messages of a transcript, which a visitor brings from one server to the next.
    package static let maxTranscriptMessages = 50
    /// Most bytes of their names and texts together, whatever the transcript comes in.
    package static let maxTranscriptBytes = maxLineBytes
    /// Silence after which an operator is taken for gone; asked for life after a third of it.
    package static let operatorSilence = Duration.seconds(15)
    /// Most people in one list of those who wait.
    package static let maxWaitingListed = 200
    /// Longest password, in bytes.
    package static let maxPasswordBytes = 1024
    /// Wrong passwords from one address before others have to wait.
    package static let freePasswordAttempts = 5
    /// Longest message of a WebSocket client, in bytes: all its frames, as sent and as inflated.
    package static let maxWebSocketMessageBytes = 64 << 10
    /// Most frames that one WebSocket message may come in.
    package static let maxWebSocketFragments = 1024
    /// Longest payload of a WebSocket control frame, in bytes (RFC 6455 §5.5).
    package static let maxControlPayloadBytes = 125
    /// Most pongs for the pings of one read; of the pings after that only the last is answered.
    package static let maxPongsPerRead = 16
    /// Time for a WebSocket client to answer a Close before the connection is cut.
    package static let webSocketClose = Duration.seconds(2)
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
    /// Silence after which a client is disconnected, unless an option says otherwise.
    package static let idle = Duration.seconds(300)
    /// Time to complete a handshake.
    package static let handshake = Duration.seconds(10)
    /// Silence before the first byte, after which `NICK` is asked for.
    package static let nickPrompt = Duration.milliseconds(250)
    /// How long a question for a nick waits for bytes that are in the socket to be read.
    package static let promptPause = Duration.milliseconds(10)
    /// Pause between refusing a nick and asking again, so that `NICK` is read by itself.
    package static let nickPromptAgain = Duration.milliseconds(100)
    /// Silence that ends a plain-text message when the peer sends no newlines.
    package static let plainSilence = Duration.milliseconds(200)
}

// MARK: - HTTP

extension Limits {
    /// Longest request target: 414.
    package static let maxHTTPTargetBytes = 8192
    /// Longest method that is told apart from nonsense: 501.
    package static let maxHTTPMethodBytes = 24
    /// Longest field line, CRLF not counted: 431.
    package static let maxHTTPFieldBytes = 8192
    /// Longest header section, CRLFs counted, the empty line at its end not: 431.
    package static let maxHTTPHeaderBytes = 32 << 10
    /// Most field lines of one request: 431.
    package static let maxHTTPFields = 100
    /// Longest content of a request, unless a decoder is made for another length: 413.
    package static let maxHTTPBodyBytes = 64 << 10
    /// Longest line with a chunk's size and its extensions, CRLF not counted: 400.
    package static let maxHTTPChunkLineBytes = 256
    /// Longest trailer section, counted like the header section: 431.
    package static let maxHTTPTrailerBytes = 8192
    /// Silence after which an HTTP connection that no request is coming in on is closed.
    package static let httpIdle = Duration.seconds(60)
    /// How long the answer to a request may take: 504.
    package static let httpAnswer = Duration.seconds(30)
    /// After how long the reader of a stream is to come back.
    package static let streamRetry = Duration.seconds(3)
    /// How long a poll of an Engine.IO client may take: longer than its session lets it wait.
    package static let enginePoll = Duration.seconds(90)
    /// How often a stream of server-sent events shows that it is alive.
    package static let streamBeat = Duration.seconds(15)
    /// Most segments of a path: 414.
    package static let maxHTTPPathSegments = 64
    /// Longest token that a request shows to be let in, in bytes.
    package static let maxTokenBytes = 256
    /// Longest content of an answer to a request of ours: a report of ten thousand rows fits.
    package static let maxHTTPReplyBytes = 16 << 20
    /// Most interim answers before the one that was asked for.
    package static let maxHTTPInterimReplies = 8
    /// Most pairs of a query or a form: 400.
    package static let maxHTTPFormPairs = 64
}

// MARK: - Relays

extension Limits {
    /// Most servers in a relay's directory.
    package static let maxServers = 1000
    /// Longest name of a server, in bytes.
    package static let maxServerNameBytes = 64
    /// Most bytes that a client may send ahead while it waits for a server.
    package static let maxAheadBytes = 64 << 10
    /// Longest packet that a relay takes from a server by Socket.IO, in bytes: as much as a server keeps
    /// for a client.
    package static let maxServerPacketBytes = maxBacklogBytes
    /// Most bytes of a client's handshake, which its server is sent again.
    package static let maxHandshakeBytes = 32 << 10
    /// How often a client whose server lets go of it without a word is sent to another.
    package static let maxServerLosses = 3
    /// How long a relay tries to connect to a server.
    package static let serverConnect = Duration.seconds(3)
    /// Longest PROXY header that is read, in bytes.
    package static let maxProxyHeaderBytes = 2048
    /// Longest reference of a client that was elsewhere before, in bytes.
    package static let maxReferenceBytes = 128
    /// Longest line of a control link, in bytes, its terminator not counted.
    package static let maxControlLineBytes = 4096
    /// Longest message of somebody who waited in vain that a control link carries, in bytes: with every
    /// character escaped it fits into a line.
    package static let maxLeftBytes = 1500
    /// Most lines a second that the other end of a control link may send. A client that comes and goes
    /// is worth four at most, and no server sees thousands of them come and go in a second.
    package static let controlLinesPerSecond = 20_000
    /// How often each end of a control link shows that it is alive.
    package static let controlBeat = Duration.seconds(3)
    /// Silence after which a control link is taken for dead.
    package static let controlSilence = Duration.seconds(9)
}
