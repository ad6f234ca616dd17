// Structured log lines on standard error: for people by default, JSON for machines. One write a
// line, so lines of several threads never mix. What people say and secrets never come here.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import Glibc

/// A field of a log line.
package enum LogValue: Sendable, ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByStringInterpolation
{
    case text(String)
    case number(Int)

    package init(stringLiteral value: String) { self = .text(value) }
    package init(integerLiteral value: Int) { self = .number(value) }
}

/// Writes log lines of at least one level, in one format.
package struct Logger: Sendable {
    private let format: LogFormat
    private let level: LogLevel
    private let descriptor: Int32
    private let isTerminal: Bool
    /// Where lines are shown that would spoil a screen.
    private let notices: NoticeQueue?

    /// - Parameter notices: the console in this terminal: lines go there and not to it.
    package init(
        format: LogFormat, level: LogLevel, descriptor: Int32 = STDERR_FILENO,
        notices: NoticeQueue? = nil
    ) {
        self.notices = notices
        self.format = format
        self.level = level
        self.descriptor = descriptor
        isTerminal = isatty(descriptor) == 1
    }

    /// Whether lines of this level are written: ask before building costly fields.
    package func writes(_ level: LogLevel) -> Bool { level >= self.level }

    package func debug(_ event: String, _ fields: KeyValuePairs<String, LogValue> = [:]) {
        log(.debug, event, fields)
    }

    package func info(_ event: String, _ fields: KeyValuePairs<String, LogValue> = [:]) {
        log(.info, event, fields)
    }

    package func warning(_ event: String, _ fields: KeyValuePairs<String, LogValue> = [:]) {
        log(.warning, event, fields)
    }

    package func error(_ event: String, _ fields: KeyValuePairs<String, LogValue> = [:]) {
        log(.error, event, fields)
    }

    private func log(
        _ level: LogLevel, _ event: String, _ fields: KeyValuePairs<String, LogValue>
    ) {
        guard writes(level) else { return }
        if let notices, isTerminal {
            // What clients do is on the operator's screen already.
            guard level > .info else { return }
            var line = ByteBuffer()
            writeEvent(event, fields, into: &line)
            return notices.post(
                String(decoding: line.readable, as: UTF8.self), isWarning: true)
        }
        var line = ByteBuffer(reservingCapacity: 160)
        switch format {
        case .json: writeJSON(level, event, fields, into: &line)
        case .text: writeText(level, event, fields, into: &line)
        }
        line.withReadable { bytes in _ = write(descriptor, bytes.baseAddress, bytes.count) }
    }

    private func writeJSON(
        _ level: LogLevel, _ event: String, _ fields: KeyValuePairs<String, LogValue>,
        into line: inout ByteBuffer
    ) {
        line.write(literal: "{\"time\":\"")
        line.write(rfc3339: SystemClock.wall())
        line.write(literal: "\",\"level\":\"")
        line.write(level.rawValue)
        line.write(literal: "\",\"event\":")
        line.write(json: event)
        for (name, value) in fields {
            line.write(UInt8(ascii: ","))
            line.write(json: name)
            line.write(UInt8(ascii: ":"))
            switch value {
            case .text(let text): line.write(json: text)
            case .number(let number): line.write(decimal: number)
            }
        }
        line.write(literal: "}\n")
    }

    private func writeText(
        _ level: LogLevel, _ event: String, _ fields: KeyValuePairs<String, LogValue>,
        into line: inout ByteBuffer
    ) {
        var seconds = time(nil)
        var local = tm()
        localtime_r(&seconds, &local)
        line.write(padded: Int(local.tm_hour), width: 2)
        line.write(UInt8(ascii: ":"))
        line.write(padded: Int(local.tm_min), width: 2)
        line.write(UInt8(ascii: ":"))
        line.write(padded: Int(local.tm_sec), width: 2)
        line.write(UInt8(ascii: " "))
        if level != .info { line.write(emphasis(level)) }
        writeEvent(event, fields, into: &line)
        line.write(0x0A)
    }

    private func writeEvent(
        _ event: String, _ fields: KeyValuePairs<String, LogValue>, into line: inout ByteBuffer
    ) {
        line.write(visible: event)
        for (name, value) in fields {
            line.write(UInt8(ascii: " "))
            line.write(name)
            line.write(UInt8(ascii: "="))
            switch value {
            case .text(let text):
                let isOneWord = !text.isEmpty && !text.contains(" ")
                line.write(visible: isOneWord ? text : "\"\(text)\"")
            case .number(let number): line.write(decimal: number)
            }
        }
    }

    private func emphasis(_ level: LogLevel) -> String {
        guard isTerminal, getenv("NO_COLOR") == nil else { return "\(level.rawValue): " }
        let color =
            switch level {
            case .debug: "2"
            case .info: "0"
            case .warning: "33"
            case .error: "31"
            }
        return "\u{1B}[\(color)m\(level.rawValue):\u{1B}[0m "
    }
}
