// `chatkit stats`: its settings, then the report.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatTerminal

extension CommandLineTool {
    /// Reads all sources of settings and reports.
    func stats(_ given: ParsedOptions) throws(UsageError) -> Int32 {
        let settings = Settings(
            StatsSpec.command, commandLine: given, variables: surroundings.variables,
            file: try surroundings.configFile())
        return actions.stats(try StatsConfiguration(settings))
    }
}
