// `chatkit serve`: capacity, the queue and the desk. PRODUCT "Admission".
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import ChatIO
import ChatServer

extension ServeSpec {
    package static let capacity = OptionSpec(
        "capacity", .value("N"), group: "Admission",
        summary: "maximum number of clients served at the same time",
        details: [
            """
            Maximum number of clients served at the same time, \
            \(AdmissionBounds.capacity.lowerBound) to \(AdmissionBounds.capacity.upperBound); \
            others wait. By default there is no limit. At a desk it is the number of simultaneous \
            conversations of each operator, by default \(ServerConfiguration.deskCapacity).
            """
        ])

    package static let wait = OptionSpec(
        "wait", .value("SECONDS"), group: "Admission",
        summary: "maximum time a client may wait",
        details: [
            """
            Maximum time a client may wait, \(AdmissionBounds.wait.lowerBound) to \
            \(AdmissionBounds.wait.upperBound) seconds; then it is sent away. A client whose \
            connection breaks while it waits keeps its place for \
            \(Limits.keepsPlace.components.seconds) seconds.
            """
        ],
        shownDefault: "300")

    package static let maxWaiting = OptionSpec(
        "max-waiting", .value("N"), group: "Admission",
        summary: "maximum length of the queue",
        details: [
            """
            Maximum number of clients that wait, \(AdmissionBounds.queue.lowerBound) to \
            \(AdmissionBounds.queue.upperBound); others are turned away at once. With 0 there is \
            no queue.
            """
        ],
        shownDefault: "10000")

    package static let desk = OptionSpec(
        "desk", .negatable, group: "Desk",
        summary: "be a help desk: each client talks with an operator",
        details: [
            """
            Be a help desk: each client talks privately with an operator, and is asked for a \
            rating at the end. While no operator is connected, all clients wait. Operators work \
            at `--console`, or join from elsewhere with the operators' password.
            """
        ],
        shownDefault: "false")

    package static let passwordFile = OptionSpec(
        "operator-password-file", .value("FILE"), group: "Desk",
        summary: "file with the operators' password, or its hash",
        details: [
            """
            Read the operators' password from the first line of this file: the password itself, \
            up to \(Limits.maxPasswordBytes) bytes, or the output of `--hash-password`. Only the \
            file's owner may have permission to read or write it. The variable \
            `\(SecretSources.passwordVariable)` may hold the password instead. Without a \
            password, `--console` is the only way to be an operator.
            """
        ],
        completion: .file)

    package static let hashPassword = OptionSpec(
        "hash-password", .flag, group: "Desk",
        summary: "print a password's hash and exit",
        details: [
            """
            Read a password, print its hash for `--operator-password-file`, and exit. On a \
            terminal chatkit asks for it twice and does not echo it; otherwise the password is \
            the first line of standard input.
            """
        ],
        scope: .commandLine)

    package static let console = OptionSpec(
        "console", .negatable, group: "Desk",
        summary: "be an operator in this terminal",
        details: [
            """
            Make this terminal an operator's console: the desk's figures, the queue and the \
            conversation. Needs `--desk`, and no password.
            """
        ],
        shownDefault: "false")

    package static let operatorNick = OptionSpec(
        "operator", .value("NICK"), group: "Desk",
        summary: "nick of the console's operator",
        details: [
            """
            The nick of the operator at `--console`: clients see it, and their ratings are stored \
            with it. The default is the login name, without the characters that a nick may not \
            have.
            """
        ])

    package static let canned = OptionSpec(
        "canned", .value("FILE"), group: "Desk",
        summary: "file with prepared answers for the console",
        details: [
            """
            A text file of prepared answers for the operator at `--console`, `NAME = TEXT` lines, \
            as with `--canned` in chatkit-join(1).
            """
        ],
        shownDefault: "~/.config/chatkit/canned", completion: .file)

    static let passwordVariable = NamedThing(
        SecretSources.passwordVariable,
        "The operators' password or its hash, when `--operator-password-file` is not given. The "
            + "server removes the variable from its environment.")
}
