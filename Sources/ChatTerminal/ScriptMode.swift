// The main thread without a terminal: lines from standard input become messages, commands or JSON
// requests. Reading stops while too much is pending, so that memory stays bounded.
// PRODUCT "Scripting".
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatClient
import ChatCore
import ChatIO
import Glibc

/// `chatkit join` for a script.
struct ScriptMode {
    let shared: JoinSession
    let signals: WakePipe
    /// Whether lines may be JSON requests.
    let takesJSON: Bool

    /// The signals that must come through `signals` by the time of `run`.
    static let handled = [SIGINT, SIGTERM, SIGHUP]

    /// Longest line that is read, in bytes: a message, however its JSON is escaped, and then some.
    static let maxLineBytes = 64 << 10

    private var splitter = LineSplitter(limit: ScriptMode.maxLineBytes)
    private var lineNumber = 0
    /// Nothing more will be read; lines may be left to take.
    private var streamHasEnded = false
    private var inputHasEnded = false
    private var exitCode: Int32?
    private var badData = false

    init(shared: JoinSession, signals: WakePipe, takesJSON: Bool) {
        self.shared = shared
        self.signals = signals
        self.takesJSON = takesJSON
    }

    /// Posts `texts`, then what standard input brings if it is to be read; returns when the session
    /// has ended.
    mutating func run(
        sending texts: [String], readsInput: Bool
    ) -> (outcome: JoinOutcome, code: Int32) {
        for text in texts { shared.perform { session, _ in session.post(text) } }
        if !readsInput {
            streamHasEnded = true
            endInput()
        }
        while true {
            if let outcome = shared.outcome {
                let code = outcome.code == 0 && badData ? 65 : outcome.code
                return (outcome, exitCode ?? code)
            }
            takeLines()
            var polled = [
                pollfd(fd: signals.descriptor, events: Int16(POLLIN), revents: 0),
                pollfd(fd: shared.main.descriptor, events: Int16(POLLIN), revents: 0),
                pollfd(fd: mayRead() ? STDIN_FILENO : -1, events: Int16(POLLIN), revents: 0),
                // Nothing is asked for, but the end of its reader is told.
                pollfd(fd: STDOUT_FILENO, events: 0, revents: 0),
                pollfd(
                    fd: shared.notices?.wake.descriptor ?? -1, events: Int16(POLLIN), revents: 0),
            ]
            poll(&polled, 5, -1)
            if polled[1].revents != 0 { _ = shared.main.drain() }
            if polled[0].revents != 0 {
                for number in signals.drain() { received(signal: Int32(number)) }
            }
            if polled[2].revents != 0 { readInput() }
            if polled[4].revents != 0 { shared.showNotices() }
            if polled[3].revents & Int16(POLLERR) != 0 {
                return (JoinOutcome(code: 0, reason: "standard output was closed"), 0)
            }
        }
    }

    /// Whether another line would find room; when not, the receive thread wakes this one.
    private func mayTake() -> Bool {
        shared.state.withLock { state in
            state.inputIsPaused = !state.session.takesInput
            return !state.inputIsPaused
        }
    }

    private func mayRead() -> Bool { !streamHasEnded && mayTake() }

    /// Takes the lines that were read, as long as there is room for them.
    private mutating func takeLines() {
        guard !inputHasEnded else { return }
        while mayTake() {
            if let piece = splitter.next() {
                take(piece)
            } else {
                if streamHasEnded {
                    if let piece = splitter.rest() { take(piece) }
                    endInput()
                }
                return
            }
        }
    }

    private mutating func readInput() {
        var chunk = [UInt8](repeating: 0, count: 4096)
        let count = read(STDIN_FILENO, &chunk, chunk.count)
        if count < 0, errno == EINTR || errno == EAGAIN { return }
        if count > 0 {
            splitter.append(chunk[..<count])
        } else {
            streamHasEnded = true
        }
    }

    private mutating func endInput() {
        inputHasEnded = true
        shared.perform { session, now in session.inputEnded(now: now) }
    }

    private mutating func take(_ piece: LineSplitter.Piece) {
        lineNumber += 1
        switch piece {
        case .tooLong: complain("longer than \(ScriptMode.maxLineBytes) bytes")
        case .line(let bytes):
            guard let text = String(validating: bytes, as: UTF8.self) else {
                return complain("not UTF-8")
            }
            if takesJSON, bytes.first == UInt8(ascii: "{") { return takeJSON(bytes) }
            shared.perform { session, now in session.typed(text, now: now) }
        }
    }

    private mutating func takeJSON(_ bytes: [UInt8]) {
        let value: JSONValue
        do throws(JSONError) {
            value = try JSONReader.value(in: bytes)
        } catch {
            return complain("not JSON: \(words(error.kind)) at byte \(error.offset + 1)")
        }
        guard let object = value.object, object["type"]?.string != nil else {
            return complain("a request without a type")
        }
        guard bytes.count <= Limits.maxLineBytes else {
            return complain("longer than \(Limits.maxLineBytes) bytes")
        }
        shared.perform { session, _ in
            session.request(object, line: bytes + [UInt8(ascii: "\n")])
        }
    }

    /// `unexpectedCharacter` → `unexpected character`.
    private func words(_ kind: JSONError.Kind) -> String {
        "\(kind)".reduce(into: "") { text, character in
            text += character.isUppercase ? " " + character.lowercased() : String(character)
        }
    }

    private mutating func complain(_ why: String) {
        badData = true
        let place = "standard input: line \(lineNumber)"
        shared.state.withLock { $0.screen.complain("\(place): \(why)", hint: nil) }
    }

    private mutating func received(signal number: Int32) {
        // The second one does not wait for the server's answer to `bye`.
        let isSecond = exitCode != nil
        exitCode = 128 + number
        if isSecond { _exit(128 + number) }
        shared.perform { session, _ in session.leave(nil) }
    }
}
