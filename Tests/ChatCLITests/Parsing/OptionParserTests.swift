// Every way to write an option, and every way to get it wrong.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCLI
import Testing

@Suite("The option parser")
struct OptionParserTests {
    /// A command line and the settings it comes to, as `key=value`.
    struct Form: CustomTestStringConvertible {
        let command: CommandSpec
        let arguments: [String]
        let settings: [String]
        var testDescription: String { arguments.joined(separator: " ") }

        static func serve(_ arguments: String..., is settings: String...) -> Form {
            Form(command: ServeSpec.command, arguments: arguments, settings: settings)
        }

        static func join(_ arguments: String..., is settings: String...) -> Form {
            Form(command: JoinSpec.command, arguments: arguments, settings: settings)
        }
    }

    static let statsForms: [Form] = [
        (["--month"], ["month=this"]), (["--month=2026-11"], ["month=2026-11"]),
        (["--month="], ["month="]), (["--month", "--json"], ["month=this", "json=true"]),
        (["--watch", "--day"], ["watch=2", "day=today"]), (["--watch=0.5"], ["watch=0.5"]),
        (["--by", "day", "--by=hour"], ["by=day", "by=hour"]),
    ].map { Form(command: StatsSpec.command, arguments: $0.0, settings: $0.1) }

    private func settings(_ form: Form) throws -> [String] {
        guard
            case .options(let parsed) = try OptionParser.parse(
                form.arguments[...], for: form.command)
        else { return ["no options"] }
        return parsed.occurrences.map { "\($0.key)=\($0.value)" }
    }

    static let forms: [Form] = [
        Form(command: ServeSpec.command, arguments: [], settings: []),
        .serve("--port", "1", is: "port=1"),
        .serve("--port=1", is: "port=1"),
        .serve("--port=", is: "port="),
        .serve("--name=a=b", is: "name=a=b"),
        .serve("-p", "1", is: "port=1"),
        .serve("-p1", is: "port=1"),
        .serve("-p1", "-p2", is: "port=1", "port=2"),
        .serve("--listen", "a:1", "--listen=b:2", is: "listen=a:1", "listen=b:2"),
        .serve("-v", is: "log-level=debug"),
        .serve("-vq", is: "log-level=debug", "log-level=warning"),
        .serve("-vp1", is: "log-level=debug", "port=1"),
        .serve("-vp", "1", is: "log-level=debug", "port=1"),
        .serve("--quiet", "--log-level", "error", is: "log-level=warning", "log-level=error"),
        .join("--no-reconnect", is: "reconnect=false"),
        .join("--no-json", "--json", is: "json=false", "json=true"),
        .join("host", is: "server=host"),
        .join("host:1", "-n", "ana", is: "server=host:1", "nick=ana"),
        .join("-n", "ana", "host:1", is: "nick=ana", "server=host:1"),
        .join("--", "--json", is: "server=--json"),
        .join("-", is: "server=-"),
        .join("--send", "--json", is: "send=--json"),
        .join("--send", "--", is: "send=--"),
        .join("-s", "-n", is: "send=-n"),
        .join("-s", "", is: "send="),
        .join("-sa", "-s", "b", "--send=c", is: "send=a", "send=b", "send=c"),
        .join("-r#a", is: "room=#a"),
    ]

    @Test("understands", arguments: forms + statsForms)
    func understands(form: Form) throws {
        #expect(try settings(form) == form.settings)
    }

    /// A command line and the complaint about it.
    struct Mistake: CustomTestStringConvertible {
        let command: CommandSpec
        let arguments: [String]
        let text: String
        var testDescription: String { arguments.joined(separator: " ") }

        init(_ command: CommandSpec, _ arguments: String..., says text: String, hint: String) {
            self.command = command
            self.arguments = arguments
            self.text = "chatkit: \(text)\nhint: \(hint)\n"
        }
    }

    static let mistakes: [Mistake] = [
        Mistake(
            ServeSpec.command, "--prot", "1",
            says: "unknown option: --prot: chatkit serve has no such option",
            hint: "did you mean --port?"),
        Mistake(
            ServeSpec.command, "--frobnicate",
            says: "unknown option: --frobnicate: chatkit serve has no such option",
            hint: "'chatkit serve -h' lists the options"),
        Mistake(
            ServeSpec.command, "--no-port",
            says: "unknown option: --no-port: chatkit serve has no such option",
            hint: "did you mean --port?"),
        Mistake(
            JoinSpec.command, "--no-reconect=1",
            says: "unknown option: --no-reconect: chatkit join has no such option",
            hint: "did you mean --no-reconnect?"),
        Mistake(
            ServeSpec.command, "-x", says: "unknown option: -x: chatkit serve has no such option",
            hint: "'chatkit serve -h' lists the options"),
        Mistake(
            ServeSpec.command, "-vx", says: "unknown option: -x: chatkit serve has no such option",
            hint: "'chatkit serve -h' lists the options"),
        Mistake(
            ServeSpec.command, "-port", "1",
            says: "unknown option: -port: long options begin with two dashes",
            hint: "did you mean --port?"),
        Mistake(
            ServeSpec.command, "-port=1",
            says: "unknown option: -port=1: long options begin with two dashes",
            hint: "did you mean --port=1?"),
        Mistake(
            ServeSpec.command, "--port", says: "missing value: --port: it takes N",
            hint: "write --port N; 'chatkit serve --help' explains it"),
        Mistake(
            ServeSpec.command, "-vp", says: "missing value: -p: it takes N",
            hint: "write -p N; 'chatkit serve --help' explains it"),
        Mistake(
            ServeSpec.command, "--verbose=yes",
            says: "bad value for --verbose: yes: it takes no value", hint: "write --verbose alone"),
        Mistake(
            JoinSpec.command, "--no-json=",
            says: "bad value for --no-json: '': it takes no value", hint: "write --no-json alone"),
        Mistake(
            ServeSpec.command, "there",
            says: "unexpected argument: there: chatkit serve takes none",
            hint: "quote a text that has spaces; 'chatkit serve -h' lists the options"),
        Mistake(
            ServeSpec.command, "6667",
            says: "unexpected argument: 6667: chatkit serve takes none",
            hint: "a port is given with --port 6667"),
        Mistake(
            JoinSpec.command, "localhost", "6667",
            says: "unexpected argument: 6667: chatkit join takes no more than 1",
            hint: "a port is joined to its host: localhost:6667"),
        Mistake(
            StatsSpec.command, "--month", "2026-11",
            says: "unexpected argument: 2026-11: chatkit stats takes none",
            hint: "a value is joined to its option: --month=2026-11"),
        Mistake(
            StatsSpec.command, "--json=yes",
            says: "bad value for --json: yes: it takes no value", hint: "write --json alone"),
        Mistake(
            ProgramSpec.root, "--port",
            says: "unknown option: --port: chatkit has no such option",
            hint: "options follow their command: chatkit serve --port"),
        Mistake(
            ServeSpec.command, "--\u{1B}[2J",
            says: #"unknown option: --\x1b[2J: chatkit serve has no such option"#,
            hint: "'chatkit serve -h' lists the options"),
    ]

    @Test("complains", arguments: mistakes)
    func complains(mistake: Mistake) {
        let error = #expect(throws: UsageError.self) {
            _ = try OptionParser.parse(mistake.arguments[...], for: mistake.command)
        }
        #expect(error?.text == mistake.text)
        #expect(error?.exitCode == .usage)
    }

    @Test("tells short help, full help and version apart, and reads no further")
    func generalOptions() throws {
        func outcome(_ arguments: String...) throws -> String {
            switch try OptionParser.parse(arguments[...], for: JoinSpec.command) {
            case .shortHelp: "short"
            case .fullHelp: "full"
            case .version: "version"
            case .options: "options"
            }
        }
        #expect(try outcome("-h", "--nonsense") == "short")
        #expect(try outcome("host", "--help", "more", "more") == "full")
        #expect(try outcome("-V") == "version")
        #expect(try outcome("--version") == "version")
        #expect(try outcome("-s", "-h") == "options")
    }
}
