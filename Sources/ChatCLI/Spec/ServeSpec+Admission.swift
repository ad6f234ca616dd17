// `chatkit serve`: how many are served at a time, who waits, and the desk. PRODUCT "Admission".
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import ChatIO
import ChatServer

extension ServeSpec {
    package static let capacity = OptionSpec(
        "capacity", .value("N"), group: "Admission",
        summary: "how many are served at the same time",
        details: [
            """
            Serve so many clients at the same time, \(AdmissionBounds.capacity.lowerBound) to \
            \(AdmissionBounds.capacity.upperBound); others wait. Without it there is no limit. At \
            a desk it is the number of conversations that each operator has at the same time, \
            \(ServerConfiguration.deskCapacity) if nothing is said.
            """
        ])

    package static let wait = OptionSpec(
        "wait", .value("SECONDS"), group: "Admission",
        summary: "the longest wait",
        details: [
            """
            Send a client away that has waited for this long, \(AdmissionBounds.wait.lowerBound) \
            to \(AdmissionBounds.wait.upperBound) seconds. Whoever loses the connection while \
            waiting keeps the place for \(Limits.keepsPlace.components.seconds) seconds.
            """
        ],
        shownDefault: "300")

    package static let maxWaiting = OptionSpec(
        "max-waiting", .value("N"), group: "Admission",
        summary: "the longest queue",
        details: [
            """
            Let so many wait, \(AdmissionBounds.queue.lowerBound) to \
            \(AdmissionBounds.queue.upperBound), and turn others away at once. With 0 nobody \
            waits.
            """
        ],
        shownDefault: "10000")

    package static let desk = OptionSpec(
        "desk", .negatable, group: "Desk",
        summary: "a help desk: everyone talks with an operator",
        details: [
            """
            Be a help desk: each client that comes talks privately with an operator, and is asked \
            for a rating at the end. Without an operator nobody is served. Operators sit at \
            `--console`, or join from elsewhere with the operators' password.
            """
        ],
        shownDefault: "false")

    package static let passwordFile = OptionSpec(
        "operator-password-file", .value("FILE"), group: "Desk",
        summary: "file with the operators' password, or its hash",
        details: [
            """
            Read the operators' password from the first line of this file: the password itself, \
            up to \(Limits.maxPasswordBytes) bytes, or what `--hash-password` printed. Nobody but \
            the file's owner may be able to read or write it. The variable \
            `\(SecretSources.passwordVariable)` may have the password instead. Without one, \
            operators come from `--console` alone.
            """
        ],
        completion: .file)

    package static let hashPassword = OptionSpec(
        "hash-password", .flag, group: "Desk",
        summary: "print a password's hash and exit",
        details: [
            """
            Ask for a password, print its hash for `--operator-password-file`, and exit. On a \
            terminal it is asked for twice and not shown; otherwise it is the first line of \
            standard input.
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
        summary: "what the console's operator is called",
        details: [
            """
            The nick of the operator at `--console`: clients see it, and their ratings are stored \
            with it. Without it, the login name, as far as a nick may have its characters.
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
            + "server removes it from its own environment.")
}
