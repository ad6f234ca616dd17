// Events, written and read again as a browser reads them.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import ChatTestKit
import Testing

@Suite("Server-sent events")
struct ServerSentEventTests {
    private func encode(_ event: ServerSentEvent) -> String {
        var output = ByteBuffer()
        event.encode(into: &output)
        return output.text
    }

    @Test(
        "events are written field by field",
        arguments: [
            (ServerSentEvent(data: "hi"), "data: hi\n\n"),
            (ServerSentEvent(data: ""), "data: \n\n"),
            (ServerSentEvent(id: "7", data: "{}"), "id: 7\ndata: {}\n\n"),
            (
                ServerSentEvent(id: "", event: "joined", data: " a"),
                "id: \nevent: joined\ndata:  a\n\n"
            ),
            (ServerSentEvent(data: "a\nb\rc\r\nd"), "data: a\ndata: b\ndata: c\ndata: d\n\n"),
            (ServerSentEvent(data: "\n"), "data: \ndata: \n\n"),
            (ServerSentEvent(data: "\r\r\n\n"), "data: \ndata: \ndata: \ndata: \n\n"),
            (
                ServerSentEvent(id: "1\ndata: x", event: "a\r\nid: 2\0", data: "é"),
                "id: 1data: x\nevent: aid: 2\ndata: é\n\n"
            ),
        ])
    func fields(event: ServerSentEvent, text: String) {
        #expect(encode(event) == text)
    }

    @Test("whatever the texts are, a reader gets them back")
    func roundTrip() {
        var random = SeededRandom(seed: 3)
        let alphabet = Array("a: \r\n\0é\u{FEFF}")
        for _ in 0..<500 {
            var texts = (0..<3).map { _ in
                String(
                    (0..<Int.random(in: 0...8, using: &random)).compactMap { _ in
                        alphabet.randomElement(using: &random)
                    })
            }
            let event = ServerSentEvent(id: texts[0], event: texts[1], data: texts[2])
            for index in 0..<2 {
                texts[index].unicodeScalars.removeAll { $0 == "\r" || $0 == "\n" || $0 == "\0" }
            }
            var lines = [""]
            var before: Unicode.Scalar = " "
            for scalar in texts[2].unicodeScalars {
                if scalar == "\r" || (scalar == "\n" && before != "\r") {
                    lines.append("")
                } else if scalar != "\n" {
                    lines[lines.count - 1].unicodeScalars.append(scalar)
                }
                before = scalar
            }
            let read = EventReader(encode(event))
            #expect(read.ids == [texts[0]])
            #expect(read.events == [texts[1]])
            #expect(read.data == [lines.joined(separator: "\n")])
        }
    }

    @Test func signsOfLifeAndRetriesAreNoEvents() {
        var output = ByteBuffer()
        ServerSentEvent.encodeComment(into: &output)
        ServerSentEvent.encode(retry: .seconds(3), into: &output)
        ServerSentEvent.encode(retry: .seconds(-3), into: &output)
        #expect(output.text == ":\nretry: 3000\nretry: 0\n")
        #expect(EventReader(output.text).data.isEmpty)
    }
}

/// Reads a stream as the specification says (§9.2.6), fields of one event after another.
private struct EventReader {
    private(set) var ids: [String] = []
    private(set) var events: [String] = []
    private(set) var data: [String] = []

    init(_ text: String) {
        var lines: [[Unicode.Scalar]] = []
        for line in text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false) {
            #expect(!line.contains("\r"))
            lines.append(Array(line))
        }
        var waiting: [String]?
        for line in lines.dropLast() {
            guard !line.isEmpty else {
                if let waiting { data.append(waiting.joined(separator: "\n")) }
                waiting = nil
                continue
            }
            let colon = line.firstIndex(of: ":") ?? line.count
            var value = line.dropFirst(colon + 1)
            if value.first == " " { value = value.dropFirst() }
            var text = String.UnicodeScalarView()
            text.append(contentsOf: value)
            var name = String.UnicodeScalarView()
            name.append(contentsOf: line[..<colon])
            switch String(name) {
            case "id": ids.append(String(text))
            case "event": events.append(String(text))
            case "data": waiting = (waiting ?? []) + [String(text)]
            default: break
            }
        }
    }
}
