// `chatkit __generate man|completions DIR`, not listed in help: writes the generated files, for
// `make` and for packagers.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatIO

/// Writes generated files into a directory that exists.
struct GenerateCommand {
    static let name = "__generate"

    private let surroundings: Surroundings

    init(_ surroundings: Surroundings) {
        self.surroundings = surroundings
    }

    func run(_ arguments: ArraySlice<String>) throws(UsageError) -> Int32 {
        let words = GeneratedFiles.allCases.map(\.rawValue).joined(separator: "|")
        guard arguments.count == 2, let what = arguments.first, let directory = arguments.last,
            let generated = GeneratedFiles(rawValue: what)
        else {
            throw UsageError(
                "cannot generate", value: arguments.joined(separator: " "),
                why: "it takes what to generate and where to",
                hint: "write chatkit \(GenerateCommand.name) \(words) DIR")
        }
        for file in generated.files {
            let path = "\(directory)/\(file.name)"
            do throws(SystemRefusal) {
                try surroundings.writeFile(path, file.text)
            } catch {
                throw UsageError(
                    "cannot write", value: path, why: error.reason,
                    hint: "the directory must exist and be yours",
                    exitCode: error.isForbidden ? .notAllowed : .failure)
            }
        }
        return ExitCode.done.rawValue
    }
}
