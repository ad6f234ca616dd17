// Codes and limits of the wire as chatkit(5) lists them. Numbers and codes come from ChatCore, so
// nothing stands twice.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore

/// A limit with the name that `welcome.limits` gives it.
package struct WireLimit: Sendable {
    /// nil: not in `welcome`.
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
    /// Every limit that a peer can reach.
    package static let limits: [WireLimit] = [
        WireLimit("message_bytes", Limits.maxMessageBytes, "bytes", "the text of a message"),
        WireLimit(
            "line_bytes", Limits.maxLineBytes, "bytes",
            "a line or JSON object without its end; the server refuses and skips a longer one"),
        WireLimit("nick_characters", Limits.maxNickCharacters, "characters", "a nick"),
        WireLimit(nil, Limits.maxNickBytes, "bytes", "a nick in UTF-8"),
        WireLimit("room_name_bytes", Limits.maxRoomNameBytes, "bytes", "a room name with its #"),
        WireLimit("rooms", Limits.maxRoomsPerClient, "rooms", "rooms of one client"),
        WireLimit(nil, Limits.maxRooms, "rooms", "rooms of one server"),
        WireLimit(
            "backlog_bytes", Limits.maxBacklogBytes, "bytes",
            "output queued for a client that does not read; beyond it `bye` with `slow_consumer`"),
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
            "missed messages of one room that a resuming client receives; older ones are a `gap`"),
        WireLimit("search_messages", Limits.maxSearchPage, "messages", "one page of a search"),
        WireLimit("search_bytes", Limits.maxSearchBytes, "bytes", "the words of a search"),
        WireLimit(
            nil, Limits.recentMessagesPerRoom, "messages",
            "messages of a room that are kept in memory"),
        WireLimit(nil, Limits.recentBytesPerRoom, "bytes", "their text together"),
        WireLimit("json_depth", Limits.maxJSONDepth, "levels", "nesting of a JSON value"),
        WireLimit("json_members", Limits.maxJSONMembers, "members", "members of a JSON object"),
        WireLimit(
            nil, Limits.maxNickAttempts, "nicks",
            "refused nicks, after which the server closes a plain-text connection"),
        WireLimit("comment_bytes", Limits.maxCommentBytes, "bytes", "the comment of a rating"),
        WireLimit(
            nil, Limits.maxMessagesWaiting, "messages",
            "messages that a visitor of a desk may send while it waits"),
        WireLimit(nil, Limits.maxTranscriptMessages, "messages", "a `transcript`"),
        WireLimit(
            nil, Limits.maxTranscriptBytes, "bytes", "its names and texts together"),
        WireLimit(
            nil, Limits.maxWaitingListed, "people", "a list of waiting clients"),
        WireLimit(nil, Limits.maxPasswordBytes, "bytes", "a password"),
        WireLimit(
            Limits.keepsPlace,
            "how long a waiting client keeps its place after its connection breaks"),
        WireLimit(Limits.noticeInterval, "maximum time between two `queue`"),
        WireLimit(Limits.ratingPause, "how long a client may rate a conversation before `bye`"),
        WireLimit(Limits.ratable, "how long it may be rated by its ticket"),
        WireLimit(
            Limits.operatorSilence,
            "how long an operator's connection may be silent before it counts as gone"),
        WireLimit(
            nil, Limits.maxWebSocketMessageBytes, "bytes",
            "a WebSocket message; the server refuses and skips one that is longer than a line"),
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
            nil, Limits.maxAheadBytes, "bytes",
            "input that a relay keeps while the client waits for a server"),
        WireLimit(nil, Limits.maxServers, "servers", "of a relay"),
        WireLimit(Limits.httpIdle, "how long an HTTP connection may stay open without a request"),
        WireLimit(Limits.httpAnswer, "maximum time until a request is answered"),
        WireLimit(Limits.streamBeat, "time between the heartbeats of an event stream"),
        WireLimit(
            Limits.handshake,
            "how long a client may take to introduce itself, and an HTTP request to arrive"),
    ]

    /// One of each refusal, with a placeholder for what was refused: the source of the codes.
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

    /// Codes of lines that never become a request; only in JSON.
    package static let lineRefusals: [NamedThing] = [
        NamedThing("unknown_type", "the request's type is unknown"),
        NamedThing("bad_field", "a member is missing or has a wrong value; `field` names it"),
        NamedThing("line_too_long", "the maximum of a line is \(Limits.maxLineBytes) bytes"),
        NamedThing("not_an_object", "a line must be one JSON object"),
        NamedThing("bad_json", "the line is not JSON; the message names the place"),
        NamedThing("bad_utf8", "a string is not UTF-8"),
        NamedThing("too_deep", "nested deeper than \(Limits.maxJSONDepth) levels"),
        NamedThing("too_many_members", "an object has more than \(Limits.maxJSONMembers) members"),
        NamedThing("duplicate_name", "an object has the same name twice"),
    ]

    /// Each error code once, with what it means.
    package static var errorCodes: [NamedThing] {
        var codes: [NamedThing] = []
        for refusal in refusals {
            let says: String =
                switch refusal {
                case .badNick: "NICK is not a valid nick; the message says why"
                case .badRoom: "ROOM is not a valid room name; the message says why"
                case .tooManyRooms: "the client, or the server, has the maximum number of rooms"
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
            NamedThing(
                $0.rawValue, $0.reason + ($0.retry ? "; it can help to reconnect later" : ""))
        }
    }
}
