// One IRC client's conversation, sans I/O: lines in, requests and replies out; the hub's answers in,
// numerics out. What does not fit one request (`JOIN #a,#b`) waits in `pending`, so `next` is to be
// called until it says `.needsMore`, whether or not there is input left.
// Once registered, PING is answered by way of the hub: PONG then stands behind everything that was
// said before it. RFC 2812, https://modern.ircdocs.horse, IRCv3.
// SPDX-License-Identifier: GPL-3.0-or-later

/// The session of an IRC connection.
package struct IRCSession: SessionCodec {
    /// How far a session has come.
    package enum Phase: Sendable {
        /// NICK and USER are not both there, or capabilities are being negotiated.
        /// Becomes registering, or leaving.
        case introducing
        /// The hub was asked; its welcome or its refusal is on the way. Commands are passed on
        /// already: the hub answers in order. Becomes registered, introducing or leaving.
        case registering
        /// The hub knows the client. Becomes leaving.
        case registered
        /// The client quit or was told good-bye; what it still sends is thrown away.
        case leaving
    }

    package static let protocolName: StaticString = "irc"

    let info: ServerInfo
    /// The source of the server's own lines.
    let serverName: String
    var decoder = IRCMessageDecoder()
    var phase = Phase.introducing

    // What the client negotiated.
    var capabilities: IRCCapabilities = []
    /// Those that cannot be given back.
    var keptCapabilities: IRCCapabilities = []
    var isNegotiating = false

    // Who the client says, and then is.
    var wantedNick: Nickname?
    var user: String?
    var realName = ""
    var person: Person?
    var isInvisible = false
    /// Given by PASS, for operators of a desk.
    var password: String?
    package internal(set) var isOperator = false
    /// The rooms the client is in, for `JOIN 0`. At most `Limits.maxRoomsPerClient`.
    var rooms: [RoomName] = []
    /// The room spoken to last: people stay in a room, and names are costly to check.
    var lastRoom: RoomName?

    // Requests that are not sent yet, the next one last; from one line at most.
    var pending: [HubRequest] = []
    // What is known of requests that the hub will answer in this order.
    var openWhox: [IRCWhoxQuery] = []
    var openHistory: [IRCHistoryQuery] = []
    var openLabels: [IRCLabelledAnswer] = []
    /// The labelled command being carried out right now.
    var current: IRCLabelledAnswer?
    /// Batches opened so far; makes their names.
    var batches: UInt64 = 0
    /// Nonces used so far.
    var nonces: UInt64 = 0
    var hasSaidGoodbye = false

    package init(info: ServerInfo) {
        self.info = info
        serverName = IRCText.serverName(info.name)
    }

    package var format: WireFormat {
        .irc(
            serverTime: capabilities.contains(.serverTime),
            messageTags: capabilities.contains(.messageTags))
    }

    package var isRegistered: Bool { person != nil }

    package mutating func encodePing(into reply: inout ByteBuffer) -> Bool {
        reply.write("PING :\(serverName)\r\n")
        return true
    }

    package mutating func next(
        in input: inout ByteBuffer, reply: inout ByteBuffer
    ) -> SessionAction {
        if let request = pending.popLast() { return .request(request) }
        guard phase != .leaving else {
            guard !input.isEmpty else { return .needsMore }
            input.skip(input.readableBytes)
            return .handled
        }
        let before = input.readableBytes
        do throws(IRCDecodeError) {
            guard let message = try decoder.next(in: &input) else {
                // Empty lines and the rest of an over-long one were passed over.
                return input.readableBytes == before ? .needsMore : .handled
            }
            let hasLabel =
                !message.label.isEmpty && isRegistered && answersLabels
                && message.label.utf8.count <= IRCLimits.maxLabelBytes
                && openLabels.count < IRCLimits.maxOpenLabels
            return hasLabel ? answerLabelled(message, &reply) : dispatch(message, &reply)
        } catch {
            switch error {
            case .inputTooLong(let limit): numeric(.inputTooLong, text: limit.text, into: &reply)
            case .invalidUTF8:
                line("FAIL", "*", "INVALID_UTF8", text: "Not UTF-8: not accepted", into: &reply)
            }
            return .handled
        }
    }

    /// Checks what can be checked of every command alike, and carries it out.
    mutating func dispatch(_ message: IRCMessage, _ reply: inout ByteBuffer) -> SessionAction {
        guard let command = IRCCommand.named(message.command) else {
            numeric(.unknownCommand, message.command, into: &reply)
            return .handled
        }
        if command.availability == .afterRegistration, phase == .introducing {
            numeric(.notRegistered, into: &reply)
            return .handled
        }
        if message.params.count < command.minimumParams {
            switch command.missing {
            case .needMoreParams: numeric(.needMoreParams, command.name, into: &reply)
            case let other?: numeric(other, into: &reply)
            case nil: break
            }
            return .handled
        }
        if let index = command.serverParam, let server = message[index], !isThisServer(server) {
            numeric(.noSuchServer, server, into: &reply)
            return .handled
        }
        return command.run(&self, message, &reply)
    }

    private func isThisServer(_ name: String) -> Bool {
        let folded = FoldedName(name)
        return folded == FoldedName(serverName) || folded == person?.nick.folded
            || name.isEmpty || name == "*"
    }

    package mutating func encode(
        _ event: ClientEvent, tag: RequestTag, now: Timestamp, into reply: inout ByteBuffer
    ) {
        let mark = IRCMark(rawValue: tag.mark) ?? .message
        if !tag.label.isEmpty, let index = openLabels.firstIndex(where: { $0.label == tag.label }) {
            encodeLabelled(event, at: index, mark: mark, now: now, into: &reply)
        } else {
            write(event, mark: mark, now: now, into: &reply)
        }
    }
}

// MARK: - Requests

extension IRCSession {
    /// A request whose answer finds the way back to its label and its numerics.
    mutating func request(
        _ command: HubCommand, _ mark: IRCMark, echo: Post? = nil
    ) -> HubRequest {
        guard current != nil else {
            return HubRequest(command, tag: RequestTag(mark: mark.rawValue))
        }
        current?.outstanding += 1
        current?.echoes.append(echo)
        return HubRequest(
            command, tag: RequestTag(label: current?.label ?? "", mark: mark.rawValue))
    }

    /// The first of `requests` now, the others when `next` is called again.
    mutating func send(_ requests: [HubRequest]) -> SessionAction {
        guard let first = requests.first else { return .handled }
        pending = requests.dropFirst().reversed()
        return .request(first)
    }
}

// MARK: - Replies

extension IRCSession {
    /// The client's name in replies; `*` as long as it has none.
    var nickOrStar: String { person?.nick.text ?? "*" }

    /// Writes `:server NNN nick params :text`. Without `text` the numeric's own sentence is used, if
    /// it has one; a given text is there even when it is empty, since clients count parameters.
    package func numeric(
        _ numeric: IRCNumeric, _ params: String..., text: String? = nil,
        into reply: inout ByteBuffer
    ) {
        let start = begin(numeric, into: &reply)
        for param in params {
            reply.write(UInt8(ascii: " "))
            reply.write(ircMiddle: param)
        }
        if let text = text ?? (numeric.text.isEmpty ? nil : numeric.text) {
            reply.write(literal: " :")
            reply.write(ircText: text)
        }
        reply.endIRCLine(from: start)
    }

    /// Writes `:server COMMAND params :text`; the text is there even when it is empty.
    func line(
        _ command: String, _ params: String..., text: String, into reply: inout ByteBuffer
    ) {
        line(command, params, text: text, into: &reply)
    }

    func line(
        _ command: String, _ params: [String], text: String, into reply: inout ByteBuffer
    ) {
        let start = reply.writerIndex
        reply.write(UInt8(ascii: ":"))
        reply.write(serverName)
        reply.write(UInt8(ascii: " "))
        reply.write(command)
        for param in params {
            reply.write(UInt8(ascii: " "))
            reply.write(ircMiddle: param)
        }
        reply.write(literal: " :")
        reply.write(ircText: text)
        reply.endIRCLine(from: start)
    }

    /// Writes as many lines of `numeric` as the words need, none being cut.
    func numericList(
        _ numeric: IRCNumeric, _ params: [String], words: some Sequence<String>,
        into reply: inout ByteBuffer
    ) {
        var start = 0
        var isOpen = false
        for word in words {
            let wordBytes = word.utf8.count + 1
            if isOpen, reply.writerIndex + wordBytes - start > IRCLimits.maxBodyBytes {
                reply.endIRCLine(from: start)
                isOpen = false
            }
            if isOpen {
                reply.write(UInt8(ascii: " "))
            } else {
                start = begin(numeric, into: &reply)
                for param in params {
                    reply.write(UInt8(ascii: " "))
                    reply.write(ircMiddle: param)
                }
                reply.write(literal: " :")
                isOpen = true
            }
            reply.write(ircText: word)
        }
        if isOpen { reply.endIRCLine(from: start) }
    }

    /// Begins a numeric's line and says where it begins.
    func begin(_ numeric: IRCNumeric, into reply: inout ByteBuffer) -> Int {
        let start = reply.writerIndex
        reply.write(UInt8(ascii: ":"))
        reply.write(serverName)
        reply.write(UInt8(ascii: " "))
        reply.write(numeric.code)
        reply.write(UInt8(ascii: " "))
        reply.write(nickOrStar)
        return start
    }
}
