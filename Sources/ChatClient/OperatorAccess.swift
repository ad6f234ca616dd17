// What an operator's client shows and has beside a visitor's.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore

/// What makes a client an operator's.
package struct OperatorAccess: Sendable {
    /// The operators' password as `hello` says it: its owner gives it out for each `hello`.
    package let token: @Sendable () -> String
    package let canned: CannedReplies

    package init(canned: CannedReplies = CannedReplies(), token: @escaping @Sendable () -> String) {
        self.canned = canned
        self.token = token
    }
}
