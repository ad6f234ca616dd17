// `chatkit serve`: the options of its web side.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore

extension ServeSpec {
    package static let allowOrigin = OptionSpec(
        "allow-origin", .repeatable("ORIGIN"), group: "Web",
        summary: "other origin whose pages may connect; may be repeated",
        details: [
            """
            Let pages of this origin open WebSockets and post: `https://chat.example.org`, `null` \
            for files, or `*` for every origin. May be repeated. By default only the server's own \
            page may do so; programs that are not browsers need no permission.
            """
        ])

    package static let compress = OptionSpec(
        "ws-compress", .negatable, group: "Web",
        summary: "compress messages to WebSockets that support it",
        details: [
            """
            Negotiate permessage-deflate. The server compresses a message once for all \
            recipients; short messages gain little, and each one costs the server more time.
            """
        ],
        shownDefault: "false")
}
