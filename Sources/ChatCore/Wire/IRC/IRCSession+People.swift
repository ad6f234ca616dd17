// People: WHO (with WHOX), WHOIS, WHOWAS, ISON, USERHOST, AWAY.
// RFC 2812 §3.6, §4; WHOX: https://ircv3.net/specs/extensions/whox
// SPDX-License-Identifier: GPL-3.0-or-later

/// Which fields a WHOX request wants, and its token.
package struct IRCWhoxQuery: Hashable, Sendable {
    /// The letters of all fields in the order in which they are sent.
    package static let order = Array("tcuihsnfdlaor".utf8)

    package let fields: Set<UInt8>
    /// Up to three digits that the client finds again in each line.
    package let token: String

    /// Reads `%fields[,token]`, with or without flags before the `%`; nil for anything else.
    package init?(_ text: String) {
        let parts = text.split(separator: "%", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else { return nil }
        let wanted = parts[1].split(separator: ",", maxSplits: 1, omittingEmptySubsequences: false)
        fields = Set(wanted.first.map { Array($0.utf8) } ?? []).intersection(Self.order)
        let digits = wanted.count > 1 ? wanted[1] : "0"
        let isToken =
            (1...3).contains(digits.utf8.count)
            && digits.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        token = isToken ? String(digits) : "0"
    }
}

extension IRCSession {
    mutating func who(_ message: IRCMessage, _ reply: inout ByteBuffer) -> SessionAction {
        let mask = message[0].flatMap { $0.isEmpty ? nil : $0 } ?? "*"
        if let options = message[1], let query = IRCWhoxQuery(options),
            openWhox.count < IRCLimits.maxOpenWhox
        {
            openWhox.append(query)
            return .request(request(.who(mask), .whox))
        }
        return .request(request(.who(mask), .who))
    }

    mutating func whois(_ message: IRCMessage, _ reply: inout ByteBuffer) -> SessionAction {
        // `WHOIS server nick` asks the person's own server; there is but one.
        let list = message[1] ?? message[0] ?? ""
        guard let nick = list.split(separator: ",").first else {
            numeric(.noNickGiven, into: &reply)
            return .handled
        }
        return .request(request(.whois(String(nick)), .whois))
    }

    mutating func whowas(_ message: IRCMessage, _ reply: inout ByteBuffer) -> SessionAction {
        let nick = message[0] ?? ""
        numeric(.wasNoSuchNick, nick, into: &reply)
        numeric(.endOfWhowas, nick, into: &reply)
        return .handled
    }

    mutating func isOn(_ message: IRCMessage, _ reply: inout ByteBuffer) -> SessionAction {
        // The nicks may come as parameters, as one, or both.
        let nicks = message.params.flatMap { $0.split(separator: " ").map(String.init) }
        return .request(request(.present(nicks), .isOn))
    }

    mutating func userHost(_ message: IRCMessage, _ reply: inout ByteBuffer) -> SessionAction {
        let nicks = message.params.flatMap { $0.split(separator: " ").map(String.init) }
        let few = Array(nicks.prefix(IRCLimits.maxUserhostNicks))
        return .request(request(.present(few), .userHost))
    }

    mutating func away(_ message: IRCMessage, _ reply: inout ByteBuffer) -> SessionAction {
        let text = IRCText.clipped(message[0] ?? "", to: Limits.maxAwayBytes)
        return .request(request(.away(text.isEmpty ? nil : text), .away))
    }

    // MARK: - Answers

    func writeWhoRow(room: RoomName?, _ member: Member, into reply: inout ByteBuffer) {
        let person = member.person
        numeric(
            .who, room?.text ?? "*", person.user, person.host, serverName, person.nick.text,
            member.away ? "G" : "H", text: "0 " + person.realName, into: &reply)
    }

    func writeWhoxRow(
        _ query: IRCWhoxQuery, room: RoomName?, _ member: Member, into reply: inout ByteBuffer
    ) {
        let person = member.person
        let start = begin(.whox, into: &reply)
        for field in IRCWhoxQuery.order where query.fields.contains(field) {
            reply.write(UInt8(ascii: " "))
            switch field {
            case UInt8(ascii: "t"): reply.write(query.token)
            case UInt8(ascii: "c"): reply.write(room?.text ?? "*")
            case UInt8(ascii: "u"): reply.write(ircMiddle: person.user)
            // Addresses are nobody's business.
            case UInt8(ascii: "i"): reply.write(literal: "255.255.255.255")
            case UInt8(ascii: "h"): reply.write(ircMiddle: person.host)
            case UInt8(ascii: "s"): reply.write(serverName)
            case UInt8(ascii: "n"): reply.write(person.nick.text)
            case UInt8(ascii: "f"): reply.write(member.away ? "G" : "H")
            case UInt8(ascii: "o"): reply.write(literal: "n/a")
            case UInt8(ascii: "r"):
                reply.write(UInt8(ascii: ":"))
                reply.write(ircText: person.realName)
            // Hops, idle seconds, account: none.
            default: reply.write(UInt8(ascii: "0"))
            }
        }
        reply.endIRCLine(from: start)
    }

    func writeWhois(_ found: PersonInfo, into reply: inout ByteBuffer) {
        let person = found.person
        let nick = person.nick.text
        numeric(
            .whoisUser, nick, person.user, person.host, "*", text: person.realName, into: &reply)
        numericList(.whoisRooms, [nick], words: found.rooms.map(\.text), into: &reply)
        numeric(.whoisServer, nick, serverName, text: info.name, into: &reply)
        if let away = found.away { numeric(.away, nick, text: away, into: &reply) }
        numeric(
            .whoisIdle, nick, String(max(0, found.idle.components.seconds)),
            String(found.since.milliseconds / 1000), into: &reply)
        numeric(.endOfWhois, nick, into: &reply)
    }

    func writeUserHosts(_ members: [Member], into reply: inout ByteBuffer) {
        let words = members.map {
            "\($0.person.nick)=\($0.away ? "-" : "+")\($0.person.user)@\($0.person.host)"
        }
        line(IRCNumeric.userHost.code, nickOrStar, text: words.joined(separator: " "), into: &reply)
    }
}
