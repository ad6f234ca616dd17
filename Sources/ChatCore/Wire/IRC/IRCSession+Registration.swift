// Becoming and ceasing to be known: PASS, NICK, USER, QUIT, PING, and the welcome.
// RFC 2812 §3.1, §5 (numerics 001–005), https://modern.ircdocs.horse/#connection-registration
// SPDX-License-Identifier: GPL-3.0-or-later

extension IRCSession {
    /// What others see where other servers show an address.
    package static let host = "irc.chatkit"

    mutating func pass(_ message: IRCMessage, _ reply: inout ByteBuffer) -> SessionAction {
        guard phase == .introducing else {
            numeric(.alreadyRegistered, into: &reply)
            return .handled
        }
        // Elsewhere passwords are not needed, and what is said of one is not kept.
        if info.isDesk { password = message[0] }
        return .handled
    }

    mutating func nick(_ message: IRCMessage, _ reply: inout ByteBuffer) -> SessionAction {
        let text = message[0] ?? ""
        let nick: Nickname
        do throws(NameError) {
            nick = try Nickname(text)
        } catch {
            switch error {
            case .empty: numeric(.noNickGiven, into: &reply)
            default: numeric(.badNick, text, text: error.sentence(about: "a nick"), into: &reply)
            }
            return .handled
        }
        if phase == .introducing {
            wantedNick = nick
            return registerIfReady()
        }
        guard nick.text != person?.nick.text else { return .handled }
        return .request(request(.rename(nick), .nick))
    }

    mutating func user(_ message: IRCMessage, _ reply: inout ByteBuffer) -> SessionAction {
        guard phase == .introducing else {
            numeric(.alreadyRegistered, into: &reply)
            return .handled
        }
        guard let name = message[0], !name.isEmpty, let realName = message[3], !realName.isEmpty
        else {
            numeric(.needMoreParams, "USER", into: &reply)
            return .handled
        }
        user = IRCText.userName(name)
        self.realName = IRCText.clipped(realName, to: IRCLimits.maxRealNameBytes)
        return registerIfReady()
    }

    /// Introduces the client to the hub once everything is known.
    mutating func registerIfReady() -> SessionAction {
        guard phase == .introducing, !isNegotiating, let nick = wantedNick, let user else {
            return .handled
        }
        phase = .registering
        // Nothing is shown again unasked: without `draft/chathistory` a client would take it for
        // new, and with it the client asks for what it wants.
        let registration = Registration(
            nick: nick, user: user, host: Self.host, realName: realName, replay: 0,
            password: password)
        return .request(request(.register(registration), .register))
    }

    mutating func quit(_ message: IRCMessage, _ reply: inout ByteBuffer) -> SessionAction {
        let wasRegistered = phase == .registered
        let bye = Bye(.quit)
        writeGoodbye(bye, into: &reply)
        guard wasRegistered else { return .close(bye) }
        return .request(request(.quit(.quit(message[0] ?? "")), .quit))
    }

    mutating func ping(_ message: IRCMessage, _ reply: inout ByteBuffer) -> SessionAction {
        let token = message[0] ?? ""
        // The hub is asked whether the token is here, only to have it sent back in its turn.
        if isRegistered { return .request(request(.present([token]), .ping)) }
        line("PONG", serverName, text: token, into: &reply)
        return .handled
    }

    mutating func pong(_ message: IRCMessage, _ reply: inout ByteBuffer) -> SessionAction {
        .handled
    }

    /// The server's last line to this client; written once.
    mutating func writeGoodbye(_ bye: Bye, into reply: inout ByteBuffer) {
        phase = .leaving
        guard !hasSaidGoodbye else { return }
        hasSaidGoodbye = true
        let start = reply.writerIndex
        reply.write(literal: "ERROR :Closing link: ")
        reply.write(ircText: bye.reason)
        reply.endIRCLine(from: start)
    }
}

// MARK: - Welcome

extension IRCSession {
    mutating func writeWelcome(_ welcome: Welcome, into reply: inout ByteBuffer) {
        person = welcome.person
        phase = .registered
        wantedNick = nil
        let me = welcome.person
        let identity = "\(me.nick)!\(me.user)@\(me.host)"
        numeric(.welcome, text: "Welcome to \(info.name), \(identity)", into: &reply)
        numeric(
            .yourHost, text: "Your host is \(serverName), running version \(versionName)",
            into: &reply)
        var started = ByteBuffer()
        started.write(rfc3339: welcome.startedAt)
        numeric(.created, text: "This server was started at \(started.text)", into: &reply)
        numeric(.myInfo, serverName, versionName, "i", "nov", "ov", into: &reply)
        writeSupport(into: &reply)
        writeUserCounts(welcome.statistics, into: &reply)
        writeMotd(into: &reply)
    }

    /// As one word: a parameter in several replies.
    var versionName: String {
        "chatkit-" + (info.version.isEmpty ? "0" : IRCText.serverName(info.version))
    }

    /// What 005 says, each token at most once. Names are folded by Unicode's rules, for which no value
    /// of CASEMAPPING is in use: a client that meets an unknown one falls back to rfc1459, in which `[`
    /// is `{`. With ascii it takes no two people for one; it may only miss that `Weiß` is `WEISS`.
    var supportTokens: [String] {
        [
            "AWAYLEN=\(Limits.maxAwayBytes)", "CASEMAPPING=ascii",
            "CHANLIMIT=#:\(Limits.maxRoomsPerClient)", "CHANMODES=,,,n",
            "CHANNELLEN=\(Limits.maxRoomNameBytes)", "CHANTYPES=#",
            "CHATHISTORY=\(Limits.maxHistoryPage)", "MODES=1", "MSGREFTYPES=msgid,timestamp",
            "NETWORK=\(serverName)", "NICKLEN=\(Limits.maxNickCharacters)", "PREFIX=(ov)@+",
            "SAFELIST",
            "TARGMAX=JOIN:,LIST:,NAMES:,NOTICE:\(IRCLimits.maxTargets),PART:,"
                + "PRIVMSG:\(IRCLimits.maxTargets),TAGMSG:\(IRCLimits.maxTargets),WHOIS:1",
            "TOPICLEN=\(Limits.maxTopicBytes)", "USERLEN=\(IRCLimits.maxUserBytes + 1)",
            "UTF8ONLY", "WHOX",
        ]
    }

    func writeSupport(into reply: inout ByteBuffer) {
        // Thirteen tokens and the nick and sentence are the fifteen parameters of a line.
        let perLine = IRCLimits.maxParams - 2
        let tokens = supportTokens
        for start in stride(from: 0, to: tokens.count, by: perLine) {
            let part = tokens[start..<min(start + perLine, tokens.count)]
            let lineStart = begin(.support, into: &reply)
            for token in part {
                reply.write(UInt8(ascii: " "))
                reply.write(ircMiddle: token)
            }
            reply.write(literal: " :")
            reply.write(ircText: IRCNumeric.support.text)
            reply.endIRCLine(from: lineStart)
        }
    }
}

extension NameError {
    /// The refusal as one sentence.
    func sentence(about what: String) -> String { "This cannot be \(what): \(reason)" }
}
