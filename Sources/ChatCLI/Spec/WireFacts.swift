// Codes and limits of the wire as chatkit(5) lists them. Numbers and codes are read from ChatCore;
// nothing is said twice.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore

/// A limit with the name that `welcome.limits` gives it.
package struct WireLimit: Sendable {
    /// nil: not told in `welcome`.
    package let name: String?
    package let value: String
    package let says: String

    init(_ name: String?, _ value: Int, _ unit: String, _ says: String) {
        self.name = name
        self.value = "\(value) \(unit)"
        self.says = says
    }

    init(_ time: Duration, _ says: String) {
        name = nil
        let milliseconds = time.wholeMilliseconds
        value = milliseconds % 1000 == 0 ? "\(milliseconds / 1000) s" : "\(milliseconds) ms"
        self.says = says
    }
}

/// What the wire's tables are made of.
package enum WireFacts {
    /// Every limit a peer can run into.
    package static let limits: [WireLimit] = [
        WireLimit("message_bytes", Limits.maxMessageBytes, "bytes", "the text of a message"),
        WireLimit(
            "line_bytes", Limits.maxLineBytes, "bytes",
            "a line or JSON object, its end not counted; a longer one is refused and skipped"),
        WireLimit("nick_characters", Limits.maxNickCharacters, "characters", "a nick"),
        WireLimit(nil, Limits.maxNickBytes, "bytes", "a nick, whatever its characters"),
        WireLimit("room_name_bytes", Limits.maxRoomNameBytes, "bytes", "a room's name with its #"),
        WireLimit("rooms", Limits.maxRoomsPerClient, "rooms", "rooms one client is in"),
        WireLimit(nil, Limits.maxRooms, "rooms", "rooms one server keeps"),
        WireLimit(
            "backlog_bytes", Limits.maxBacklogBytes, "bytes",
            "what waits for a client that does not read; over it `bye` with `slow_consumer`"),
        WireLimit("nonce_bytes", Limits.maxNonceBytes, "bytes", "a nonce or label"),
        WireLimit(
            nil, Limits.maxNoncesPerSession, "nonces", "nonces remembered for one session"),
        WireLimit(
            "profile_field_bytes", Limits.maxProfileFieldBytes, "bytes", "a field of a profile"),
        WireLimit("topic_bytes", Limits.maxTopicBytes, "bytes", "a topic"),
        WireLimit("away_bytes", Limits.maxAwayBytes, "bytes", "an away text"),
        WireLimit("history_messages", Limits.maxHistoryPage, "messages", "one page of history"),
        WireLimit(
            "missed_messages", Limits.maxMissedMessages, "messages",
            "what a returning client is sent of one room; older ones are a `gap`"),
        WireLimit("search_messages", Limits.maxSearchPage, "messages", "one page of a search"),
        WireLimit("search_bytes", Limits.maxSearchBytes, "bytes", "the words of a search"),
        WireLimit(
            nil, Limits.recentMessagesPerRoom, "messages", "messages of a room kept in memory"),
        WireLimit(nil, Limits.recentBytesPerRoom, "bytes", "their text together"),
        WireLimit("json_depth", Limits.maxJSONDepth, "levels", "nesting of a JSON value"),
        WireLimit("json_members", Limits.maxJSONMembers, "members", "members of a JSON object"),
        WireLimit(
            nil, Limits.maxNickAttempts, "nicks",
            "refused nicks, after which a plain text connection is closed"),
        WireLimit("comment_bytes", Limits.maxCommentBytes, "bytes", "the comment of a rating"),
        WireLimit(
            nil, Limits.maxMessagesWaiting, "messages",
            "what a visitor of a desk may leave while it waits"),
        WireLimit(nil, Limits.maxTranscriptMessages, "messages", "a `transcript`"),
        WireLimit(
            nil, Limits.maxTranscriptBytes, "bytes", "its names and texts together"),
        WireLimit(
            nil, Limits.maxWaitingListed, "people", "a list of those who wait"),
        WireLimit(nil, Limits.maxPasswordBytes, "bytes", "a password"),
        WireLimit(Limits.keepsPlace, "a client that dropped while waiting keeps its place"),
        WireLimit(Limits.noticeInterval, "the longest time between two `queue`"),
        WireLimit(Limits.ratingPause, "time to rate a conversation before `bye`"),
        WireLimit(Limits.ratable, "time to rate it by its ticket"),
        WireLimit(Limits.operatorSilence, "an operator that is silent so long is taken for gone"),
        WireLimit(
            nil, Limits.maxWebSocketMessageBytes, "bytes",
            "a WebSocket message; one that is longer than a line may be is refused and skipped"),
        WireLimit(nil, Limits.maxWebSocketFragments, "frames", "frames of a WebSocket message"),
        WireLimit(nil, Limits.maxHTTPTargetBytes, "bytes", "the address in an HTTP request"),
        WireLimit(nil, Limits.maxHTTPHeaderBytes, "bytes", "the header fields of a request"),
        WireLimit(nil, Limits.maxHTTPFields, "fields", "header fields of a request"),
        WireLimit(nil, Limits.maxHTTPBodyBytes, "bytes", "the content of a request"),
        WireLimit(nil, Limits.maxProxyHeaderBytes, "bytes", "a PROXY header"),
        WireLimit(nil, Limits.maxControlLineBytes, "bytes", "a line of a control link"),
        WireLimit(
            nil, Limits.controlLinesPerSecond, "lines", "lines of a control link in a second"),
        WireLimit(
            nil, Limits.maxAheadBytes, "bytes", "said to a relay while one waits for a server"),
        WireLimit(nil, Limits.maxServers, "servers", "of a relay"),
        WireLimit(Limits.httpIdle, "an HTTP connection without a request is closed"),
        WireLimit(Limits.httpAnswer, "the longest time until a request is answered"),
        WireLimit(Limits.streamBeat, "the time between an event stream's signs of life"),
        WireLimit(Limits.handshake, "time to say who one is, and for an HTTP request to come in"),
    ]

    /// One of each refusal, with a stand-in for what was refused: the codes come from here.
    package static let refusals: [HubError] = [
        .nickTaken("NICK"), .badNick("NICK", .empty), .badRoom("ROOM", .empty),
        .noSuchNick("NICK"), .noSuchRoom("ROOM"), .notInRoom("ROOM"), .tooManyRooms,
        .noRoomForRooms, .messageTooLong, .emptyMessage, .badNonce, .badProfile, .topicTooLong,
        .alreadyRegistered, .notRegistered, .badReference("MESSAGE"), .badSearch, .badToken,
        .unavailable("WHY"), .notSaved("WHY"), .badRating, .alreadyRated, .notAttended,
        .badTicket, .waiting, .tooManyWhileWaiting, .notOperator, .wrongPassword, .tryLater,
        .noDesk, .noConversation, .operatorBusy("NICK"), .notAtDesk, .notOutside,
        .tooFast(.seconds(1)), .cannotSave("WHY"), .noSuchServer("NAME"), .tooManyRows,
        .wrongToken, .noReference, .alreadyTold,
    ]

    /// Codes of lines that never become a request, in JSON alone.
    package static let lineRefusals: [NamedThing] = [
        NamedThing("unknown_type", "there is no request of that type"),
        NamedThing("bad_field", "a member is missing or not what it must be; `field` names it"),
        NamedThing("line_too_long", "a line may have at most \(Limits.maxLineBytes) bytes"),
        NamedThing("not_an_object", "a line must be one JSON object"),
        NamedThing("bad_json", "the line is not JSON; the message says where"),
        NamedThing("bad_utf8", "a string is not UTF-8"),
        NamedThing("too_deep", "nested more than \(Limits.maxJSONDepth) deep"),
        NamedThing("too_many_members", "an object has more than \(Limits.maxJSONMembers) members"),
        NamedThing("duplicate_name", "an object has a name twice"),
    ]

    /// Each error code once, with what it means.
    package static var errorCodes: [NamedThing] {
        var codes: [NamedThing] = []
        for refusal in refusals {
            let says: String =
                switch refusal {
                case .badNick: "NICK cannot be a nick, and why"
                case .badRoom: "ROOM cannot be a room, and why"
                case .tooManyRooms: "the client, or the server, has as many rooms as there may be"
                default: refusal.message
                }
            if codes.contains(where: { $0.name == refusal.code }) { continue }
            codes.append(NamedThing(refusal.code, says))
        }
        return codes + lineRefusals
    }

    /// Each reason to end a connection, with what it means.
    package static var byeCodes: [NamedThing] {
        ByeCode.allCases.map {
            NamedThing($0.rawValue, $0.reason + ($0.retry ? "; trying again can help" : ""))
        }
    }
}
