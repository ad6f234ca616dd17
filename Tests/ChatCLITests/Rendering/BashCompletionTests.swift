// The completion for bash, asked by a real bash.
// SPDX-License-Identifier: GPL-3.0-or-later
import Glibc
import Testing

@Suite("Completion in bash")
struct BashCompletionTests {
    /// What is offered, for command lines as bash cuts them into words: the last one is completed.
    private func offers(_ lines: [[String]]) throws -> [[String]] {
        var script = "source '\(RepositoryFile.root)/completions/chatkit.bash'\n"
        for line in lines {
            let words = line.map { "'\($0)'" }.joined(separator: " ")
            script += "COMP_WORDS=(\(words)); COMP_CWORD=\(line.count - 1); COMPREPLY=()\n"
            script += "_chatkit; echo \"${COMPREPLY[*]}\"\n"
        }
        let path = "/tmp/chatkit-completion-\(getpid()).bash"
        guard let file = fopen(path, "w") else { throw POSIXFailure(number: errno) }
        defer { unlink(path) }
        fputs(script, file)
        fclose(file)
        guard let pipe = popen("bash --norc '\(path)' 2>&1", "r") else {
            throw POSIXFailure(number: errno)
        }
        defer { pclose(pipe) }
        var text = ""
        var buffer = [CChar](repeating: 0, count: 4096)
        while fgets(&buffer, Int32(buffer.count), pipe) != nil {
            text += String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init), as: UTF8.self)
        }
        return text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
            .map { $0.split(separator: " ").map(String.init) }
    }

    private struct POSIXFailure: Error { let number: Int32 }

    @Test("offers commands, options and the words of an option")
    func offersWords() throws {
        let asked: [([String], [String])] = [
            (["chatkit", ""], ["serve", "join", "stats", "relay", "help"]),
            (["chatkit", "s"], ["serve", "stats"]),
            (["chatkit", "serve", "--log"], ["--log-format", "--log-level"]),
            (["chatkit", "serve", "--log-format", ""], ["text", "json"]),
            (["chatkit", "serve", "--log-format", "=", "j"], ["json"]),
            (["chatkit", "serve", "--log-format", "="], ["text", "json"]),
            (
                ["chatkit", "join", "--no"],
                [
                    "--no-reconnect", "--no-json", "--no-follow", "--no-history", "--no-operator",
                    "--no-bell",
                ]
            ),
            (["chatkit", "join", "--color", "a"], ["auto", "always"]),
            (["chatkit", "join", "-n", "x", "--color", "=", "n"], ["never"]),
            (["chatkit", "join", "-n", ""], []),
            (["chatkit", "help", "j"], ["join"]),
            (
                ["chatkit", "serve", "--motd", "\(RepositoryFile.root)/Packa"],
                ["\(RepositoryFile.root)/Package.swift"]
            ),
            (["chatkit", "stats", "--by", ""], ["day", "hour", "server"]),
            // What follows is never the value of a month.
            (["chatkit", "stats", "--month", "--j"], ["--json"]),
            (["chatkit", "stats", "--month", "=", "2"], []),
            (["chatkit", "serve", "--", "--l"], []),
            (["chatkit", "nonsense", "--l"], []),
        ]
        let answers = try offers(asked.map(\.0))
        try #require(answers.count == asked.count, "\(answers)")
        for (question, answer) in zip(asked, answers) {
            #expect(answer == question.1, "\(question.0)")
        }
    }
}
