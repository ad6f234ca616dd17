// Which log lines a program writes, and in which form.
// SPDX-License-Identifier: GPL-3.0-or-later

/// How log lines look.
package enum LogFormat: String, Sendable, CaseIterable { case text, json }

/// Which log lines are written.
package enum LogLevel: String, Sendable, CaseIterable, Comparable {
    case debug, info, warning, error

    package static func < (a: LogLevel, b: LogLevel) -> Bool { a.rank < b.rank }

    private var rank: Int { LogLevel.allCases.firstIndex(of: self) ?? 0 }
}
