// The files that are made from the tables and kept under version control: manual pages and
// completions. `chatkit __generate` writes them; a test compares.
// SPDX-License-Identifier: GPL-3.0-or-later

/// A file's name and text.
package struct GeneratedFile: Sendable {
    package let name: String
    package let text: String
}

/// What can be generated, by the word that `__generate` takes.
package enum GeneratedFiles: String, CaseIterable, Sendable {
    case man
    case completions

    /// The files, in the order in which they are written.
    package var files: [GeneratedFile] {
        switch self {
        case .man:
            let commands = [ProgramSpec.root] + ProgramSpec.commands.filter(\.hasPage)
            return (commands.map { CommandPage($0).manual } + [WirePage.page]).map {
                GeneratedFile(name: $0.fileName, text: ManualText.render($0))
            }
        case .completions:
            return [
                GeneratedFile(name: "chatkit.bash", text: BashCompletion.render()),
                GeneratedFile(name: "_chatkit", text: ZshCompletion.render()),
                GeneratedFile(name: "chatkit.fish", text: FishCompletion.render()),
            ]
        }
    }
}
