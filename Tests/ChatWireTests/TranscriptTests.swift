// The transcripts of Tests/Transcripts, played in process. ChatServerTests plays them over sockets.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatTestKit
import Testing

@Suite("Transcripts in process")
struct TranscriptTests {
    @Test("each conversation goes as written", arguments: TranscriptFile.transcripts())
    func conversation(file: TranscriptFile) throws {
        var server = VirtualServer(
            motd: ["Be kind."], policy: file.policy, password: TranscriptFile.password)
        try StagedTranscript(file.text).play(on: &server)
    }

    @Test("there are transcripts of every protocol", arguments: ["plain/", "json/", "irc/"])
    func exist(folder: String) {
        #expect(TranscriptFile.transcripts(folder).count >= 3)
    }

    @Test("a conversation that goes otherwise is noticed, with its line")
    func mismatch() throws {
        for (text, line) in [
            ("a connects\na > al\na < Welcome to nowhere", 3), ("a connects\na > al\na is gone", 3),
            ("a connects\na > al\n10 ms pass", 3), ("a connects\na < hello", 2), ("b > x", 1),
        ] {
            var server = VirtualServer()
            let conversation = try StagedTranscript(text)
            #expect { try conversation.play(on: &server) } throws: { error in
                (error as? StagedTranscript.Mismatch)?.line == line
            }
        }
        #expect(throws: StagedTranscript.Mismatch.self) { try StagedTranscript("a\n") }
        #expect(throws: StagedTranscript.Mismatch.self) { try StagedTranscript("a < \\q\n") }
    }
}
