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
            The server to join. An IPv6 address stands in brackets, as in `[::1]:12000`; without \
            <:PORT> it is 12000.
            """
        ],
        shownDefault: "127.0.0.1:12000", completion: .host)

    package static let port = OptionSpec(
        "port", short: "p", .value("N"), group: "Server",
        summary: "port of the server",
        details: ["The server's port, when it is not said with <HOST:PORT>."],
        shownDefault: "12000")

    package static let reconnect = OptionSpec(
        "reconnect", .negatable, group: "Server",
        summary: "come back after a lost connection, or not",
        details: [
            """
            After a lost connection, try again by itself, with growing pauses. `--no-reconnect` \
            ends with a status that says why instead.
            """
        ],
        shownDefault: "true")

    package static let nick = OptionSpec(
        "nick", short: "n", .value("NICK"), group: "Who and where",
        summary: "what to be called",
        details: [
            """
            The nick to use: 1 to \(Limits.maxNickCharacters) characters of any language. Without \
            it, the login name, or what the server gives.
            """
        ])

    package static let room = OptionSpec(
        "room", short: "r", .repeatable("ROOM"), group: "Who and where",
        summary: "room to join; may be repeated",
        details: [
            """
            Join this room. May be repeated, up to \(Limits.maxRoomsPerClient) times; the first \
            one is where lines are sent. The `#` in front may be left out, which saves quoting it \
            for the shell.
            """
        ],
        shownDefault: "#lobby")

    package static let name = OptionSpec(
        "name", .value("NAME"), group: "Profile",
        summary: "your name, for the profile",
        details: ["Your full name: a line of the profile that the server is given on arrival."])

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
            Each message of a room is printed once, in the order of `seq`, whatever happens to the \
            connection; what is not to be had is a `gap`. When a server has crashed and lost \
            messages that were not acked, `{"type":"rewound","room":ROOM,"to_seq":N}` says that \
            those after N are void, and others with their numbers follow.
            """,
        ],
        shownDefault: "false")

    package static let send = OptionSpec(
        "send", short: "s", .repeatable("TEXT"), group: "Scripting",
        summary: "post this and exit; may be repeated",
        details: [
            """
            Post this text, and exit when the server has accepted it. May be repeated; the \
            messages are posted in order. Up to \(Limits.maxMessageBytes) bytes each.
            """
        ],
        scope: .commandLine)

    package static let linger = OptionSpec(
        "linger", .value("SECONDS|forever"), group: "Scripting",
        summary: "listen on after the end of standard input",
        details: [
            """
            Go on listening for this long after the end of standard input, or after the last \
            `--send`. Fractions such as `0.5` are fine; `forever` listens until interrupted.
            """
        ],
        shownDefault: "0", completion: .choices(["forever"]))

    package static let since = OptionSpec(
        "since", .value("SEQ|TIME|DURATION"), group: "History",
        summary: "begin with older messages: `120`, `2026-11-21` or `2h`",
        details: [
            """
            Begin with the messages of each room from here on, then go on with what is said, \
            without a hole and without a double: a message's number, a time such as \
            `2026-11-21T09:00:00Z`, a day such as `2026-11-21` (from its beginning where you \
            are), or how long ago: a number and `s`, `m`, `h`, `d` or `w`. `--since 1` is \
            everything that is kept.
            """
        ],
        scope: .commandLine)

    package static let until = OptionSpec(
        "until", .value("SEQ|TIME|DURATION"), group: "History",
        summary: "end with this message; implies `--no-follow`",
        details: [
            """
            Print messages up to here, given as with `--since`, and exit. Without `--since` it \
            begins with the oldest.
            """
        ],
        scope: .commandLine)

    package static let follow = OptionSpec(
        "follow", .negatable, group: "History",
        summary: "go on with what is said, or not",
        details: [
            """
            With `--no-follow`, print the messages there are, room after room, and exit: those \
            that `--since` and `--until` ask for, or else the newest \(PastWish.latestCount). \
            Nothing is read from standard input, and with `--json` nothing else is printed.
            """
        ],
        shownDefault: "true", scope: .commandLine)

    package static let search = OptionSpec(
        "search", .value("TEXT"), group: "History",
        summary: "print messages with these words and exit",
        details: [
            """
            Print the messages of the rooms that have all of these words, newest first, and \
            exit; with status 1 when there are none. `--since` and `--until` narrow it down.
            """
        ],
        scope: .commandLine)

    package static let history = OptionSpec(
        "history", .negatable, group: "History",
        summary: "show a room's newest messages on coming in, or not",
        details: [
            """
            On coming into a room, show its newest messages, as many as the server is set to. \
            `--no-history` begins with what is said from now on.
            """
        ],
        shownDefault: "true")

    package static let color = OptionSpec(
        "color", .value("WHEN"), group: "Output",
        summary: "`auto`, `always` or `never`",
        details: [
            """
            Whether to use colours. `auto` does on a terminal, unless the variable `NO_COLOR` is \
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
            lists them. Ctrl+C clears the line; Ctrl+C on an empty line, or Ctrl+D, leaves.
            """,
            """
            Without a terminal it is a building block for scripts: each line of standard input is \
            posted, messages are printed a line each, and at the end of standard input it waits \
            until the server has accepted everything, then leaves.
            """,
            """
            Where one is served after another, the prompt tells the place in the queue, and a help \
            desk asks for one to five stars at the end; `/rate 5 great` gives them at any time. \
            `--operator` is for those who sit at the desk: a header shows its figures and whom \
            they talk with, and `/help` lists their commands. When a relay moves a conversation \
            to another desk, the operator there is told what was said.
            """,
        ],
        examples: [
            Example("chatkit join --nick alice", "Join the lobby on 127.0.0.1:12000, as alice."),
            Example(
                "chatkit join chat.example.org -r lobby -r ops",
                "Join two rooms of another machine's server."),
            Example(
                "chatkit join -n ci --send 'build 71 is green'",
                "Post one message and exit when it was accepted."),
            Example(
                "chatkit join -n log --json --linger forever </dev/null | jq -r .text",
                "Follow the room from a script."),
            Example(
                "chatkit join --json -r ops --since 1 --no-follow | jq -r .text",
                "Export a room."),
            Example(
                "chatkit join -r ops --search 'disk full' --since 7d",
                "Find what was said in the last week."),
            Example(
                "chatkit join -n ana --name 'Ana Diaz' --student-id 20261234 --github anadiaz",
                "Introduce yourself with a profile."),
            Example(
                "chatkit join desk.example.org --operator --password-file ~/.desk-password",
                "Sit down at a help desk as one of its operators."),
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
            NamedThing("XDG_STATE_HOME", "Where the history of typed lines is kept."),
            NamedThing(
                SecretSources.passwordVariable,
                "The operators' password, for `--operator` without `--password-file`."),
            NamedThing("NO_COLOR", "When set to anything, `--color=auto` means `never`."),
        ],
        seeAlso: ["chatkit(1)", "chatkit-serve(1)", "chatkit(5)"])
}
