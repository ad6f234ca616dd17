// What is known of the terminal before anything is written to it.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatClient
import Glibc

/// The standard streams and the environment, as they were at the start.
package struct Terminal: Sendable {
    package let inputIsTerminal: Bool
    package let outputIsTerminal: Bool
    /// Whether lines are wrapped anew when the width changes. Most do; those that cut lines off
    /// are known by name.
    package let rewraps: Bool
    /// Whether the cursor can be moved about.
    package var canMoveCursor: Bool { !isDumb }
    private let isDumb: Bool
    private let refusesColor: Bool

    /// Looks at the process's streams and environment.
    package static func current() -> Terminal {
        Terminal(
            inputIsTerminal: isatty(STDIN_FILENO) == 1,
            outputIsTerminal: isatty(STDOUT_FILENO) == 1,
            term: environment("TERM"), noColor: environment("NO_COLOR"),
            isXterm: environment("XTERM_VERSION") != nil, isInTmux: environment("TMUX") != nil)
    }

    /// `noColor` is the value of NO_COLOR: any but the empty one refuses colours.
    package init(
        inputIsTerminal: Bool, outputIsTerminal: Bool, term: String?, noColor: String?,
        isXterm: Bool = false, isInTmux: Bool = false
    ) {
        let term = term ?? ""
        let cuts = isXterm || term.hasPrefix("rxvt") || term.hasPrefix("screen") || term == "dumb"
        rewraps = isInTmux || !cuts
        self.inputIsTerminal = inputIsTerminal
        self.outputIsTerminal = outputIsTerminal
        isDumb = term == "dumb" || term.isEmpty
        refusesColor = noColor.map { !$0.isEmpty } ?? false
    }

    /// Whether to write colours, given what was asked for.
    package func usesColor(_ choice: JoinConfiguration.ColorChoice) -> Bool {
        switch choice {
        case .always: true
        case .never: false
        case .auto: outputIsTerminal && !isDumb && !refusesColor
        }
    }

    /// Makes readline count in characters: the user's locale, or C.UTF-8 where that one is not
    /// UTF-8, since what is written here always is.
    package static func useUnicode() { _ = useLocale() }

    /// The same; whether the user's own locale is UTF-8.
    package static func useLocale() -> Bool {
        setlocale(LC_CTYPE, "")
        let isUnicode = String(cString: nl_langinfo(Int32(CODESET))) == "UTF-8"
        if !isUnicode { setlocale(LC_CTYPE, "C.UTF-8") }
        return isUnicode
    }

    /// The size of the terminal that standard output is; nil where there is none to be known.
    package static func size() -> ScreenSize? {
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0
        else { return nil }
        return ScreenSize(rows: Int(size.ws_row), columns: Int(size.ws_col))
    }

    /// The value of an environment variable, or nil.
    package static func environment(_ name: String) -> String? {
        getenv(name).map { String(cString: $0) }
    }
}
