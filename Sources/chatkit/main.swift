// chatkit, the program: the command line with the commands' entry points put in.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCLI
import ChatIO
import ChatRelay
import ChatServer
import ChatTerminal
import Glibc

Surroundings.prepareProcess()
exit(
    CommandLineTool.run(
        arguments: Array(CommandLine.arguments.dropFirst()), surroundings: .live(),
        actions: CommandActions(
            serve: ServerMain.run, join: JoinMain.run, stats: StatsMain.run,
            relay: RelayMain.run, control: RelayControlMain.run)))
