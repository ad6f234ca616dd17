// The table of slash commands: what each is called, what it takes and what it asks for.
// SPDX-License-Identifier: GPL-3.0-or-later

extension SlashCommand {
    /// Every command, in the order of `/help`.
    package static let all: [SlashCommand] = commonCommands + deskCommands

    private static let commonCommands: [SlashCommand] = [
        SlashCommand(
            name: .help, aliases: ["h", "?", "commands"], syntax: "[COMMAND]",
            help: "list the commands, or explain one", handler: .client, shape: .optionalWord
        ) { word throws(SlashError) in
            word.isEmpty ? .help(nil) : .help(try named(word).name)
        },
        SlashCommand(
            name: .nick, aliases: ["name"], syntax: "NICK", help: "change your nick",
            handler: .server, shape: .word
        ) { word throws(SlashError) in
            do throws(NameError) {
                return .nick(try Nickname(word))
            } catch {
                throw .badNick(word, error)
            }
        },
        SlashCommand(
            name: .me, aliases: ["action"], syntax: "TEXT",
            help: "describe an action: * alice waves", handler: .server,
            shape: .lines
        ) { text throws(SlashError) in .action(text) },
        SlashCommand(
            name: .msg, aliases: ["m", "query", "tell"], syntax: "NICK TEXT",
            help: "send a private message", handler: .server, shape: .lines
        ) { text throws(SlashError) in
            let (nick, rest) = firstWord(text)
            guard !rest.isEmpty else { throw .usage(.msg) }
            return .privateMessage(to: nick, text: rest)
        },
        SlashCommand(
            name: .join, aliases: ["j"], syntax: "ROOM", help: "enter a room, or create it",
            handler: .server, shape: .word
        ) { word throws(SlashError) in .join(try room(word)) },
        SlashCommand(
            name: .leave, aliases: ["part"], syntax: "[ROOM]", help: "leave this or another room",
            handler: .server, shape: .optionalWord
        ) { word throws(SlashError) in .leave(word.isEmpty ? nil : try room(word)) },
        SlashCommand(
            name: .rooms, aliases: ["list"], syntax: "", help: "list the rooms",
            handler: .server, shape: .nothing
        ) { _ throws(SlashError) in .rooms },
        SlashCommand(
            name: .who, aliases: ["names"], syntax: "[ROOM]", help: "list the people in a room",
            handler: .server, shape: .optionalWord
        ) { word throws(SlashError) in .who(word.isEmpty ? nil : try room(word)) },
        SlashCommand(
            name: .whois, aliases: [], syntax: "NICK", help: "show information about a person",
            handler: .server, shape: .word
        ) { word throws(SlashError) in .whois(word) },
        SlashCommand(
            name: .topic, aliases: ["t"], syntax: "[TEXT]",
            help: "show or set the room's topic", handler: .server, shape: .optionalText
        ) { text throws(SlashError) in .topic(text.isEmpty ? nil : text) },
        SlashCommand(
            name: .profile, aliases: [], syntax: "[NAME; STUDENT-ID; GITHUB]",
            help: "show or set your profile", handler: .server, shape: .optionalText
        ) { text throws(SlashError) in .profile(try profile(text)) },
        SlashCommand(
            name: .away, aliases: [], syntax: "[TEXT]",
            help: "say that you are away, or back", handler: .server,
            shape: .optionalText
        ) { text throws(SlashError) in .away(text.isEmpty ? nil : text) },
        SlashCommand(
            name: .history, aliases: ["hist"], syntax: "[N]",
            help: "show the room's latest messages", handler: .server, shape: .optionalWord
        ) { word throws(SlashError) in
            guard !word.isEmpty else { return .history(nil) }
            guard let count = Int(word), count > 0 else { throw .usage(.history) }
            return .history(min(count, Limits.maxHistoryPage))
        },
        SlashCommand(
            name: .search, aliases: ["find"], syntax: "WORDS",
            help: "find messages with all of these words", handler: .server, shape: .optionalText
        ) { text throws(SlashError) in
            guard !text.isEmpty else { throw .usage(.search) }
            return .search(text)
        },
        SlashCommand(
            name: .ping, aliases: [], syntax: "", help: "check the connection to the server",
            handler: .server, shape: .nothing
        ) { _ throws(SlashError) in .ping },
        SlashCommand(
            name: .quit, aliases: ["q", "exit", "bye"], syntax: "[TEXT]",
            help: "leave, with an optional last word", handler: .server, shape: .optionalText
        ) { text throws(SlashError) in .quit(text.isEmpty ? nil : text) },
        SlashCommand(
            name: .rate, aliases: ["stars"], syntax: "STARS [COMMENT]",
            help: "rate the conversation: /rate 5 great", handler: .server, shape: .optionalText
        ) { text throws(SlashError) in
            guard let rating = Rating(typed: text) else { throw .usage(.rate) }
            return .rate(rating)
        },
    ]

    /// What operators of a desk have besides.
    private static let deskCommands: [SlashCommand] = [
        SlashCommand(
            name: .next, aliases: ["n"], syntax: "", help: "end this conversation, take the next",
            audience: .operators, handler: .server, shape: .nothing
        ) { _ throws(SlashError) in .desk(.next) },
        SlashCommand(
            name: .close, aliases: ["end"], syntax: "[TEXT]",
            help: "end this conversation, with a last word", audience: .operators,
            handler: .server, shape: .optionalText
        ) { text throws(SlashError) in .desk(.close(text)) },
        SlashCommand(
            name: .pause, aliases: [], syntax: "", help: "take no visitors until /resume",
            audience: .operators, handler: .server, shape: .nothing
        ) { _ throws(SlashError) in .desk(.pause) },
        SlashCommand(
            name: .resume, aliases: ["unpause"], syntax: "", help: "take visitors again",
            audience: .operators, handler: .server, shape: .nothing
        ) { _ throws(SlashError) in .desk(.resume) },
        SlashCommand(
            name: .transfer, aliases: ["hand"], syntax: "[OPERATOR]",
            help: "hand the visitor to another operator", audience: .operators,
            handler: .server, shape: .optionalWord
        ) { nick throws(SlashError) in .desk(.transfer(to: nick.isEmpty ? nil : nick)) },
        SlashCommand(
            name: .switch, aliases: ["sw"], syntax: "[VISITOR]",
            help: "write to another of your visitors", audience: .operators,
            handler: .client, shape: .optionalWord
        ) { nick throws(SlashError) in .converse(with: nick.isEmpty ? nil : nick) },
        SlashCommand(
            name: .canned, aliases: ["c"], syntax: "[NAME [MORE]]",
            help: "list prepared answers, or take one to edit", audience: .operators,
            handler: .client, shape: .optionalText
        ) { text throws(SlashError) in
            let (name, more) = firstWord(text)
            return .canned(name.isEmpty ? nil : name, more: more)
        },
    ]

    static let byWord: [String: SlashCommand] = {
        var table: [String: SlashCommand] = [:]
        for command in all {
            for word in [command.name.rawValue] + command.aliases { table[word] = command }
        }
        return table
    }()

    /// The row of `name`.
    package static func of(_ name: Name) -> SlashCommand {
        // The table has every name (a test holds it to that); the first row stands in otherwise.
        byWord[name.rawValue] ?? all[0]
    }

    private static func room(_ word: String) throws(SlashError) -> RoomName {
        do throws(NameError) {
            return try RoomName(word)
        } catch {
            throw .badRoom(word, error)
        }
    }

    /// Up to three fields between semicolons; no text is nil, an empty field clears that field.
    private static func profile(_ text: String) throws(SlashError) -> Profile? {
        guard !text.isEmpty else { return nil }
        let fields = text.split(separator: ";", omittingEmptySubsequences: false).map(trimmed)
        guard fields.count <= 3 else { throw .usage(.profile) }
        return Profile(
            name: fields[0], studentID: fields.count > 1 ? fields[1] : "",
            github: fields.count > 2 ? fields[2] : "")
    }
}
