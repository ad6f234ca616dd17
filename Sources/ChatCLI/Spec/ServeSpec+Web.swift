// `chatkit serve`: the options of its web side.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore

extension ServeSpec {
    package static let allowOrigin = OptionSpec(
        "allow-origin", .repeatable("ORIGIN"), group: "Web",
        summary: "pages from elsewhere that may connect; may be repeated",
        details: [
            """
            Let pages of this origin open WebSockets and post: `https://chat.example.org`, `null` \
            for files, or `*` for every page there is. May be repeated. Without it that is for the \
            server's own page alone; programs that are no browsers need not say where they are \
            from.
            """
        ])

    package static let compress = OptionSpec(
        "ws-compress", .negatable, group: "Web",
        summary: "compress messages to WebSockets that can take it",
        details: [
            """
            Agree to permessage-deflate. A message is compressed once for everyone who gets it; \
            short messages win little, and each one costs the server more time.
            """
        ],
        shownDefault: "false")
}
