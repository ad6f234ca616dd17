// Settings as they were given, in order, each with its origin: the first of the two stages. Nothing
// here knows what a value means; `Settings` puts the sources in order and reads the values.
// SPDX-License-Identifier: GPL-3.0-or-later

/// Where a value was written, for messages about it.
package enum SettingSource: Hashable, Sendable {
    /// As spelled there: `--port`, `-p`.
    case commandLine(String)
    /// A positional argument, by the name it is shown under.
    case argument(String)
    /// A variable's name.
    case environment(String)
    /// A file's path, the line (from 1) and the key.
    case file(path: String, line: Int, key: String)

    /// What failed when the value is bad.
    package var complaint: String {
        switch self {
        case .commandLine(let spelling): "bad value for \(spelling)"
        case .argument(let name): "bad \(name)"
        case .environment(let name): "bad value in \(name)"
        case .file(let path, let line, let key):
            "\(Visible.text(path)):\(line): bad value for \(key)"
        }
    }

    /// How a message names the setting.
    package var spelling: String {
        switch self {
        case .commandLine(let name), .argument(let name), .environment(let name): name
        case .file(let path, let line, let key): "\(key) (\(Visible.text(path)):\(line))"
        }
    }
}

/// One source's settings, typed as given.
package struct ParsedOptions: Sendable {
    /// One setting, once.
    package struct Occurrence: Hashable, Sendable {
        /// The long name of the option or the key of the argument.
        package let key: String
        /// Flags have `true` or `false`.
        package let value: String
        package let source: SettingSource

        package init(key: String, value: String, source: SettingSource) {
            self.key = key
            self.value = value
            self.source = source
        }
    }

    package var occurrences: [Occurrence]

    package init(_ occurrences: [Occurrence] = []) {
        self.occurrences = occurrences
    }

    /// All that was given under one name, in order.
    package func all(_ key: String) -> [Occurrence] {
        occurrences.filter { $0.key == key }
    }
}
