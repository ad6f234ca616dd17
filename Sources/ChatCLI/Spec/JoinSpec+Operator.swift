// `chatkit join --operator`: its options. PRODUCT "Admission", desk mode.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import ChatIO

extension JoinSpec {
    package static let operatorFlag = OptionSpec(
        "operator", .negatable, group: "Desk",
        summary: "join the server's help desk as an operator",
        details: [
            """
            Join the server's help desk as an operator and talk with its visitors, one after \
            another. chatkit reads the operators' password from `--password-file` or from the \
            variable `\(SecretSources.passwordVariable)`, or asks for it at the terminal.
            """,
            """
            On a terminal, a header shows the server, the date and time, the number of clients \
            attended today and this month, the rating, how many approached and were lost, the \
            client you are talking with, and the length and the oldest wait of the queue. \
            Elsewhere a line is printed whenever these change.
            """,
        ],
        shownDefault: "false")

    package static let passwordFile = OptionSpec(
        "password-file", .value("FILE"), group: "Desk",
        summary: "file with the operators' password",
        details: [
            """
            Read the operators' password from the first line of this file. Only the file's owner \
            may have permission to read or write it.
            """
        ],
        completion: .file)

    package static let canned = OptionSpec(
        "canned", .value("FILE"), group: "Desk",
        summary: "file with prepared answers",
        details: [
            """
            A text file of prepared answers, `NAME = TEXT` lines; `\\n` in a text is a new line, \
            `\\\\` a backslash, and a line that begins with `#` a comment. `/canned` lists them; \
            `/canned NAME` puts one at your prompt, for you to check, edit and send.
            """
        ],
        shownDefault: "~/.config/chatkit/canned", completion: .file)

    package static let bell = OptionSpec(
        "bell", .negatable, group: "Desk",
        summary: "ring the bell when a visitor arrives",
        details: [
            """
            Ring the terminal's bell when a visitor arrives, and when a visitor writes in a \
            conversation that is not the current one.
            """
        ],
        shownDefault: "true")
}
