// A program that cannot start without its database.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatIO

extension ServerError {
    /// The database cannot be used.
    package static func database(_ error: DatabaseError) -> ServerError {
        ServerError(
            .database(exitStatus: error.exitStatus), error.message, hint: error.hint)
    }
}
