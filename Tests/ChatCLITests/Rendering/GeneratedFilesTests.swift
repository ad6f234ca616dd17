// The committed manual pages and completions against what the tables give now.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCLI
import ChatCore
import Testing

@Suite("Generated files")
struct GeneratedFilesTests {
    @Test("are fresh: run make docs after a change", arguments: GeneratedFiles.allCases)
    func fresh(kind: GeneratedFiles) throws {
        for file in kind.files {
            #expect(try RepositoryFile.text("\(kind.rawValue)/\(file.name)") == file.text)
        }
    }

    @Test("have manual pages without stray control lines")
    func manualControlLines() {
        let macros: Set<Substring> = [
            ".TH", ".SH", ".SS", ".PP", ".TP", ".IP", ".in", ".EX", ".EE", ".\\\"",
        ]
        for file in GeneratedFiles.man.files {
            for line in file.text.split(separator: "\n") where line.hasPrefix(".") {
                #expect(macros.contains(line.prefix { $0 != " " }), "\(file.name): \(line)")
            }
            #expect(!file.text.contains("\n'"))
        }
    }

    @Test("describe every option in its manual page")
    func manualIsComplete() throws {
        for command in ProgramSpec.commands where command.hasPage {
            let file = try #require(
                GeneratedFiles.man.files.first { $0.name == "\(command.pageName).1" })
            for option in command.options {
                let name = "--" + option.long
                let long = option.long.split(separator: "-").joined(separator: "\\-")
                let source = "\\-\\-" + long
                let negated = "\\-\\-\\fR[\\fBno\\-\\fR]\\fB" + long
                #expect(file.text.contains(source) || file.text.contains(negated), "\(name)")
            }
        }
    }

    @Test("tell the limits as the core has them")
    func limits() throws {
        let page = try #require(GeneratedFiles.man.files.first { $0.name == "chatkit.5" })
        #expect(page.text.contains("\n\(Limits.maxMessageBytes) bytes\n"))
        #expect(page.text.contains("\n\(Limits.maxRooms) rooms\n"))
    }
}
