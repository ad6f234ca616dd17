// The file of prepared answers.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import Testing

@Suite("Prepared answers")
struct CannedRepliesTests {
    private func read(_ text: String) throws -> CannedReplies {
        try CannedReplies(Array(text.utf8))
    }

    private func error(_ text: String) -> CannedError? {
        do throws(CannedError) {
            _ = try CannedReplies(Array(text.utf8))
            return nil
        } catch {
            return error
        }
    }

    @Test("Names and texts are read; comments, empty lines and blanks around are not")
    func reads() throws {
        let replies = try read(
            "# greetings\n\nhi = Hello!\\nHow can I help?  \r\n\t été=a = b \\\\ c\n  # more\n")
        #expect(replies.names == ["hi", "été"])
        #expect(replies.text(named: "HI") == "Hello!\nHow can I help?")
        #expect(replies.text(named: "été") == "a = b \\ c")
        #expect(replies.text(named: "no") == nil)
        #expect(try read("").names == [])
    }

    @Test(
        "What is wrong is told with its line",
        arguments: [
            ("hi there", 1, "there is no ="), ("\n= x", 2, "no name"), ("a b = x", 1, "one word"),
            ("hi =  ", 1, "no text"), ("hi = x\n\nHI = y", 3, "a HI already"),
            ("hi = \\t", 1, "after a backslash"), ("hi = x\\", 1, "a backslash at the end"),
            ("hi = \\n", 1, "no text"),
        ])
    func errors(_ text: String, _ line: Int, _ why: String) {
        #expect(error(text)?.line == line)
        #expect(error(text)?.why.contains(why) == true)
    }

    @Test("Names and texts have limits")
    func limits() {
        let name = String(repeating: "n", count: 33)
        #expect(error("\(name) = x")?.why == "a name has at most 32 characters")
        let text = String(repeating: "x", count: Limits.maxMessageBytes + 1)
        #expect(error("a = b\nhi = \(text)")?.line == 2)
        #expect(error("hi = " + text.dropLast()) == nil)
    }

    @Test("Bytes that are no text are told with their line")
    func notText() {
        var failure: CannedError?
        do throws(CannedError) {
            _ = try CannedReplies(Array("a = b\nhi = ".utf8) + [0xFF, 0x0A])
        } catch { failure = error }
        #expect(failure?.line == 2 && failure?.why == "it is not UTF-8")
    }
}
