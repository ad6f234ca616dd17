// Where events become visible: above the line being edited at a terminal, or on standard output
// and standard error for scripts. Part of what the terminal lock protects.
// Invariant: nothing received reaches a terminal but through `StyledText` or `JSONLine`.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatClient
import ChatCore
import ChatIO
import Glibc

/// Standard output and standard error.
// Not Sendable: it lives inside the terminal lock.
package final class Screen {
    private let interface: Interface
    /// Whether messages and answers are shown at all; `--send` shows only troubles.
    private let isSilent: Bool
    private let usesColor: Bool
    private let isTerminal: Bool
    private let ringsBell: Bool
    private var renderer: EventRenderer
    private var pending = ""
    let editor: LineEditor?
    /// The header of an operator's screen.
    private var console: ConsoleScreen?
    /// Whether what the prompt and the header tell changes with time.
    let ticks: Bool
    /// Standard output was closed: nobody reads on, which is no failure.
    private(set) var isBroken = false

    package init(_ configuration: JoinConfiguration, interface: Interface, terminal: Terminal) {
        self.interface = interface
        isSilent = !configuration.send.isEmpty && !configuration.json
        usesColor = terminal.usesColor(configuration.color) && interface != .json
        isTerminal = terminal.outputIsTerminal
        ringsBell = configuration.bell
        renderer = EventRenderer(offset: LocalZone.offset)
        editor = interface == .interactive ? LineEditor(rewraps: terminal.rewraps) : nil
        ticks = interface == .interactive && terminal.canMoveCursor
        if ticks, configuration.login != nil, Terminal.size() != nil {
            console = ConsoleScreen(ruler: .system, usesColor: usesColor)
        }
    }

    /// Queues `display` for the next `flush`.
    func show(_ display: Display, _ session: ChatSession, now: Timestamp) {
        guard interface == .interactive else {
            return showToScript(display, session.nick ?? "", now)
        }
        let context = session.renderContext(now)
        for line in renderer.render(display, context) { queue(line) }
    }

    private func showToScript(_ display: Display, _ nick: String, _ now: Timestamp) {
        switch display {
        case .trouble(let text, let hint): complain(text, hint: hint)
        case .status(let text): complain("[\(text)]", hint: nil, prefix: "")
        case .message(let message, _) where interface == .json:
            if let source = message.source { show(.object(source)) }
        case .recalled(let message) where interface == .json:
            if let source = message.source { show(.object(source)) }
        case .gap(let room, let range) where interface == .json:
            show(
                PastLine.object(
                    "gap", room, [("from_seq", range.lowerBound), ("to_seq", range.upperBound)]))
        case .rewound(let room, let seq, _) where interface == .json:
            show(PastLine.object("rewound", room, [("to_seq", seq)]))
        default:
            guard interface == .plain, !isSilent else { return }
            for line in PlainRenderer.render(display, nick: nick, now: now) { queue(line) }
        }
    }

    private func queue(_ line: StyledText) {
        if let said = console?.say(line) {
            pending += said
            return
        }
        pending += usesColor ? line.colored : line.plain
        pending += "\n"
    }

    private func show(_ value: JSONValue) {
        var line = ByteBuffer()
        line.write(json: value)
        showRaw(line.storage)
    }

    /// Queues a line of JSON as it came from the server; at a terminal without raw controls.
    func showRaw(_ line: [UInt8]) {
        guard interface == .json else { return }
        let text = String(decoding: line, as: UTF8.self)
        pending += isTerminal ? JSONLine.harmless(text) : text
        pending += "\n"
    }

    /// Writes what is queued.
    func flush(_ session: ChatSession, _ now: Now) {
        if console != nil, editor?.awaitsStart ?? false { return }
        if let facts = consoleFacts(session, now) { refresh(facts) }
        if let editor {
            if !pending.isEmpty {
                editor.hide()
                editor.put(pending)
                pending = ""
            }
            return editor.redraw()
        }
        guard !pending.isEmpty, !isBroken else { return }
        let bytes = Array(pending.utf8)
        pending = ""
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                write(STDOUT_FILENO, $0.baseAddress, $0.count)
            }
            if count > 0 {
                sent += count
            } else if errno == EAGAIN {
                // Somebody made the pipe non-blocking; wait as if it were not.
                var output = pollfd(fd: STDOUT_FILENO, events: Int16(POLLOUT), revents: 0)
                poll(&output, 1, -1)
            } else if errno != EINTR {
                isBroken = true
                return
            }
        }
    }

    /// Writes to standard error: `chatkit: what failed`, then `hint: what to do`.
    func complain(_ text: String, hint: String?, prefix: String = "chatkit: ") {
        var out = prefix + VisibleText.harmless(text) + "\n"
        if let hint { out += "hint: " + VisibleText.harmless(hint) + "\n" }
        out.withUTF8 { bytes in
            _ = write(STDERR_FILENO, bytes.baseAddress, bytes.count)
        }
    }

    // MARK: - The console's header

    private func consoleFacts(_ session: ChatSession, _ now: Now) -> ConsoleFacts? {
        guard console?.size != nil else { return nil }
        return session.consoleFacts(now, offset: LocalZone.offset(at: now.wall))
    }

    /// Takes the terminal for prompt and header.
    func begin(_ session: ChatSession, _ now: Now, history: [String]) {
        if let size = Terminal.size(),
            let facts = session.consoleFacts(now, offset: LocalZone.offset(at: now.wall)),
            let out = console?.begin(size, facts)
        {
            editor?.put(out)
            // What was said so far is remembered, and on the screen by now.
            pending = ""
        }
        editor?.start(prompt: prompt(session, at: now.instant), history: history)
        editor?.ownsScreen = console?.size == nil
    }

    /// Gives the terminal back.
    func end() {
        editor?.stop()
        if let out = console?.end(), !out.isEmpty { editor?.put(out) }
        console = nil
    }

    /// Brings the header up to date, or paints everything where the terminal has another size.
    private func refresh(_ facts: ConsoleFacts) {
        guard let editor, let known = console?.size else { return }
        if let size = Terminal.size(), size != known { return paint(size, facts) }
        if let out = console?.update(facts), !out.isEmpty { editor.put(out) }
    }

    private func paint(_ size: ScreenSize, _ facts: ConsoleFacts) {
        editor?.abandonLine()
        if let out = console?.paint(size, facts) { editor?.put(out) }
        pending = ""
    }

    /// Draws everything anew, whatever is on the screen.
    func repaint(_ session: ChatSession, _ now: Now) {
        guard let facts = consoleFacts(session, now), let size = Terminal.size() else { return }
        paint(size, facts)
        editor?.redraw()
    }

    /// Gives the terminal back while the process is stopped by `stop`.
    func suspend(_ session: ChatSession, during stop: () -> Void) {
        editor?.suspend()
        let hadHeader = console?.size != nil
        if let out = console?.end() { editor?.put(out) }
        stop()
        editor?.resume()
        let now = SystemClock.now()
        if hadHeader, let size = Terminal.size(),
            let facts = session.consoleFacts(now, offset: LocalZone.offset(at: now.wall)),
            let out = console?.begin(size, facts)
        {
            editor?.put(out)
        }
        editor?.redraw()
    }

    /// The terminal has another size.
    func resize(_ session: ChatSession, _ now: Now) {
        if console?.size == nil { editor?.resize() }
        flush(session, now)
    }

    /// Calls the user's attention with the next `flush`.
    func ringBell() {
        guard interface == .interactive, ringsBell else { return }
        pending += "\u{7}"
    }

    /// Puts `text` into the line being edited; false where there is none.
    func edit(_ text: String) -> Bool { editor?.insert(text) ?? false }

    /// The prompt in the terminal's colours, marked up for readline: it must not count the
    /// sequences as columns.
    func prompt(_ session: ChatSession, at now: Instant) -> String {
        let text = VisibleText.harmless(session.prompt(at: now))
        return usesColor ? "\u{1}\u{1B}[1m\u{2}\(text)\u{1}\u{1B}[0m\u{2}" : text
    }
}

/// The objects that tell a program what became of a room's numbers: `gap` as the server writes it,
/// and `rewound`, which is the client's own.
enum PastLine {
    static func object(
        _ type: String, _ room: String, _ numbers: [(name: String, seq: Int64)]
    ) -> JSONValue {
        var object = JSONObject()
        _ = object.append("type", .string(type))
        _ = object.append("room", .string(room))
        for number in numbers { _ = object.append(number.name, .int(number.seq)) }
        return .object(object)
    }
}
