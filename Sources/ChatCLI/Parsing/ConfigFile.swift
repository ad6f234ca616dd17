// The configuration file: `[section]` per command, `key = value` lines, whole-line `#` comments.
// Every section is checked, whichever command runs, so that a slip is found at once; values are
// read by the command that uses them. Described in chatkit(1).
// SPDX-License-Identifier: GPL-3.0-or-later

/// The file's settings, by command.
package struct ConfigFile: Sendable {
    private var sections: [String: ParsedOptions] = [:]

    /// The largest file that is read, in bytes.
    package static let maxFileBytes = 1 << 20

    /// No settings at all: the file is not there.
    package static let empty = ConfigFile()

    private init() {}

    /// Where the file is: under `XDG_CONFIG_HOME` when that is an absolute path (as its
    /// specification demands), otherwise under `~/.config`; nil without either.
    package static func path(_ variables: [String: String]) -> String? {
        path(variables, to: "config")
    }

    /// The same for another file of the user's.
    static func path(_ variables: [String: String], to name: String) -> String? {
        if let base = variables["XDG_CONFIG_HOME"], base.hasPrefix("/") {
            return base + "/chatkit/" + name
        }
        guard let home = variables["HOME"], !home.isEmpty else { return nil }
        return home + "/.config/chatkit/" + name
    }

    /// Reads the file's text; `path` is for messages.
    package init(_ bytes: [UInt8], path: String) throws(UsageError) {
        var section: CommandSpec?
        var number = 0
        for raw in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            number += 1
            let place = Place(path: path, line: number)
            guard let text = String(validating: raw, as: UTF8.self) else {
                throw place.error("bad line", nil, "it is not text in UTF-8", exit: .badData)
            }
            let line = text.withoutBlanks
            if line.isEmpty || line.hasPrefix("#") { continue }
            if line.hasPrefix("[") {
                section = try ConfigFile.section(line, at: place)
                continue
            }
            guard let equals = line.firstIndex(of: "=") else {
                throw place.error("bad line", line, "it is not of the form key = value")
            }
            let key = line[..<equals].withoutBlanks
            let value = line[line.index(after: equals)...].withoutBlanks
            guard let section else {
                throw place.error(
                    "setting outside a section", key, "no section names its command",
                    hint: "put [serve], [join] or [stats] above it")
            }
            try ConfigFile.check(key, in: section, at: place)
            sections[section.name, default: ParsedOptions()].occurrences.append(
                .init(
                    key: key, value: value,
                    source: .file(path: path, line: number, key: key)))
        }
    }

    /// What the file says to one command.
    package func settings(for command: CommandSpec) -> ParsedOptions {
        sections[command.name] ?? ParsedOptions()
    }

    private static func section(_ line: String, at place: Place) throws(UsageError) -> CommandSpec {
        let known = ProgramSpec.commands.filter(\.hasPage)
        guard line.hasSuffix("]"), line.count > 2 else {
            throw place.error("bad section", line, "it is not of the form [command]")
        }
        let name = line.dropFirst().dropLast().withoutBlanks
        guard let command = known.first(where: { $0.name == name }) else {
            let meant = Suggestion.nearest(to: name, in: known.map(\.name))
            throw place.error(
                "unknown section", name, "no command has that name",
                hint: meant.map { "did you mean [\($0)]?" }
                    ?? "the sections are " + known.map { "[\($0.name)]" }.joined(separator: ", "))
        }
        return command
    }

    private static func check(
        _ key: String, in section: CommandSpec, at place: Place
    ) throws(UsageError) {
        let known = section.configKeys
        if known.contains(key) { return }
        if section.options.contains(where: { $0.long == key }) {
            throw place.error(
                "bad key", key, "it works on the command line only",
                hint: "the keys of [\(section.name)] are " + known.joined(separator: ", "))
        }
        let meant = Suggestion.nearest(to: key, in: known)
        throw place.error(
            "unknown key", key, "\(section.invocation) has no such option",
            hint: meant.map { "did you mean \($0)?" }
                ?? "the keys of [\(section.name)] are " + known.joined(separator: ", "))
    }

    /// A line of the file, for messages.
    private struct Place {
        let path: String
        let line: Int

        func error(
            _ what: String, _ value: String?, _ why: String,
            hint: String = "'man chatkit' describes the file", exit: ExitCode = .usage
        ) -> UsageError {
            UsageError(
                "\(Visible.text(path)):\(line): \(what)", value: value, why: why, hint: hint,
                exitCode: exit)
        }
    }
}

extension StringProtocol {
    /// Without spaces, tabs and carriage returns at either end.
    var withoutBlanks: String {
        let isBlank = { (scalar: Unicode.Scalar) in
            scalar == " " || scalar == "\t" || scalar == "\r"
        }
        let scalars = unicodeScalars.drop(while: isBlank)
        var end = scalars.endIndex
        while end > scalars.startIndex {
            let before = scalars.index(before: end)
            guard isBlank(scalars[before]) else { break }
            end = before
        }
        return String(String.UnicodeScalarView(scalars[..<end]))
    }
}
