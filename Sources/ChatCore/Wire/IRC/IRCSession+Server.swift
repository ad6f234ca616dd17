// The server about itself: MOTD, LUSERS, VERSION, TIME, INFO, ADMIN, HELP.
// RFC 2812 §3.4
// SPDX-License-Identifier: GPL-3.0-or-later

extension IRCSession {
    mutating func motd(_ message: IRCMessage, _ reply: inout ByteBuffer) -> SessionAction {
        writeMotd(into: &reply)
        return .handled
    }

    mutating func userCounts(_ message: IRCMessage, _ reply: inout ByteBuffer) -> SessionAction {
        .request(request(.statistics, .lusers))
    }

    mutating func time(_ message: IRCMessage, _ reply: inout ByteBuffer) -> SessionAction {
        // The core has no clock: the time comes with the hub's answer.
        .request(request(.statistics, .time))
    }

    mutating func version(_ message: IRCMessage, _ reply: inout ByteBuffer) -> SessionAction {
        numeric(.version, versionName, serverName, text: "IRCv3, UTF-8 only", into: &reply)
        writeSupport(into: &reply)
        return .handled
    }

    mutating func about(_ message: IRCMessage, _ reply: inout ByteBuffer) -> SessionAction {
        let lines = [
            "chatkit \(info.version): one room, one port, every client",
            "The people here came by plain text, JSON lines or IRC and see the same messages",
        ]
        for text in lines { numeric(.info, text: text, into: &reply) }
        numeric(.endOfInfo, into: &reply)
        return .handled
    }

    mutating func admin(_ message: IRCMessage, _ reply: inout ByteBuffer) -> SessionAction {
        numeric(.noAdmin, serverName, into: &reply)
        return .handled
    }

    mutating func help(_ message: IRCMessage, _ reply: inout ByteBuffer) -> SessionAction {
        let topic = (message[0] ?? "").uppercased()
        if topic.isEmpty {
            numeric(.helpStart, "*", text: "Commands, each with its parameters", into: &reply)
            for command in IRCCommand.table {
                numeric(.helpText, "*", text: command.help, into: &reply)
            }
            numeric(.endOfHelp, "*", into: &reply)
        } else if let command = IRCCommand.named(topic) {
            numeric(.helpStart, topic, text: command.help, into: &reply)
            numeric(.endOfHelp, topic, into: &reply)
        } else {
            numeric(.helpNotFound, topic, into: &reply)
        }
        return .handled
    }

    // MARK: - Answers

    func writeMotd(into reply: inout ByteBuffer) {
        guard !info.motd.isEmpty else { return numeric(.noMotd, into: &reply) }
        numeric(.motdStart, text: "- \(serverName) message of the day -", into: &reply)
        for text in info.motd { numeric(.motd, text: "- " + text, into: &reply) }
        numeric(.endOfMotd, into: &reply)
    }

    func writeUserCounts(_ counts: HubStatistics, into reply: inout ByteBuffer) {
        let people = String(counts.people)
        let most = String(max(counts.people, counts.mostPeople))
        numeric(
            .userCount, text: "There are \(people) users and 0 invisible on 1 servers",
            into: &reply)
        numeric(.operatorCount, "0", into: &reply)
        numeric(.unknownCount, "0", into: &reply)
        numeric(.roomCount, String(counts.rooms), into: &reply)
        numeric(.clientCount, text: "I have \(people) clients and 1 servers", into: &reply)
        numeric(
            .localUsers, people, most, text: "Current local users \(people), max \(most)",
            into: &reply)
        numeric(
            .globalUsers, people, most, text: "Current global users \(people), max \(most)",
            into: &reply)
    }

    func writeTime(_ now: Timestamp, into reply: inout ByteBuffer) {
        var text = ByteBuffer()
        text.write(rfc3339: now)
        numeric(.time, serverName, text: text.text, into: &reply)
    }
}
