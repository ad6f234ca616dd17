// `chatkit join`: its settings, then the client.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatTerminal

extension CommandLineTool {
    /// Reads all sources of settings and joins.
    func join(_ given: ParsedOptions) throws(UsageError) -> Int32 {
        let settings = Settings(
            JoinSpec.command, commandLine: given, variables: surroundings.variables,
            file: try surroundings.configFile())
        return actions.join(try JoinConfiguration(settings, surroundings))
    }
}
