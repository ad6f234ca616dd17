// `chatkit serve`: its settings, then the server.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatRuntime

extension CommandLineTool {
    /// Reads all sources of settings and serves.
    func serve(_ given: ParsedOptions) throws(UsageError) -> Int32 {
        let settings = Settings(
            ServeSpec.command, commandLine: given, variables: surroundings.variables,
            file: try surroundings.configFile())
        return actions.serve(try ServerConfiguration(settings, surroundings))
    }
}
