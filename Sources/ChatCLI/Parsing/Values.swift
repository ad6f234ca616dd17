// The values that options take, read from text: each type says in its initialiser what it accepts.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatClient
import ChatCore
import ChatJournal

/// The port that serve and join have in common.
package let defaultPort: UInt16 = 12000

/// Whole numbers between bounds.
package enum WholeNumber {
    /// Digits only: no sign, no spaces, nothing after them.
    package static func read(
        _ text: String, _ range: ClosedRange<Int>, what: String
    ) throws(BadValue) -> Int {
        guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let number = Int(text), range.contains(number)
        else {
            throw BadValue(
                "\(what) is a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }
}

/// Whether port 0 makes sense: to listen, the system chooses; to connect, nobody is there.
package enum PortUse: Sendable {
    case listen, connect

    /// Reads a port for this use.
    package func read(_ text: String) throws(BadValue) -> UInt16 {
        let number = try WholeNumber.read(text, (self == .listen ? 0 : 1)...65535, what: "a port")
        return UInt16(number)
    }
}

/// `HOST`, `HOST:PORT`, `[IPv6]` or `[IPv6]:PORT`.
package struct HostAndPort: Hashable, Sendable {
    package let host: String
    /// nil: not said.
    package let port: UInt16?

    /// The longest host name, in bytes (RFC 1035 §2.3.4).
    static let maxHostBytes = 253

    package init(_ text: String, for use: PortUse) throws(BadValue) {
        if text.contains("://") {
            throw BadValue("it is a URL", hint: "write HOST:PORT, without a scheme")
        }
        let (host, rest) = try HostAndPort.split(text)
        if rest.isEmpty {
            port = nil
        } else {
            port = try use.read(String(rest.dropFirst()))
        }
        self.host = host
    }

    /// The host without brackets, and what follows it: nothing, or a colon and the port.
    private static func split(_ text: String) throws(BadValue) -> (String, Substring) {
        if text.hasPrefix("[") {
            guard let end = text.firstIndex(of: "]") else {
                throw BadValue("the bracket is not closed", hint: "write [IPV6]:PORT")
            }
            let host = text[text.index(after: text.startIndex)..<end]
            let rest = text[text.index(after: end)...]
            guard rest.isEmpty || rest.hasPrefix(":") else {
                throw BadValue(
                    "expected a colon and the port after the bracket", hint: "write [IPV6]:PORT")
            }
            let address = host.prefix { $0 != "%" }
            guard address.contains(":"),
                address.allSatisfy({ $0.isASCII && ($0.isHexDigit || $0 == ":" || $0 == ".") }),
                isPlain(host)
            else { throw BadValue("the brackets must hold an ipv6 address") }
            return (String(host), rest)
        }
        let host = text.prefix { $0 != ":" }
        let rest = text[host.endIndex...]
        if rest.dropFirst().contains(":") {
            throw BadValue(
                "it has several colons", hint: "put an ipv6 address in brackets: [::1]:12000")
        }
        guard !host.isEmpty else {
            throw BadValue("it has no host", hint: "0.0.0.0\(rest) is every ipv4 address")
        }
        guard host.utf8.count <= maxHostBytes, isPlain(host) else {
            throw BadValue("it is not the name or address of a host")
        }
        guard !host.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            throw BadValue("a number alone is not a host", hint: "write 127.0.0.1:\(host)")
        }
        return (String(host), rest)
    }

    private static func isPlain(_ host: some StringProtocol) -> Bool {
        host.unicodeScalars.allSatisfy { scalar in
            scalar.value > 0x20 && scalar.value != 0x7F
                && !"/@[]'\"\\,;".unicodeScalars.contains(scalar)
        }
    }
}

extension FloodLimit {
    /// The largest rate and burst.
    static let maxNumber = 1_000_000

    /// Reads `RATE`, `RATE:BURST` or `off`.
    package init(_ text: String) throws(BadValue) {
        if text == "off" {
            self = .off
            return
        }
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first else { throw BadValue("it is empty") }
        let range = 1...FloodLimit.maxNumber
        let rate = try WholeNumber.read(String(first), range, what: "a rate")
        guard parts.count == 2 else {
            self = .limited(rate: rate, burst: rate * FloodLimit.burstPerRate)
            return
        }
        let burst = try WholeNumber.read(String(parts[1]), range, what: "a burst")
        self = .limited(rate: rate, burst: burst)
    }
}

extension ThreadCount {
    /// Reads a number, or `auto`: nil.
    package static func read(_ text: String) throws(BadValue) -> Int? {
        text == "auto" ? nil : try WholeNumber.read(text, 1...max, what: "the number of threads")
    }
}

/// Seconds, with a fraction if need be.
package enum Seconds {
    /// The longest time, in seconds: about thirty years.
    static let max = 1_000_000_000

    /// Reads `5`, `0.5` or `.5`; at most nine digits after the point count.
    package static func read(_ text: String) throws(BadValue) -> Duration {
        let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        let whole = parts.first ?? ""
        let fraction = parts.count == 2 ? parts[1] : ""
        let isDigits = { (part: Substring) in part.utf8.allSatisfy { (0x30...0x39).contains($0) } }
        guard !(whole.isEmpty && fraction.isEmpty), isDigits(whole), isDigits(fraction),
            let seconds = whole.isEmpty ? 0 : Int(whole), seconds <= max
        else { throw BadValue("a time is a number of seconds from 0 to \(max)") }
        var nanoseconds: Int64 = 0
        var unit: Int64 = 100_000_000
        for digit in fraction.utf8.prefix(9) {
            nanoseconds += Int64(digit - 0x30) * unit
            unit /= 10
        }
        return .seconds(seconds) + .nanoseconds(nanoseconds)
    }
}

/// A length of time with its unit.
package enum TimeSpan {
    /// Reads `90s`, `30m`, `12h`, `30d` or `2w`; more than nothing.
    package static func read(_ text: String) throws(BadValue) -> Duration {
        guard let span = Duration(span: text) else {
            throw BadValue("a time is a number and s, m, h, d or w", hint: "30d is thirty days")
        }
        return span
    }
}

extension MessagePoint {
    /// Reads a message's number, an RFC 3339 time, a day, or how long ago.
    package init(_ text: String) throws(BadValue) {
        let isNumber = text.utf8.allSatisfy { (0x30...0x39).contains($0) }
        if isNumber, let seq = Int64(text) {
            self = .seq(seq)
        } else if let time = Timestamp(rfc3339: text) {
            self = .time(time)
        } else if text.utf8.count == 10, let midnight = Timestamp(rfc3339: text + "T00:00:00Z") {
            self = .day(CivilDate(daysSinceEpoch: Int(midnight.milliseconds / 86_400_000)))
        } else if let span = try? TimeSpan.read(text) {
            self = .ago(span)
        } else {
            throw BadValue(
                "not a message number, time, date or duration",
                hint: "examples: 120, 2026-11-21T09:00:00Z, 2026-11-21, 2h")
        }
    }
}

extension DatabaseChoice {
    /// Reads a path, or `:memory:`.
    package static func read(_ text: String) throws(BadValue) -> DatabaseChoice {
        if text == ":memory:" { return .memory }
        guard !text.isEmpty, !text.utf8.contains(0) else {
            throw BadValue("not a file path", hint: "':memory:' keeps nothing on disk")
        }
        return .file(text)
    }
}

extension Duration {
    /// Longer than any program runs: `--linger forever`. Added to an `Instant` it saturates.
    package static let forever = Duration.seconds(Int64.max)
}

/// One of an enum's words.
package enum Choice {
    /// Reads a raw value; a near miss gets a suggestion.
    package static func read<T: RawRepresentable<String> & CaseIterable>(
        _ text: String, _ type: T.Type
    ) throws(BadValue) -> T {
        if let value = T(rawValue: text) { return value }
        let words = T.allCases.map(\.rawValue)
        throw BadValue(
            "expected one of " + words.joined(separator: ", "),
            hint: Suggestion.nearest(to: text, in: words).map { "did you mean \($0)?" })
    }
}

extension ServerNameRule {
    /// Reads a name.
    package static func read(_ text: String) throws(BadValue) -> String {
        let name = text.withoutBlanks
        guard !name.isEmpty else { throw BadValue("it is empty") }
        guard name.utf8.count <= maxBytes else {
            throw BadValue("it is longer than \(maxBytes) bytes")
        }
        guard !name.hasControls else { throw BadValue("it has a control character") }
        return name
    }
}

extension AdmissionBounds {
    /// Reads a number of slots.
    package static func readCapacity(_ text: String) throws(BadValue) -> Int {
        do throws(BadValue) {
            return try WholeNumber.read(text, capacity, what: "a capacity")
        } catch {
            throw BadValue(error.why, hint: "leave it out to set no limit")
        }
    }

    /// Reads the longest wait.
    package static func readWait(_ text: String) throws(BadValue) -> Duration {
        let time = try? Seconds.read(text)
        guard let time, time >= .seconds(wait.lowerBound), time <= .seconds(wait.upperBound) else {
            throw BadValue(
                "a wait is a number of seconds from \(wait.lowerBound) to \(wait.upperBound)",
                hint: "--max-waiting 0 disables the queue")
        }
        return time
    }

    /// Reads the longest queue.
    package static func readQueue(_ text: String) throws(BadValue) -> Int {
        try WholeNumber.read(text, queue, what: "the length of the queue")
    }
}

extension MessageOfTheDay {
    /// Splits a file's text into lines, without line ends.
    package static func lines(_ bytes: [UInt8]) throws(BadValue) -> [String] {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw BadValue("it is not text in UTF-8", exitCode: .badData)
        }
        guard !text.unicodeScalars.contains("\0") else {
            throw BadValue("it has a NUL character", exitCode: .badData)
        }
        var lines = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false)
            .map { String(String.UnicodeScalarView($0.split(separator: "\r").joined())) }
        if lines.last == "" { lines.removeLast() }
        return lines
    }
}

extension String {
    /// Whether any scalar is a control character.
    var hasControls: Bool {
        unicodeScalars.contains { $0.properties.generalCategory == .control }
    }
}
