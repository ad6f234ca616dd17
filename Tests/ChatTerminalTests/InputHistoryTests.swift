// What was typed before, kept in a file.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatTerminal
import Glibc
import Testing

@Suite("Input history")
struct InputHistoryTests {
    private func temporaryDirectory() -> String {
        var template = Array("/tmp/chatkit-history-XXXXXX".utf8CString)
        return template.withUnsafeMutableBufferPointer { buffer in
            guard let start = buffer.baseAddress, let made = mkdtemp(start) else { return "" }
            return String(cString: made)
        }
    }

    @Test("It is below the state directory, by default in the home")
    func path() {
        #expect(InputHistory.path(stateHome: "/s", home: "/h") == "/s/chatkit/history")
        #expect(
            InputHistory.path(stateHome: nil, home: "/h") == "/h/.local/state/chatkit/history")
        #expect(
            InputHistory.path(stateHome: "relative", home: "/h")
                == "/h/.local/state/chatkit/history")
        #expect(InputHistory.path(stateHome: nil, home: nil) == nil)
    }

    @Test(
        "Entries come back, lines and backslashes included, from a file that is the owner's alone")
    func roundTrip() throws {
        let path = temporaryDirectory() + "/a/b/history"
        let first = try InputHistory.open(path).get()
        #expect(first.entries == [])
        for entry in ["one", "a\nb", "c\\nd", "日本"] { first.append(entry) }
        first.close()
        let second = try InputHistory.open(path).get()
        #expect(second.entries == ["one", "a\nb", "c\\nd", "日本"])
        second.close()
        var status = stat()
        #expect(stat(path, &status) == 0)
        #expect(status.st_mode & 0o777 == 0o600)
    }

    @Test("A long file is cut to its end")
    func isBounded() throws {
        let path = temporaryDirectory() + "/history"
        let first = try InputHistory.open(path).get()
        let entry = String(repeating: "x", count: 1000)
        for number in 0..<600 { first.append("\(number) \(entry)") }
        first.close()
        let second = try InputHistory.open(path).get()
        #expect(second.entries.last == "599 \(entry)")
        #expect(second.entries.count < 600)
        second.close()
        var status = stat()
        #expect(stat(path, &status) == 0)
        #expect(Int(status.st_size) <= InputHistory.maxBytes)
    }

    @Test("A place that cannot be written is an error, not a crash")
    func noPermission() {
        guard case .failure = InputHistory.open("/proc/none/history") else {
            Issue.record("opened a file that cannot be")
            return
        }
    }
}
