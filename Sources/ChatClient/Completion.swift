// What the Tab key offers: commands, rooms and nicks, by where the word stands. Pure.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore

/// Finds words that begin like the one being typed.
package enum Completion {
    /// Most words that are offered.
    static let maxOffered = 100

    /// The names that are known right now.
    package struct Vocabulary: Sendable {
        package var nicks: [String]
        package var rooms: [String]
        /// What an operator has besides; nil for everybody else.
        package var desk: Desk?

        package init(nicks: [String] = [], rooms: [String] = [], desk: Desk? = nil) {
            self.nicks = nicks
            self.rooms = rooms
            self.desk = desk
        }

        var audience: SlashCommand.Audience { desk == nil ? .everyone : .operators }
    }

    /// The names that only an operator's commands take.
    package struct Desk: Sendable {
        package var visitors: [String]
        package var operators: [String]
        package var canned: [String]

        package init(visitors: [String], operators: [String], canned: [String]) {
            self.visitors = visitors
            self.operators = operators
            self.canned = canned
        }
    }

    /// The words that may replace `word`, sorted. `before` is the line up to it.
    package static func candidates(
        for word: String, after before: String, in vocabulary: Vocabulary
    ) -> [String] {
        let found: [String]
        if before.isEmpty, word.hasPrefix("/") {
            found = SlashCommand.all(for: vocabulary.audience).map { "/" + $0.name.rawValue }
        } else {
            found = names(for: word, after: before, in: vocabulary)
        }
        let wanted = CaselessText.folded(word)
        return Array(
            Set(found.filter { CaselessText.folded($0).hasPrefix(wanted) }).sorted().prefix(
                maxOffered))
    }

    private static func names(
        for word: String, after before: String, in vocabulary: Vocabulary
    ) -> [String] {
        // A nick at the beginning addresses somebody.
        if before.isEmpty { return word.isEmpty ? [] : vocabulary.nicks.map { $0 + ":" } }
        if word.hasPrefix("#") { return vocabulary.rooms }
        let first = before.prefix { $0 != " " }
        guard first.hasPrefix("/"), let command = try? SlashCommand.named(first) else {
            return word.isEmpty ? [] : vocabulary.nicks
        }
        switch command.name {
        case .join, .leave, .who: return vocabulary.rooms
        case .help: return SlashCommand.all(for: vocabulary.audience).map(\.name.rawValue)
        case .switch: return vocabulary.desk?.visitors ?? []
        case .transfer: return vocabulary.desk?.operators ?? []
        case .canned: return vocabulary.desk?.canned ?? []
        default: return vocabulary.nicks
        }
    }

    /// What all words begin with, but for case; at least what was typed.
    package static func commonPrefix(of words: [String], typed: String) -> String {
        guard var prefix = words.first.map(Array.init) else { return typed }
        for word in words.dropFirst() {
            let same = zip(prefix, word).prefix { FoldedName(String($0)) == FoldedName(String($1)) }
            prefix = Array(prefix.prefix(same.count))
        }
        return prefix.count > typed.count ? String(prefix) : typed
    }
}

extension ChatSession {
    /// The names that the Tab key may offer now: people of the active room, one's rooms.
    package var vocabulary: Completion.Vocabulary {
        var nicks: [String] = []
        if let active, let index = index(of: active) {
            nicks = rooms[index].members.values.filter { !isSelf($0) }
        }
        let names = desk.map { desk in
            Completion.Desk(
                visitors: desk.conversations.map(\.nick),
                operators: (desk.report?.operators ?? []).map(\.nick).filter { !isSelf($0) },
                canned: desk.canned.names)
        }
        return Completion.Vocabulary(nicks: nicks, rooms: rooms.map(\.name.text), desk: names)
    }
}
