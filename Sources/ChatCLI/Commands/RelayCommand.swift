// `chatkit relay`: its settings, then the relay; or a question or an order to a running one.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatRelay
import ChatTerminal

extension CommandLineTool {
    /// Reads all sources of settings and relays, or asks a relay.
    func relay(_ given: ParsedOptions) throws(UsageError) -> Int32 {
        let settings = Settings(
            RelaySpec.command, commandLine: given, variables: surroundings.variables,
            file: try surroundings.configFile())
        if let control = try RelayControlConfiguration(settings, given, surroundings) {
            return actions.control(control)
        }
        return actions.relay(try RelayConfiguration(settings, surroundings))
    }
}
