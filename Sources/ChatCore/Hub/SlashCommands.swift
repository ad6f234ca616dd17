// The commands that people type after a slash: one table, from which the parser, `/help`, the
// suggestions for typos and the client's completion are made. The plain-text session and
// `chatkit join` share it. PRODUCT "Plain text".
// Invariant: names and aliases are unique; every command has a syntax and one line of help.
// SPDX-License-Identifier: GPL-3.0-or-later

/// What a slash command asks for, its arguments checked.
package enum SlashRequest: Hashable, Sendable {
    /// The whole list, or what is known of one command.
    case help(SlashCommand.Name?)
    case nick(Nickname)
    /// `/me`: something done, not said.
    case action(String)
    case privateMessage(to: String, text: String)
    case join(RoomName)
    /// nil: the room one is in.
    case leave(RoomName?)
    case rooms
    /// The people of a room; nil: the room one is in.
    case who(RoomName?)
    case whois(String)
    /// nil: show it.
    case topic(String?)
    /// nil: show one's own.
    case profile(Profile?)
    /// nil: back again.
    case away(String?)
    /// nil: as many as the server likes to send.
    case history(Int?)
    /// All of these words.
    case search(String)
    case ping
    case quit(String?)
}

/// Why a typed command was not understood: one sentence for people, then what to do about it.
package enum SlashError: Error, Hashable, Sendable {
    case unknown(String, suggestion: SlashCommand.Name?)
    case usage(SlashCommand.Name)
    /// The command takes one line and was given several.
    case severalLines(SlashCommand.Name)
    case badNick(String, NameError)
    case badRoom(String, NameError)

    package var message: String {
        switch self {
        case .unknown(let word, _): "there is no command /\(word)"
        case .usage(let name): "usage: \(SlashCommand.of(name).usage)"
        case .severalLines(let name): "/\(name.rawValue) takes one line"
        case .badNick(let nick, let why): "\(nick) cannot be a nick: \(why.reason)"
        case .badRoom(let room, let why): "\(room) cannot be a room: \(why.reason)"
        }
    }

    /// What to try instead, or nil when the message says it already.
    package var hint: String? {
        switch self {
        case .unknown(_, let suggestion?): "did you mean /\(suggestion.rawValue)?"
        case .unknown(_, nil): "/help lists the commands; // sends a line that begins with a slash"
        default: nil
        }
    }
}

/// One command: a row of the table.
package struct SlashCommand: Sendable {
    package enum Name: String, CaseIterable, Sendable {
        case help, nick, me, msg, join, leave, rooms, who, whois, topic, profile, away, history
        case search, ping, quit
    }

    /// Who carries it out when it is typed into `chatkit join`. Over plain text it is the server.
    package enum Handler: Sendable { case client, server }

    /// What may stand after the name.
    package enum Shape: Sendable {
        /// Anything given is an error, so that a message typed by mistake is not half obeyed.
        case nothing
        /// One word, on one line.
        case word
        case optionalWord
        /// The rest of the line.
        case optionalText
        /// Text that may have several lines.
        case lines
    }

    package let name: Name
    package let aliases: [String]
    /// The arguments as `/help` shows them; empty for none.
    package let syntax: String
    package let help: String
    package let handler: Handler
    package let shape: Shape
    /// Makes the request of the arguments, which have the command's shape.
    let request: @Sendable (_ arguments: String) throws(SlashError) -> SlashRequest

    /// `/nick NICK`.
    package var usage: String {
        syntax.isEmpty ? "/\(name.rawValue)" : "/\(name.rawValue) \(syntax)"
    }
}

// MARK: - The table

extension SlashCommand {
    /// Every command, in the order of `/help`.
    package static let all: [SlashCommand] = [
        SlashCommand(
            name: .help, aliases: ["h", "?", "commands"], syntax: "[COMMAND]",
            help: "list the commands, or explain one", handler: .client, shape: .optionalWord
        ) { word throws(SlashError) in
            word.isEmpty ? .help(nil) : .help(try named(word).name)
        },
        SlashCommand(
            name: .nick, aliases: ["name"], syntax: "NICK", help: "change what you are called",
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
            help: "say what you do: * alice waves", handler: .server,
            shape: .lines
        ) { text throws(SlashError) in .action(text) },
        SlashCommand(
            name: .msg, aliases: ["m", "query", "tell"], syntax: "NICK TEXT",
            help: "write to one person alone", handler: .server, shape: .lines
        ) { text throws(SlashError) in
            let (nick, rest) = firstWord(text)
            guard !rest.isEmpty else { throw .usage(.msg) }
            return .privateMessage(to: nick, text: rest)
        },
        SlashCommand(
            name: .join, aliases: ["j"], syntax: "ROOM", help: "go into a room, made when new",
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
            name: .who, aliases: ["names"], syntax: "[ROOM]", help: "list the people of a room",
            handler: .server, shape: .optionalWord
        ) { word throws(SlashError) in .who(word.isEmpty ? nil : try room(word)) },
        SlashCommand(
            name: .whois, aliases: [], syntax: "NICK", help: "tell what is known of a person",
            handler: .server, shape: .word
        ) { word throws(SlashError) in .whois(word) },
        SlashCommand(
            name: .topic, aliases: ["t"], syntax: "[TEXT]",
            help: "show or set what the room is about", handler: .server, shape: .optionalText
        ) { text throws(SlashError) in .topic(text.isEmpty ? nil : text) },
        SlashCommand(
            name: .profile, aliases: [], syntax: "[NAME; STUDENT-ID; GITHUB]",
            help: "show or set your card", handler: .server, shape: .optionalText
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
            name: .ping, aliases: [], syntax: "", help: "ask the server for a sign of life",
            handler: .server, shape: .nothing
        ) { _ throws(SlashError) in .ping },
        SlashCommand(
            name: .quit, aliases: ["q", "exit", "bye"], syntax: "[TEXT]",
            help: "leave, with a last word", handler: .server, shape: .optionalText
        ) { text throws(SlashError) in .quit(text.isEmpty ? nil : text) },
    ]

    private static let byWord: [String: SlashCommand] = {
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

// MARK: - Reading a line

extension SlashCommand {
    /// Whether `line` is a command rather than something to say. `//` escapes a slash, and a slash
    /// that stands alone is text.
    package static func isCommand(_ line: some StringProtocol) -> Bool {
        guard line.utf8.first == UInt8(ascii: "/") else { return false }
        guard let next = line.utf8.dropFirst().first else { return false }
        return next > 0x20 && next != UInt8(ascii: "/")
    }

    /// What a line that is no command says: `//shrug` says `/shrug`.
    package static func spokenText(_ line: some StringProtocol) -> String {
        line.utf8.starts(with: "//".utf8) ? String(line.dropFirst()) : String(line)
    }

    /// Reads a line for which `isCommand` holds.
    package static func parse(_ line: some StringProtocol) -> Result<SlashRequest, SlashError> {
        let (word, rest) = firstWord(line.dropFirst())
        do throws(SlashError) {
            let command = try named(word)
            return .success(try command.request(try command.checked(rest)))
        } catch {
            return .failure(error)
        }
    }

    /// The row for a name or alias as typed, with or without its slash, in any case.
    package static func named(_ word: some StringProtocol) throws(SlashError) -> SlashCommand {
        let typed = (word.hasPrefix("/") ? String(word.dropFirst()) : String(word)).lowercased()
        if let command = byWord[typed] { return command }
        throw .unknown(String(typed.prefix(32)), suggestion: suggestion(for: typed))
    }

    /// Holds the arguments against the command's shape.
    private func checked(_ arguments: String) throws(SlashError) -> String {
        let isEmpty = arguments.isEmpty
        if shape == .lines {
            guard !isEmpty else { throw .usage(name) }
            return arguments
        }
        guard !arguments.unicodeScalars.contains(where: { $0 == "\n" || $0 == "\r" }) else {
            throw .severalLines(name)
        }
        let hasSpace = arguments.unicodeScalars.contains { $0 == " " || $0 == "\t" }
        switch shape {
        case .nothing: guard isEmpty else { throw .usage(name) }
        case .word: guard !isEmpty, !hasSpace else { throw .usage(name) }
        case .optionalWord: guard !hasSpace else { throw .usage(name) }
        case .optionalText, .lines: break
        }
        return arguments
    }

    /// The text up to the first blank or line end, and what follows without the blanks around it.
    private static func firstWord(_ text: some StringProtocol) -> (String, String) {
        let scalars = String(text).unicodeScalars
        let end = scalars.firstIndex { isBlank($0) } ?? scalars.endIndex
        return (String(scalars[..<end]), trimmed(Substring(scalars[end...])))
    }

    private static func trimmed(_ text: some StringProtocol) -> String {
        var scalars = Substring(text).unicodeScalars
        while let first = scalars.first, isBlank(first) { scalars.removeFirst() }
        while let last = scalars.last, isBlank(last) { scalars.removeLast() }
        return String(scalars)
    }

    private static func isBlank(_ scalar: Unicode.Scalar) -> Bool {
        scalar == " " || scalar == "\t" || scalar == "\n" || scalar == "\r"
    }
}

// MARK: - Help and suggestions

extension SlashCommand {
    /// What `/help` says, a line each; about one command when it is named.
    package static func help(_ name: Name? = nil) -> [String] {
        if let name {
            let command = of(name)
            let also = command.aliases.map { "/" + $0 }.joined(separator: " ")
            return ["\(command.usage): \(command.help)"] + (also.isEmpty ? [] : ["also: \(also)"])
        }
        let width = all.reduce(0) { max($0, $1.usage.utf8.count) }
        let rows = all.map { command in
            command.usage + String(repeating: " ", count: width + 2 - command.usage.utf8.count)
                + command.help
        }
        return rows + ["//TEXT" + String(repeating: " ", count: width - 4) + "say /TEXT"]
    }

    /// The command that was probably meant: one typing slip away, two for longer words, or the
    /// only one that begins so.
    private static func suggestion(for word: String) -> Name? {
        let typed = Array(word.utf8)
        guard !typed.isEmpty, typed.count <= 16 else { return nil }
        var best: (name: Name, distance: Int)?
        for command in all {
            for candidate in [command.name.rawValue] + command.aliases where candidate.count > 1 {
                let distance = editDistance(typed, Array(candidate.utf8))
                guard distance <= (typed.count > 4 ? 2 : 1) else { continue }
                if distance < best?.distance ?? .max { best = (command.name, distance) }
            }
        }
        if let best { return best.name }
        let begun = all.filter { $0.name.rawValue.hasPrefix(word) }
        return begun.count == 1 ? begun[0].name : nil
    }

    /// How many insertions, deletions, replacements and swaps of neighbours part two words.
    private static func editDistance(_ a: [UInt8], _ b: [UInt8]) -> Int {
        var before: [Int] = []
        var previous = Array(0...b.count)
        for i in 0..<a.count {
            var row = [i + 1]
            for j in 0..<b.count {
                let replaced = previous[j] + (a[i] == b[j] ? 0 : 1)
                var cost = min(replaced, previous[j + 1] + 1, row[j] + 1)
                if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
                    cost = min(cost, before[j - 1] + 1)
                }
                row.append(cost)
            }
            before = previous
            previous = row
        }
        return previous[b.count]
    }
}
