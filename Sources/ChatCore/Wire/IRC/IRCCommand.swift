// The commands, as a table: what each needs before it is carried out, and what HELP says of it.
// Invariant: names are unique and in upper case, and every command has its line of help.
// SPDX-License-Identifier: GPL-3.0-or-later

/// One command that clients may send.
package struct IRCCommand: Sendable {
    /// When a command may be used.
    package enum Availability: Sendable { case always, afterRegistration }

    package typealias Handler =
        @Sendable (inout IRCSession, IRCMessage, inout ByteBuffer) -> SessionAction

    package let name: String
    package let minimumParams: Int
    /// The numeric when there are fewer; nil: no answer.
    package let missing: IRCNumeric?
    package let availability: Availability
    /// Which parameter names the server that should answer, if any.
    package let serverParam: Int?
    /// Parameters and purpose, one line.
    package let help: String
    let run: Handler

    private init(
        _ name: String, min minimumParams: Int = 0, missing: IRCNumeric? = .needMoreParams,
        _ availability: Availability = .afterRegistration, server serverParam: Int? = nil,
        help: String, _ run: @escaping Handler
    ) {
        self.name = name
        self.minimumParams = minimumParams
        self.missing = missing
        self.availability = availability
        self.serverParam = serverParam
        self.help = help
        self.run = run
    }

    /// The command called `name` (in upper case).
    package static func named(_ name: String) -> IRCCommand? { byName[name] }

    private static let byName = Dictionary(
        table.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })

    /// All commands, by name.
    package static let table: [IRCCommand] = [
        IRCCommand("ADMIN", server: 0, help: "ADMIN: who runs this server") { $0.admin($1, &$2) },
        IRCCommand("AWAY", help: "AWAY [:text]: say that you are away; without text: back again") {
            $0.away($1, &$2)
        },
        IRCCommand(
            "CAP", min: 1, .always, help: "CAP LS|LIST|REQ|END: negotiate IRCv3 capabilities"
        ) { $0.negotiate($1, &$2) },
        IRCCommand(
            "CHATHISTORY", min: 1,
            help: "CHATHISTORY LATEST|BEFORE|AFTER|AROUND|BETWEEN|TARGETS …: what was said"
        ) { $0.chatHistory($1, &$2) },
        IRCCommand(
            "DESK", min: 1,
            help: "DESK next|close|pause|resume|transfer|who [#room]: for operators"
        ) { $0.desk($1, &$2) },
        IRCCommand("HELP", help: "HELP [command]: what there is to say") { $0.help($1, &$2) },
        IRCCommand("INFO", server: 0, help: "INFO: what this server is") { $0.about($1, &$2) },
        IRCCommand("ISON", min: 1, help: "ISON nick …: which of these nicks are here") {
            $0.isOn($1, &$2)
        },
        IRCCommand("JOIN", min: 1, help: "JOIN #room[,#room …]: enter rooms; JOIN 0: leave all") {
            $0.join($1, &$2)
        },
        IRCCommand("LIST", help: "LIST [#room[,#room …]]: the rooms, with people and topic") {
            $0.list($1, &$2)
        },
        IRCCommand("LUSERS", server: 1, help: "LUSERS: how many people and rooms there are") {
            $0.userCounts($1, &$2)
        },
        IRCCommand("MODE", min: 1, help: "MODE #room|nick: the modes of a room, or your own") {
            $0.mode($1, &$2)
        },
        IRCCommand("MOTD", server: 0, help: "MOTD: the message of the day") { $0.motd($1, &$2) },
        IRCCommand("NAMES", help: "NAMES #room[,#room …]: who is in a room") { $0.names($1, &$2) },
        IRCCommand("NICK", min: 1, missing: .noNickGiven, .always, help: "NICK nick: be called so")
        {
            $0.nick($1, &$2)
        },
        IRCCommand(
            "NOTICE", min: 2, missing: nil,
            help: "NOTICE #room|nick :text: say something that no program may answer"
        ) { $0.say(.notice, $1, &$2) },
        IRCCommand("PART", min: 1, help: "PART #room[,#room …] [:word]: leave rooms") {
            $0.part($1, &$2)
        },
        IRCCommand("PASS", min: 1, .always, help: "PASS password: for operators of a desk") {
            $0.pass($1, &$2)
        },
        IRCCommand("PING", min: 1, .always, help: "PING token: answered by PONG") {
            $0.ping($1, &$2)
        },
        IRCCommand("PONG", .always, help: "PONG token: the answer to PING") { $0.pong($1, &$2) },
        IRCCommand(
            "PRIVMSG", missing: .noRecipient, help: "PRIVMSG #room|nick[,…] :text: say something"
        ) { $0.say(.text, $1, &$2) },
        IRCCommand("QUIT", .always, help: "QUIT [:word]: good-bye") { $0.quit($1, &$2) },
        IRCCommand("RATE", min: 1, help: "RATE stars [:comment]: rate your visit, 1 to 5") {
            $0.rate($1, &$2)
        },
        IRCCommand(
            "TAGMSG", min: 1, missing: .noRecipient,
            help: "TAGMSG #room|nick: send client-only tags without text"
        ) { $0.say(.tags, $1, &$2) },
        IRCCommand("TIME", server: 0, help: "TIME: the server's time") { $0.time($1, &$2) },
        IRCCommand("TOPIC", min: 1, help: "TOPIC #room [:text]: see or set what a room is about") {
            $0.topic($1, &$2)
        },
        IRCCommand("USER", min: 4, .always, help: "USER name 0 * :real name: say who you are") {
            $0.user($1, &$2)
        },
        IRCCommand("USERHOST", min: 1, help: "USERHOST nick …: user name and host of five people") {
            $0.userHost($1, &$2)
        },
        IRCCommand("VERSION", server: 0, help: "VERSION: which server this is and what it can") {
            $0.version($1, &$2)
        },
        IRCCommand("WHO", help: "WHO #room|nick [%fields]: people, with details") {
            $0.who($1, &$2)
        },
        IRCCommand("WHOIS", min: 1, missing: .noNickGiven, help: "WHOIS nick: all about a person") {
            $0.whois($1, &$2)
        },
        IRCCommand("WHOWAS", min: 1, missing: .noNickGiven, help: "WHOWAS nick: not kept here") {
            $0.whowas($1, &$2)
        },
    ]
}
