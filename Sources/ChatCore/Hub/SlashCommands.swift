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
    /// The conversation that is, or was.
    case rate(Rating)
    /// What operators of a desk ask of it.
    case desk(DeskRequest)
    /// The conversation with this visitor is to be in front; nil: the next one.
    case converse(with: String?)
    /// A prepared answer, and what to add to it; nil: the list.
    case canned(String?, more: String)
}

/// Why a typed command was not understood: one sentence for people, then what to do about it.
package enum SlashError: Error, Hashable, Sendable {
    case unknown(String, suggestion: SlashCommand.Name?)
    case usage(SlashCommand.Name)
    /// The command takes one line and was given several.
    case severalLines(SlashCommand.Name)
    /// Whoever typed it is no operator of a desk.
    case forOperators(SlashCommand.Name)
    case badNick(String, NameError)
    case badRoom(String, NameError)

    package var message: String {
        switch self {
        case .unknown(let word, _): "there is no command /\(word)"
        case .usage(let name): "usage: \(SlashCommand.of(name).usage)"
        case .severalLines(let name): "/\(name.rawValue) takes one line"
        case .forOperators(let name): "/\(name.rawValue) is for the operators of a desk"
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
        case search, ping, quit, rate
        case next, close, pause, resume, transfer, `switch`, canned
    }

    /// Who may use it, and is told of it.
    package enum Audience: Sendable { case everyone, operators }

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
    package let audience: Audience
    package let handler: Handler
    package let shape: Shape
    /// Makes the request of the arguments, which have the command's shape.
    let request: @Sendable (_ arguments: String) throws(SlashError) -> SlashRequest

    init(
        name: Name, aliases: [String], syntax: String, help: String,
        audience: Audience = .everyone, handler: Handler, shape: Shape,
        request: @escaping @Sendable (_ arguments: String) throws(SlashError) -> SlashRequest
    ) {
        self.name = name
        self.aliases = aliases
        self.syntax = syntax
        self.help = help
        self.audience = audience
        self.handler = handler
        self.shape = shape
        self.request = request
    }

    /// `/nick NICK`.
    package var usage: String {
        syntax.isEmpty ? "/\(name.rawValue)" : "/\(name.rawValue) \(syntax)"
    }

    /// The commands that `audience` may use, in the order of `/help`.
    package static func all(for audience: Audience) -> [SlashCommand] {
        all.filter { $0.audience == .everyone || audience == .operators }
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

    /// Reads a line for which `isCommand` holds, typed by one of `audience`.
    package static func parse(
        _ line: some StringProtocol, for audience: Audience = .everyone
    ) -> Result<SlashRequest, SlashError> {
        let (word, rest) = firstWord(line.dropFirst())
        do throws(SlashError) {
            let command = try named(word, for: audience)
            guard command.audience == .everyone || audience == .operators else {
                throw .forOperators(command.name)
            }
            return .success(try command.request(try command.checked(rest)))
        } catch {
            return .failure(error)
        }
    }

    /// The row for a name or alias as typed, with or without its slash, in any case.
    /// `audience` decides what is suggested for one that is not there.
    package static func named(
        _ word: some StringProtocol, for audience: Audience = .everyone
    ) throws(SlashError) -> SlashCommand {
        let typed = (word.hasPrefix("/") ? String(word.dropFirst()) : String(word)).lowercased()
        if let command = byWord[typed] { return command }
        throw .unknown(String(typed.prefix(32)), suggestion: suggestion(for: typed, audience))
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
    static func firstWord(_ text: some StringProtocol) -> (String, String) {
        let scalars = String(text).unicodeScalars
        let end = scalars.firstIndex { isBlank($0) } ?? scalars.endIndex
        return (String(scalars[..<end]), trimmed(Substring(scalars[end...])))
    }

    static func trimmed(_ text: some StringProtocol) -> String {
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
    /// What `/help` says to one of `audience`, a line each; about one command when it is named.
    package static func help(_ name: Name? = nil, for audience: Audience = .everyone) -> [String] {
        if let name {
            let command = of(name)
            let also = command.aliases.map { "/" + $0 }.joined(separator: " ")
            return ["\(command.usage): \(command.help)"] + (also.isEmpty ? [] : ["also: \(also)"])
        }
        let all = all(for: audience)
        let width = all.reduce(0) { max($0, $1.usage.utf8.count) }
        let rows = all.map { command in
            command.usage + String(repeating: " ", count: width + 2 - command.usage.utf8.count)
                + command.help
        }
        return rows + ["//TEXT" + String(repeating: " ", count: width - 4) + "say /TEXT"]
    }

    /// The command that was probably meant: one typing slip away, two for longer words, or the
    /// only one that begins so.
    private static func suggestion(for word: String, _ audience: Audience) -> Name? {
        let typed = Array(word.utf8)
        guard !typed.isEmpty, typed.count <= 16 else { return nil }
        let all = all(for: audience)
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
