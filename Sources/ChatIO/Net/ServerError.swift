// Why a server could not start: what failed, on which value, why, and what to try.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import Glibc

package struct ServerError: Error, Sendable {
    package enum Code: Sendable, Hashable {
        case noHost, addressInUse, notAllowed, system
        /// The database cannot be used; with the exit status that says why.
        case database(exitStatus: Int32)
    }

    package let code: Code
    /// `what failed: value: why`, in lower case.
    package let message: String
    package let hint: String?

    package init(_ code: Code, _ message: String, hint: String? = nil) {
        self.code = code
        self.message = message
        self.hint = hint
    }

    static func cannotListen(_ endpoint: Endpoint, _ code: Int32) -> ServerError {
        let message = "cannot listen: \(endpoint): \(Resources.describe(code))"
        switch code {
        case EADDRINUSE:
            return ServerError(
                .addressInUse, message,
                hint: "another program has that port; choose one with --port, or 0 for any")
        case EACCES, EPERM:
            return ServerError(
                .notAllowed, message, hint: "ports below 1024 need a privilege; try --port 12000")
        case EADDRNOTAVAIL:
            return ServerError(
                .noHost, message, hint: "give an address of this machine, such as 127.0.0.1")
        default: return ServerError(.system, message)
        }
    }

    /// The process's exit status (sysexits).
    package var exitStatus: Int32 {
        switch code {
        case .noHost, .addressInUse: 69
        case .notAllowed: 77
        case .database(let status): status
        case .system: 1
        }
    }
}
