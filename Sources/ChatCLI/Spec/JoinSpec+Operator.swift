// `chatkit join --operator`: its options. PRODUCT "Admission", desk mode.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import ChatIO

extension JoinSpec {
    package static let operatorFlag = OptionSpec(
        "operator", .negatable, group: "Desk",
        summary: "be an operator of the server's help desk",
        details: [
            """
            Sit at the server's help desk and talk with its visitors, one after another. The \
            operators' password is read from `--password-file`, from the variable \
            `\(SecretSources.passwordVariable)`, or asked for at the terminal.
            """,
            """
            On a terminal the first lines show the server, date and time, how many were attended \
            today and this month, the rating, how many came and were lost, with whom you talk, \
            and how many wait since when. Elsewhere it is a log, a line whenever these change.
            """,
        ],
        shownDefault: "false")

    package static let passwordFile = OptionSpec(
        "password-file", .value("FILE"), group: "Desk",
        summary: "file with the operators' password",
        details: [
            """
            Read the operators' password from the first line of this file. Nobody but the file's \
            owner may be able to read or write it.
            """
        ],
        completion: .file)

    package static let canned = OptionSpec(
        "canned", .value("FILE"), group: "Desk",
        summary: "file with prepared answers",
        details: [
            """
            A text file of prepared answers, `NAME = TEXT` lines; `\\n` in a text is a new line, \
            `\\\\` a backslash, and a line that begins with `#` a comment. `/canned` lists them, \
            and `/canned NAME` puts one where you type, to be looked over and sent.
            """
        ],
        shownDefault: "~/.config/chatkit/canned", completion: .file)

    package static let bell = OptionSpec(
        "bell", .negatable, group: "Desk",
        summary: "ring when a visitor comes, or not",
        details: [
            """
            Ring the terminal's bell when a visitor comes, and when one writes with whom you are \
            not talking just now.
            """
        ],
        shownDefault: "true")
}
