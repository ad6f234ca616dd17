// GNU readline behind one type: every readline call of the program is in this file.
// Readline is not thread-safe: whoever calls anything here holds the terminal lock, and readline's
// callbacks run inside such calls. Its callback interface never blocks, but inside a paste.
// Invariant: while `isStarted`, the terminal is in readline's modes and the line being edited is on
// the screen, except between `hide` and `redraw`.
// SPDX-License-Identifier: GPL-3.0-or-later
import CReadline
import ChatClient
import Glibc

/// What came of a key.
package enum LineInput: Hashable, Sendable {
    case line(String)
    /// Ctrl+D on an empty line, or the terminal is gone.
    case end
}

/// The line being edited at the bottom of the screen.
// Not Sendable: it lives inside the terminal lock.
package final class LineEditor {
    /// Most lines that the history keeps in memory.
    static let maxHistory: Int32 = 1000

    private var isStarted = false
    /// Whether `start` has not been called yet.
    package private(set) var awaitsStart = true
    private var isHidden = false
    private var prompt = ""
    /// Whether the whole screen is this line's; otherwise Ctrl+L is left to whoever owns the rest.
    package var ownsScreen = true {
        didSet { if !ownsScreen, isStarted { bindClear() } }
    }

    // Readline's callbacks carry no context, so what they leave is here. Protected by the terminal
    // lock, which is held whenever they run.
    nonisolated(unsafe) private static var inputs: [LineInput] = []
    nonisolated(unsafe) private static var accepted: String?
    nonisolated(unsafe) private static var wantsRepaint = false
    nonisolated(unsafe) private static var vocabulary: (() -> Completion.Vocabulary)?

    private let rewraps: Bool

    /// `rewraps` is whether the terminal wraps its lines anew when its width changes.
    package init(rewraps: Bool = true) { self.rewraps = rewraps }

    /// Takes the terminal over and shows the prompt. `history` is what was typed in earlier
    /// sessions, oldest first.
    package func start(prompt: String, history: [String]) {
        guard !isStarted else { return }
        chatkit_rl_configure { _, start, end in
            LineEditor.complete(start: Int(start), end: Int(end))
        }
        rl_initialize()
        for (variable, value) in [
            // A paste arrives as a whole, its newlines not taken for Return.
            ("enable-bracketed-paste", "on"),
            // Questions and pages would block with the terminal lock held.
            ("page-completions", "off"), ("completion-query-items", "0"),
            ("completion-ignore-case", "on"), ("bell-style", "none"),
            ("echo-control-characters", "off"),
        ] {
            rl_variable_bind(variable, value)
        }
        stifle_history(LineEditor.maxHistory)
        using_history()
        for line in history { add_history(line) }
        self.prompt = prompt
        isStarted = true
        awaitsStart = false
        rl_prep_terminal(1)
        chatkit_rl_keep_modes()
        rl_callback_handler_install(prompt) { line in
            LineEditor.finished(line)
        }
        chatkit_rl_bind_accept { _, key in LineEditor.accept(key: key) }
    }

    /// Gives the terminal back, the line being edited erased.
    package func stop() {
        guard isStarted else { return }
        hide()
        rl_callback_handler_remove()
        rl_deprep_terminal()
        chatkit_flush()
        isStarted = false
    }

    /// Reads what was typed; to be called when standard input is readable. `vocabulary` is asked
    /// when there is something to complete. nil when there was nothing to read after all.
    package func readKey(vocabulary: @escaping () -> Completion.Vocabulary) -> [LineInput]? {
        // Ctrl+C throws away what was typed and not read yet, and reading nothing would block with
        // the terminal lock held: look again, now that the lock is had.
        var polled = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
        guard isStarted, poll(&polled, 1, 0) > 0 else { return nil }
        LineEditor.vocabulary = vocabulary
        defer { LineEditor.vocabulary = nil }
        LineEditor.inputs = []
        rl_callback_read_char()
        return LineEditor.inputs
    }

    /// Whether something has been typed that is not sent yet.
    package var isEmpty: Bool { chatkit_rl_length() == 0 }

    /// Takes the line off the screen, so that something can be written in its place.
    package func hide() {
        guard isStarted, !isHidden else { return }
        if !eraseAfterResize() { rl_clear_visible_line() }
        isHidden = true
    }

    /// Puts the line back, below what was written.
    package func redraw() {
        guard isStarted, isHidden else { return }
        isHidden = false
        rl_on_new_line()
        rl_forced_update_display()
    }

    /// Whether Ctrl+L was pressed since the last time.
    package func takeRepaintWish() -> Bool {
        defer { LineEditor.wantsRepaint = false }
        return LineEditor.wantsRepaint
    }

    private func bindClear() {
        chatkit_rl_bind_clear { _, _ in
            LineEditor.wantsRepaint = true
            return 0
        }
    }

    /// The screen was erased or is going to be: the line is drawn anew by `redraw`, where the cursor
    /// is by then.
    package func abandonLine() {
        guard isStarted else { return }
        rl_reset_screen_size()
        isHidden = true
    }

    /// Changes the prompt; not while readline shows another one, for a search.
    package func setPrompt(_ text: String) {
        guard isStarted, text != prompt, chatkit_rl_is_searching() == 0 else { return }
        hide()
        prompt = text
        rl_set_prompt(text)
    }

    /// Adds `text` where the cursor is; false while there is no line.
    package func insert(_ text: String) -> Bool {
        guard isStarted else { return false }
        hide()
        rl_insert_text(text)
        return true
    }

    /// Throws the line away, whatever was going on with it.
    package func clearLine() {
        guard isStarted else { return }
        // First, since it redraws the line.
        chatkit_rl_abort()
        hide()
        rl_delete_text(0, chatkit_rl_length())
        chatkit_rl_move_to(0)
        using_history()
    }

    /// The terminal has another size.
    package func resize() {
        guard isStarted else { return }
        hide()
        redraw()
    }

    /// When the terminal has another size than readline knows: erases the line where a terminal
    /// that wraps its lines anew has moved it to, and tells readline. Such terminals make more
    /// rows of a line when they become narrower, of which readline would leave the first ones.
    private func eraseAfterResize() -> Bool {
        var size = winsize()
        var rows: Int32 = 0
        var columns: Int32 = 0
        chatkit_rl_size(&rows, &columns)
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0,
            Int32(size.ws_col) != columns || Int32(size.ws_row) != rows
        else { return false }
        guard rewraps else {
            rl_resize_terminal()
            return false
        }
        let line = Array(String(cString: chatkit_rl_line()).utf8)
        let shown =
            String(cString: chatkit_rl_prompt())
            + String(decoding: line.prefix(Int(max(0, chatkit_rl_point()))), as: UTF8.self)
        let row = TextLayout.cursorRow(after: shown, width: Int(size.ws_col)) {
            Int(chatkit_columns($0.value))
        }
        put((row > 0 ? "\u{1B}[\(row)A" : "") + "\r\u{1B}[J")
        rl_reset_screen_size()
        return true
    }

    /// Gives the terminal back for the time that the process is stopped.
    package func suspend() {
        guard isStarted else { return }
        hide()
        rl_deprep_terminal()
        chatkit_flush()
    }

    /// Takes it again; `redraw` shows the line.
    package func resume() {
        guard isStarted else { return }
        rl_prep_terminal(1)
        rl_reset_screen_size()
    }

    /// Writes lines where the line being edited was; to be called between `hide` and `redraw`.
    package func put(_ text: String) {
        var text = text
        text.withUTF8 { bytes in
            bytes.withMemoryRebound(to: CChar.self) { chatkit_put($0.baseAddress, $0.count) }
        }
        chatkit_flush()
    }
}

// MARK: - Readline's callbacks

extension LineEditor {
    /// Return was pressed. The line goes off the screen: what it says comes back as a message.
    private static func accept(key: Int32) -> Int32 {
        let text = String(cString: chatkit_rl_line())
        accepted = text
        rl_clear_visible_line()
        // As if the user had deleted it, so that a line taken from the history is left unchanged.
        rl_delete_text(0, chatkit_rl_length())
        chatkit_rl_move_to(0)
        return rl_newline(1, key)
    }

    /// Readline is through with a line; nil at the end of input.
    private static func finished(_ line: UnsafeMutablePointer<CChar>?) {
        guard let line else { return inputs.append(.end) }
        let text = accepted ?? String(cString: line)
        free(line)
        accepted = nil
        remember(text)
        inputs.append(.line(text))
    }

    private static func remember(_ text: String) {
        guard text.utf8.contains(where: { $0 > 0x20 }) else { return }
        let last = history_get(chatkit_history_base() + chatkit_history_length() - 1)
        if let line = last?.pointee.line, String(cString: line) == text { return }
        add_history(text)
    }

    /// The words that may stand between `start` and `end` of the line, as readline wants them:
    /// what they have in common, then each, then NULL; all of it allocated with malloc.
    private static func complete(
        start: Int, end: Int
    ) -> UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? {
        chatkit_rl_no_file_names()
        let line = Array(String(cString: chatkit_rl_line()).utf8)
        guard start >= 0, start <= end, end <= line.count else { return nil }
        let before = String(decoding: line[..<start], as: UTF8.self)
        let word = String(decoding: line[start..<end], as: UTF8.self)
        let found = Completion.candidates(for: word, after: before, in: vocabulary?() ?? .init())
        guard !found.isEmpty else { return nil }
        chatkit_rl_append_to_completion(Int32(UInt8(ascii: " ")))
        let all =
            found.count == 1 ? found : [Completion.commonPrefix(of: found, typed: word)] + found
        let size = (all.count + 1) * MemoryLayout<UnsafeMutablePointer<CChar>?>.stride
        guard
            let matches = malloc(size)?.bindMemory(
                to: UnsafeMutablePointer<CChar>?.self, capacity: all.count + 1)
        else { return nil }
        for (index, text) in all.enumerated() { matches[index] = strdup(text) }
        matches[all.count] = nil
        return matches
    }
}
