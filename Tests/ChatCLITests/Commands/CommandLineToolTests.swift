// What the program itself answers: help, version, typos, and a reader that goes away.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCLI
import Testing

@Suite("chatkit")
struct CommandLineToolTests {
    let fake = FakeSurroundings()

    @Test("says its version, before and after a command")
    func version() {
        for run in [fake.run("--version"), fake.run("-V"), fake.run("serve", "--version")] {
            #expect(run.output == "chatkit \(chatkitVersion)\n")
            #expect(run.status == 0 && run.error.isEmpty)
        }
    }

    @Test("explains a command by help, and by the command's own --help")
    func help() {
        #expect(fake.run("help", "serve").output == fake.run("serve", "--help").output)
        #expect(fake.run("help").output == fake.run("--help").output)
        #expect(fake.run("help", "help").output == fake.run("help", "--help").output)
        #expect(fake.run("-h").output != fake.run("--help").output)
        #expect(fake.run("join", "-h").output.hasPrefix("usage: chatkit join "))
        #expect(fake.run("help", "serve").status == 0)
    }

    @Test("shows how it is used when it is given nothing")
    func nothing() {
        let run = fake.run()
        #expect(run.status == 64 && run.output.isEmpty)
        #expect(run.error == fake.run("-h").output)
    }

    @Test("suggests a command for a typo")
    func typos() {
        #expect(
            fake.run("jion").error == """
                chatkit: unknown command: jion: chatkit has no such command
                hint: did you mean chatkit join?

                """)
        #expect(fake.run("help", "sreve").error.contains("did you mean chatkit serve?"))
        #expect(fake.run("frobnicate").error.contains("'chatkit -h' lists the commands"))
        #expect(fake.run("frobnicate").status == 64)
    }

    @Test("takes a reader that went away for a success, and nothing else")
    func closedOutput() {
        let gone = FakeSurroundings(outputRefusal: FakeSurroundings.brokenPipe)
        #expect(gone.run("--help").status == 0)
        #expect(gone.run("--help").error.isEmpty)
        let full = FakeSurroundings(outputRefusal: FakeSurroundings.diskFull)
        #expect(full.run("--version").status == 1)
        #expect(full.run("--version").error.hasPrefix("chatkit: cannot write: standard output: "))
    }

    @Test("writes generated files, and says why when it cannot")
    func generate() {
        let run = fake.run("__generate", "man", "/tmp/man")
        #expect(run.status == 0)
        #expect(
            Set(run.files.keys) == [
                "/tmp/man/chatkit.1", "/tmp/man/chatkit-serve.1", "/tmp/man/chatkit-join.1",
                "/tmp/man/chatkit-stats.1", "/tmp/man/chatkit-relay.1",
                "/tmp/man/chatkit.5",
            ])
        #expect(fake.run("__generate", "man", "/forbidden").status == 77)
        #expect(fake.run("__generate", "poems", "/tmp").status == 64)
        #expect(fake.run("__generate").status == 64)
        #expect(!fake.run("--help").output.contains("__generate"))
    }

    @Test("never sends control characters back to the terminal")
    func controlCharacters() {
        let error = fake.run("\u{1B}[31m\u{9B}\u{2028}\n").error
        #expect(error.hasPrefix(#"chatkit: unknown command: \x1b[31m\x9b\x2028\x0a: "#))
        #expect(fake.run(String(repeating: "x", count: 100_000)).error.count < 400)
    }
}
