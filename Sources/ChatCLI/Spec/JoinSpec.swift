// `chatkit join`: its options, one record each. `JoinConfiguration+Settings` gives them meaning.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatClient
import ChatCore
import ChatIO
import ChatTerminal

/// The table of `join`.
package enum JoinSpec {
    package static let server = ArgumentSpec(
        "HOST[:PORT]", key: "server",
        details: [
            """
            The server to join. Put an IPv6 address in brackets, as in `[::1]:12000`; the \
            default port is 12000.
            """
        ],
        shownDefault: "127.0.0.1:12000", completion: .host)

    package static let port = OptionSpec(
        "port", short: "p", .value("N"), group: "Server",
        summary: "port of the server",
        details: ["The server's port, when <HOST:PORT> does not give one."],
        shownDefault: "12000")

    package static let reconnect = OptionSpec(
        "reconnect", .negatable, group: "Server",
        summary: "reconnect after a lost connection",
        details: [
            """
            Reconnect after a lost connection, with growing pauses. With `--no-reconnect` \
            chatkit exits instead, with a status that says why.
            """
        ],
        shownDefault: "true")

    package static let nick = OptionSpec(
        "nick", short: "n", .value("NICK"), group: "Who and where",
        summary: "nick to use",
        details: [
            """
            The nick to use: 1 to \(Limits.maxNickCharacters) characters of any language. The \
            default is the login name, or a nick that the server assigns.
            """
        ])

    package static let room = OptionSpec(
        "room", short: "r", .repeatable("ROOM"), group: "Who and where",
        summary: "room to join; may be repeated",
        details: [
            """
            Join this room. May be repeated, up to \(Limits.maxRoomsPerClient) times; lines are \
            sent to the first one. The leading `#` is optional, which saves quoting it for the \
            shell.
            """
        ],
        shownDefault: "#lobby")

    package static let name = OptionSpec(
        "name", .value("NAME"), group: "Profile",
        summary: "your name, for the profile",
        details: ["Your full name: a line of the profile that is sent to the server on joining."])

    package static let studentID = OptionSpec(
        "student-id", .value("ID"), group: "Profile",
        summary: "your student id, for the profile",
        details: ["Your student id: a line of the profile."])

    package static let github = OptionSpec(
        "github", .value("USER"), group: "Profile",
        summary: "your GitHub user name, for the profile",
        details: ["Your GitHub user name: a line of the profile."])

    package static let json = OptionSpec(
        "json", .negatable, group: "Scripting",
        summary: "events as JSON lines",
        details: [
            """
            Print every event as a JSON line, as chatkit(5) describes them, and take JSON lines \
            or plain lines from standard input.
            """,
            """
            Each message of a room is printed once, in the order of `seq`, even across \
            reconnects; messages that cannot be fetched are reported as a `gap`. When a server \
            crashed and lost messages that it had not acked, \
            `{"type":"rewound","room":ROOM,"to_seq":N}` voids those after N, and other messages \
            with the same numbers follow.
            """,
        ],
        shownDefault: "false")

    package static let send = OptionSpec(
        "send", short: "s", .repeatable("TEXT"), group: "Scripting",
        summary: "post this and exit; may be repeated",
        details: [
            """
            Post this text, and exit once the server has accepted it. May be repeated; messages \
            are posted in order. The maximum is \(Limits.maxMessageBytes) bytes each.
            """
        ],
        scope: .commandLine)

    package static let linger = OptionSpec(
        "linger", .value("SECONDS|forever"), group: "Scripting",
        summary: "keep listening after the end of standard input",
        details: [
            """
            How long to keep listening after the end of standard input, or after the last \
            `--send`. Fractions such as `0.5` are allowed; `forever` listens until interrupted.
            """
        ],
        shownDefault: "0", completion: .choices(["forever"]))

    package static let since = OptionSpec(
        "since", .value("SEQ|TIME|DURATION"), group: "History",
        summary: "start with older messages: `120`, `2026-11-21` or `2h`",
        details: [
            """
            Start with the messages of each room from here on, then continue with new ones, \
            without gaps or duplicates. Give a message's number, a time such as \
            `2026-11-21T09:00:00Z`, a day such as `2026-11-21` (from local midnight), or how \
            long ago: a number and `s`, `m`, `h`, `d` or `w`. `--since 1` means everything that \
            is kept.
            """
        ],
        scope: .commandLine)

    package static let until = OptionSpec(
        "until", .value("SEQ|TIME|DURATION"), group: "History",
        summary: "end with this message; implies `--no-follow`",
        details: [
            """
            Print messages up to here, in the format of `--since`, and exit. Without `--since`, \
            start with the oldest.
            """
        ],
        scope: .commandLine)

    package static let follow = OptionSpec(
        "follow", .negatable, group: "History",
        summary: "keep printing new messages",
        details: [
            """
            With `--no-follow`, print the existing messages, room by room, and exit: those that \
            `--since` and `--until` select, or else the newest \(PastWish.latestCount). \
            Standard input is not read, and with `--json` nothing else is printed.
            """
        ],
        shownDefault: "true", scope: .commandLine)

    package static let search = OptionSpec(
        "search", .value("TEXT"), group: "History",
        summary: "print messages with these words and exit",
        details: [
            """
            Print the messages that contain all of these words, newest first, and exit; the \
            status is 1 when there are none. `--since` and `--until` narrow the search.
            """
        ],
        scope: .commandLine)

    package static let history = OptionSpec(
        "history", .negatable, group: "History",
        summary: "show a room's newest messages on joining",
        details: [
            """
            On joining a room, show its newest messages; the server's `--replay` says how many. \
            With `--no-history`, start with new messages.
            """
        ],
        shownDefault: "true")

    package static let color = OptionSpec(
        "color", .value("WHEN"), group: "Output",
        summary: "`auto`, `always` or `never`",
        details: [
            """
            When to use colours. `auto` means on a terminal, unless the variable `NO_COLOR` is \
            set.
            """
        ],
        shownDefault: "auto",
        completion: .choices(JoinConfiguration.ColorChoice.allCases.map(\.rawValue)))

    package static let command = CommandSpec(
        name: "join", summary: "join a chat room from the terminal or a script",
        description: [
            """
            Connect to a chatkit server and talk. On a terminal there is a prompt with line \
            editing, history, and completion of nicks, rooms and commands; what others say \
            appears above the line being typed. Lines that begin with `/` are commands: `/help` \
            lists them. Ctrl+C clears the line; Ctrl+C on an empty line, or Ctrl+D, exits.
            """,
            """
            Without a terminal it is a building block for scripts: it posts each line of standard \
            input and prints each message on a line. At the end of standard input it waits until \
            the server has accepted everything, then exits.
            """,
            """
            When the server has a queue, the prompt shows your position. A help desk asks you for \
            a rating of one to five stars at the end; `/rate 5 great` gives it at any time. \
            Operators of the desk use `--operator`: a header shows the desk's figures and the \
            current conversation, and `/help` lists their commands. When a relay moves a \
            conversation to another desk, the operator there receives what was said so far.
            """,
        ],
        examples: [
            Example("chatkit join --nick alice", "Join the lobby on 127.0.0.1:12000, as alice."),
            Example(
                "chatkit join chat.example.org -r lobby -r ops",
                "Join two rooms of another machine's server."),
            Example(
                "chatkit join -n ci --send 'build 71 is green'",
                "Post one message and exit once it is accepted."),
            Example(
                "chatkit join -n log --json --linger forever </dev/null | jq -r .text",
                "Follow the room from a script."),
            Example(
                "chatkit join --json -r ops --since 1 --no-follow | jq -r .text",
                "Export a room."),
            Example(
                "chatkit join -r ops --search 'disk full' --since 7d",
                "Search the messages of the last week."),
            Example(
                "chatkit join -n ana --name 'Ana Diaz' --student-id 20261234 --github anadiaz",
                "Introduce yourself with a profile."),
            Example(
                "chatkit join desk.example.org --operator --password-file ~/.desk-password",
                "Join a help desk as one of its operators."),
        ],
        arguments: [server],
        options: [
            port, reconnect, nick, room, name, studentID, github, json, send, linger, since, until,
            follow, search, history, operatorFlag, passwordFile, canned, bell, color,
            ProgramSpec.help, ProgramSpec.version,
        ],
        exitCodes: ExitCode.allCases,
        files: [
            ProgramSpec.configFile,
            NamedThing(
                "$XDG_CONFIG_HOME/chatkit/canned",
                "An operator's prepared answers, `NAME = TEXT` lines; `~/.config/chatkit/canned` "
                    + "when `XDG_CONFIG_HOME` is not set."),
            NamedThing(
                "$XDG_STATE_HOME/chatkit/history",
                "Lines typed at the prompt; `~/.local/state/chatkit/history` when "
                    + "`XDG_STATE_HOME` is not set."),
        ],
        environment: ProgramSpec.commonEnvironment + [
            NamedThing("XDG_STATE_HOME", "The directory that holds the history of typed lines."),
            NamedThing(
                SecretSources.passwordVariable,
                "The operators' password, for `--operator` without `--password-file`."),
            NamedThing("NO_COLOR", "When set to anything, `--color=auto` means `never`."),
        ],
        seeAlso: ["chatkit(1)", "chatkit-serve(1)", "chatkit(5)"])
}
