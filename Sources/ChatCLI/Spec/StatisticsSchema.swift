// The object of `stats --json` and the columns of `stats --csv` as tables, from which chatkit(5) is
// made. The encoders are in ChatCore; a test compares both.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore

/// What `stats` prints for programs.
package enum StatisticsSchema {
    private static let counts = [
        WireField("approached", "number", "how many completed their handshake"),
        WireField("attended", "number", "how many were attended"),
        WireField("lost", "object", "how many were lost: `lost`"),
        WireField("rating", "object", "how they rated it: `rating`"),
    ]

    private static let figures =
        counts + [
            WireField(
                "wait_ms", "object",
                "waits that ended with a slot, each one counted: `times`"),
            WireField(
                "handling_ms", "object",
                "total time in a slot, of attended visits that have ended: `times`"),
        ]

    /// The objects there are, the report first, by the names that others refer to them with.
    package static let objects: [WireMessage] = [
        WireMessage(
            "report", "What `stats --json` prints; `--watch` prints one line each time.",
            [
                WireField("v", "number", "the version of this object: \(StatisticsJSON.version)"),
                WireField(
                    "servers", "list of strings", "the names of the servers covered, sorted"),
                WireField("at", "time", "when the report was made"),
                WireField("zone", "object", "the zone of days and months: `zone`"),
                WireField("from", "time", "the start of the period"),
                WireField("to", "time", "its end, exclusive"),
            ] + figures + [
                WireField("attended_today", "number", "how many were attended on the day of `at`"),
                WireField("attended_this_month", "number", "how many in the month of `at`"),
                WireField("ever", "object", "the counts since the first record: `ever`"),
                WireField("now", "object", "the clients that are there: `now`"),
                WireField("by", "string", optional: true, "`day`, `hour` or `server`"),
                WireField("rows", "list of objects", optional: true, "with `by`: `row`"),
            ]),
        WireMessage(
            "zone", "A time zone, at `at`.",
            [
                WireField("name", "string or null", "such as `Europe/Berlin`"),
                WireField("abbreviation", "string", "such as `CET`"),
                WireField("offset", "string", "such as `+01:00`"),
            ]),
        WireMessage(
            "lost", "How many were lost, by reason.",
            [
                WireField("total", "number", "all of them"),
                WireField("left", "number", "left before they were attended"),
                WireField("expired", "number", "reached the maximum wait"),
                WireField("queue_full", "number", "arrived when the queue was full"),
                WireField("no_server", "number", "arrived when there was no server"),
                WireField(
                    "unanswered", "number", "had a slot, but the operator ended it without speaking"
                ),
                WireField("server_gone", "number", "lost their server"),
            ]),
        WireMessage(
            "rating", "The ratings.",
            [
                WireField("average", "number or null", "1 to 5 stars; null without ratings"),
                WireField("count", "number", "how many"),
                WireField("stars", "list of numbers", "how many of one, two, up to five stars"),
            ]),
        WireMessage(
            "times",
            "Measured times, in whole milliseconds. The p90 is the smallest of them that 90 "
                + "percent of all do not exceed; null when none was measured.",
            [
                WireField("count", "number", "how many were measured"),
                WireField("p50", "number or null", "half of them"),
                WireField("p90", "number or null", "nine in ten"),
                WireField("p99", "number or null", "all but one in a hundred"),
            ]),
        WireMessage("ever", "Counts.", counts),
        WireMessage(
            "now", "The clients that are there, according to the newest records.",
            [
                WireField(
                    "running", "boolean or null",
                    "whether a server has the database open; if not, the other members describe "
                        + "the moment it stopped. Null when this cannot be determined"),
                WireField("waiting", "number", "how many wait for a slot"),
                WireField("serving", "number", "how many have a slot"),
                WireField(
                    "clients", "list of objects",
                    "the clients with a slot, at most \(StatisticsPresence.mostListed): `client`"),
            ]),
        WireMessage(
            "client", "A client that has a slot.",
            [
                WireField("nick", "string", "its nick; empty when it was erased"),
                WireField("server", "string", "the server it connected to"),
                WireField("host", "string", "the operator or the server that serves it"),
                WireField("attended", "boolean", "whether it has been attended"),
                WireField("since", "time", "when it got this slot"),
            ]),
        WireMessage(
            "row", "A part of the period, or a server.",
            [
                WireField("from", "time", "the start of the part"),
                WireField("to", "time", "its end, exclusive"),
                WireField("server", "string", optional: true, "only with `--by server`"),
            ] + figures),
    ]

    /// The columns, in their order.
    package static let columns: [NamedThing] =
        [
            NamedThing("from", "the start of the row's period"),
            NamedThing("to", "its end, which is not part of it"),
            NamedThing("server", "the server; empty when there are several in one row"),
            NamedThing("approached", "how many completed their handshake"),
            NamedThing("attended", "how many were attended"),
            NamedThing("lost", "how many were lost, for any reason"),
        ]
        + LossReason.allCases.map {
            NamedThing("lost_" + $0.rawValue, "how many for this one")
        } + [
            NamedThing("ratings", "how many ratings were given"),
            NamedThing("rating_average", "of one to five stars"),
        ] + (1...5).map { NamedThing("stars_\($0)", "how many ratings had \($0)") }
        + times("wait", "waits") + times("handling", "handling times")

    private static func times(_ name: String, _ says: String) -> [NamedThing] {
        [
            NamedThing(name + "_count", "how many \(says) were measured"),
            NamedThing(name + "_p50_ms", "half of them were not longer, in milliseconds"),
            NamedThing(name + "_p90_ms", "nine in ten"),
            NamedThing(name + "_p99_ms", "all but one in a hundred"),
        ]
    }
}
