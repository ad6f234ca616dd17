// The command line: one table of options feeds the parser and the help.
// SPDX-License-Identifier: GPL-3.0-or-later

/// What was asked for.
struct Options {
    var extent = Extent.standard
    var scenarios: [String] = []
    var subjects: [String] = []
    var points: [String] = []
    var rounds: Int?
    var seconds: Double?
    var threads: Int?
    var server: String?
    var floor: String?
    var json: String?
    var printsMarkdown = false
    var isUnpinned = false
    var wantsHelp = false

    /// One option: how it is written, what it does.
    private struct Spec {
        let name: String
        let value: String?
        let help: String
        /// False when the value is not acceptable.
        let apply: @Sendable (inout Options, String) -> Bool

        init(
            _ name: String, _ value: String? = nil, _ help: String,
            _ apply: @escaping @Sendable (inout Options, String) -> Bool
        ) {
            self.name = name
            self.value = value
            self.help = help
            self.apply = apply
        }
    }

    private static let specs: [Spec] = [
        Spec("--quick", nil, "fewer points, shorter rounds: a minute and a half") { options, _ in
            options.extent = .quick
            return true
        },
        Spec("--scenario", "NAME", "only this one; may be repeated") { options, value in
            options.scenarios.append(value)
            return Scenario.names.contains(value)
        },
        Spec("--subject", "NAME", "only this server; may be repeated") { options, value in
            options.subjects.append(value)
            return Subject.all.contains { $0.name == value }
        },
        Spec("--point", "WORDS", "only points whose title has these words") { options, value in
            options.points.append(value)
            return !value.isEmpty
        },
        Spec("--rounds", "N", "rounds for every figure (5; 2 with --quick)") { options, value in
            options.rounds = Int(value)
            return (1...100).contains(options.rounds ?? 0)
        },
        Spec("--seconds", "S", "length of a round (0.25; 0.15 with --quick)") { options, value in
            options.seconds = Double(value)
            return (0.05...60).contains(options.seconds ?? 0)
        },
        Spec("--unpinned", nil, "let the scheduler place servers and load") { options, _ in
            options.isUnpinned = true
            return true
        },
        Spec("--threads", "N", "unpinned, chatkit with N event loops") { options, value in
            options.isUnpinned = true
            options.threads = Int(value)
            return (1...1024).contains(options.threads ?? 0)
        },
        Spec("--server", "PATH", "the chatkit to measure (beside this program)") { options, value in
            options.server = value
            return !value.isEmpty
        },
        Spec("--floor", "PATH", "the floor to compare with (beside this)") { options, value in
            options.floor = value
            return !value.isEmpty
        },
        Spec("--json", "FILE", "also write everything as JSON") { options, value in
            options.json = value
            return !value.isEmpty
        },
        Spec("--markdown", nil, "print the tables of RESULTS.md instead") { options, _ in
            options.printsMarkdown = true
            return true
        },
        Spec("--help", nil, "show this") { options, _ in
            options.wantsHelp = true
            return true
        },
    ]

    /// Reads the arguments after the program's name.
    init(_ arguments: [String]) throws {
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            let parts = argument.split(
                separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let spec = Options.specs.first(where: { $0.name == parts[0] }) else {
                throw BenchError("unknown option: \(argument)")
            }
            var value = ""
            if spec.value != nil {
                guard let given = parts.count > 1 ? String(parts[1]) : rest.popFirst() else {
                    throw BenchError("a value is missing: \(argument)")
                }
                value = given
            } else if parts.count > 1 {
                throw BenchError("takes no value: \(argument)")
            }
            guard spec.apply(&self, value) else {
                throw BenchError("not a value for \(spec.name): \(value)")
            }
        }
    }

    /// The help text.
    static var help: String {
        var lines = [
            "usage: chatkit-bench [OPTIONS]",
            "",
            "Measures chatkit beside the floor, Redis, InspIRCd and HAProxy on the loopback.",
            "",
        ]
        lines += specs.map { spec in
            let form = spec.name + (spec.value.map { " \($0)" } ?? "")
            return "  \(form.padded(to: 18))  \(spec.help)"
        }
        lines += [
            "",
            "scenarios: " + Scenario.names.joined(separator: " "),
            "servers:   " + Subject.all.map(\.name).joined(separator: " "),
            "",
            "exit: 0 done, 1 a server lost messages or did not start, or time was up, 64 usage,",
            "      75 ended because it overran its time, 130 interrupted",
        ]
        return lines.joined(separator: "\n") + "\n"
    }

    /// The scenarios that were chosen, with the points that were chosen.
    var chosenScenarios: [Scenario] {
        Scenario.all(extent)
            .filter { scenarios.isEmpty || scenarios.contains($0.name) }
            .compactMap { $0.keeping(points) }
    }

    /// The servers that were chosen.
    var chosenSubjects: [Subject] {
        Subject.all.filter { subjects.isEmpty || subjects.contains($0.name) }
    }
}

extension Scenario {
    /// The scenario with only the points whose title has one of the phrases; nil without any.
    fileprivate func keeping(_ phrases: [String]) -> Scenario? {
        guard !phrases.isEmpty else { return self }
        let kept = points.filter { point in phrases.contains { point.title.contains($0) } }
        guard !kept.isEmpty else { return nil }
        var scenario = self
        scenario.points = kept
        return scenario
    }
}
