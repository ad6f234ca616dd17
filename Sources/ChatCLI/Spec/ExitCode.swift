// How a command ends, in the numbers of sysexits(3): scripts tell "try again" from "give up".
// SPDX-License-Identifier: GPL-3.0-or-later

/// Every status that chatkit exits with.
package enum ExitCode: Int32, Sendable, CaseIterable {
    case done = 0
    case failure = 1
    case usage = 64
    case badData = 65
    case unavailable = 69
    case tryLater = 75
    case notAllowed = 77
    case interrupted = 130

    /// One phrase for help and manual.
    package var meaning: String {
        switch self {
        case .done: "done; also when the reader of standard output closed it"
        case .failure: "failure: the message on standard error says what failed"
        case .usage: "usage: an unknown option or command, or an invalid value"
        case .badData: "bad data: the input or the database has the wrong format"
        case .unavailable: "unavailable: cannot connect to the server, or listen on the address"
        case .tryLater: "try later: sent away for now, or the database is in use"
        case .notAllowed: "not allowed: permission was denied"
        case .interrupted: "interrupted by Ctrl+C"
        }
    }
}
