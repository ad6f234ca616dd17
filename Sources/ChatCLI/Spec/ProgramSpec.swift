// chatkit itself: its commands, and the options that every command has.
// SPDX-License-Identifier: GPL-3.0-or-later

/// The whole command line.
package enum ProgramSpec {
    /// Asked for with `-h`: short; with `--help`: full.
    package static let help = OptionSpec(
        "help", short: "h", .flag, group: "General",
        summary: "short help; `--help` explains everything",
        details: ["`-h` lists the options, a line each; `--help` explains them, examples first."],
        scope: .commandLine)

    package static let version = OptionSpec(
        "version", short: "V", .flag, group: "General", summary: "print the version",
        details: ["Print the version and exit."], scope: .commandLine)

    /// The commands, in the order in which they are listed.
    package static let commands: [CommandSpec] = [
        ServeSpec.command, JoinSpec.command, StatsSpec.command, RelaySpec.command,
        helpCommand,
    ]

    /// The command of that name; nil when there is none.
    package static func command(named name: some StringProtocol) -> CommandSpec? {
        commands.first { $0.name == name }
    }

    package static let helpCommand = CommandSpec(
        name: "help", summary: "explain chatkit or one of its commands",
        description: ["Print the full help of chatkit, or of the command that is named."],
        examples: [Example("chatkit help serve", "The same as `chatkit serve --help`.")],
        arguments: [
            ArgumentSpec(
                "COMMAND", key: "command", details: ["The command to explain."],
                completion: .command, scope: .commandLine)
        ],
        options: [help, version], exitCodes: [.done, .usage], hasPage: false)

    /// What comes before the command.
    package static let root = CommandSpec(
        name: "", summary: "chat room, help desk and front door for every client, on one port",
        description: [
            "A chat room for people who live in a terminal: netcat, scripts that speak JSON lines, "
                + "IRC clients, browsers, Socket.IO clients and chatkit's own terminal client meet "
                + "in the same rooms on one port and see the same messages in the same order. The "
                + "server detects each client's protocol from its first bytes.",
            "A help desk (`serve --desk`): each visitor talks privately with an operator; "
                + "everyone else waits in a first-come queue and sees their position. `chatkit "
                + "stats` reports who was served, who was lost, the waits and the ratings.",
            "A front door (`relay`): a load balancer with a queue, which sends each client to a "
                + "server with a free slot and rescues the clients of a server that dies.",
            "`chatkit help` <COMMAND> and the manual page of each command explain its options.",
        ],
        examples: [
            Example("chatkit serve", "Open a chat room on 127.0.0.1:12000."),
            Example("chatkit join --nick alice", "Join it as alice."),
            Example(
                "chatkit join --nick ci --send 'deploy done'",
                "Post one message from a script, and exit once the server has accepted it."),
            Example("nc 127.0.0.1 12000", "Join with nothing but netcat."),
            Example(
                "chatkit serve --desk --console --name 'Server A'",
                "Open a help desk and be its operator in this terminal."),
            Example(
                "chatkit relay --server 'Server A=127.0.0.1:12000'",
                "Open a front door on 127.0.0.1:12100, with Server A behind it."),
        ],
        options: [help, version],
        exitCodes: ExitCode.allCases,
        files: [configFile],
        environment: commonEnvironment,
        seeAlso: [
            "chatkit-serve(1)", "chatkit-join(1)", "chatkit-stats(1)", "chatkit-relay(1)",
            "chatkit(5)",
        ])

    package static let configFile = NamedThing(
        "$XDG_CONFIG_HOME/chatkit/config",
        "Defaults for the options; `~/.config/chatkit/config` when `XDG_CONFIG_HOME` is not set.")

    package static let commonEnvironment = [
        NamedThing("XDG_CONFIG_HOME", "The directory that holds `chatkit/config`.")
    ]

    /// How options, environment and file work together: a section of chatkit(1).
    package static let configuration: [Block] = [
        .paragraph(
            "chatkit looks for an option on the command line, then in the environment as "
                + "`CHATKIT_` and its name in capitals with `_` for `-` (`CHATKIT_LOG_FORMAT`), "
                + "then in the configuration file. The first place that sets it wins. An empty "
                + "variable counts as not set; commas separate several values in one variable; a "
                + "flag is `true` or `false`."),
        .paragraph(
            "The configuration file has a section for each command, and `key = value` lines with "
                + "the names of the long options. A key of a repeatable option may be repeated. A "
                + "line that begins with `#` is a comment; elsewhere `#` is an ordinary character, "
                + "because room names begin with it. A missing file is not an error; an unknown "
                + "section or key is, and the message names the file and the line."),
        .code([
            "# ~/.config/chatkit/config", "[serve]", "listen = 127.0.0.1:12000",
            "listen = [::1]:12000", "log-format = json", "", "[join]",
            "server = chat.example.org", "nick = alice", "room = #lobby", "room = #ops",
        ]),
    ]
}
