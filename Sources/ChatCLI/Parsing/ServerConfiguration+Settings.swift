// The second stage for `serve`: settings as given become the validated configuration.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import ChatIO
import ChatJournal
import ChatServer

extension ServerConfiguration {
    /// Reads every setting; the first bad one is thrown.
    package init(_ settings: Settings, _ surroundings: Surroundings) throws(UsageError) {
        self.init(version: chatkitVersion, database: .standard, replay: 20)
        let places = try ListeningPlaces.read(
            settings, port: ServeSpec.port, listen: ServeSpec.listen, standard: defaultPort)
        if let places { listen = places }
        if let value = try settings.value(ServeSpec.name, ServerNameRule.read) { name = value }
        if let value = try settings.value(ServeSpec.threads, ThreadCount.read) { threads = value }
        if let value = try settings.value(ServeSpec.flood, FloodLimit.init(_:)) { flood = value }
        if let value = try settings.value(ServeSpec.idle, ServerConfiguration.readIdle) {
            idleTimeout = value
        }
        try readHistory(settings)
        try readWeb(settings)
        try readAdmission(settings)
        try readDesk(settings, surroundings)
        try readRelay(settings, surroundings)
        if let value = try settings.value(
            ServeSpec.motd,
            { path throws(BadValue) in
                let bytes = try surroundings.read(path, atMost: MessageOfTheDay.maxFileBytes)
                return try MessageOfTheDay.lines(bytes)
            })
        {
            motd = value
        }
        try settings.readLogging(&logFormat, &logLevel)
    }

    /// How long and how many messages are kept.
    private mutating func readHistory(_ settings: Settings) throws(UsageError) {
        if let value = try settings.value(ServeSpec.database, DatabaseChoice.read) {
            database = value
        }
        if let value = try settings.value(
            ServeSpec.durability,
            { text throws(BadValue) in try Choice.read(text, Durability.self) })
        {
            durability = value
        }
        if let value = try settings.value(ServeSpec.keep, TimeSpan.read) { retention.keep = value }
        if let value = try settings.value(
            ServeSpec.keepMessages,
            { text throws(BadValue) in
                try WholeNumber.read(text, 1...1_000_000_000, what: "the number of messages")
            })
        {
            retention.keepMessages = value
        }
        if let value = try settings.value(
            ServeSpec.replay,
            { text throws(BadValue) in
                try WholeNumber.read(
                    text, 0...Limits.maxHistoryPage, what: "the number of messages")
            })
        {
            replay = value
        }
    }

    /// `off` is an inner nil.
    private static func readIdle(_ text: String) throws(BadValue) -> Duration? {
        if text == "off" { return nil }
        let time = try Seconds.read(text)
        guard time >= .seconds(1) else {
            throw BadValue("it is less than a second", hint: "'off' disables the limit")
        }
        return time
    }
}

extension Settings {
    /// How `serve` and `relay` log, as far as that is set.
    func readLogging(_ format: inout LogFormat, _ level: inout LogLevel) throws(UsageError) {
        if let value = try value(
            ServeSpec.logFormat, { text throws(BadValue) in try Choice.read(text, LogFormat.self) })
        {
            format = value
        }
        if let value = try value(
            ServeSpec.logLevel, { text throws(BadValue) in try Choice.read(text, LogLevel.self) })
        {
            level = value
        }
    }
}
