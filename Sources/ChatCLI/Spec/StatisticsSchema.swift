// The object of `stats --json` and the columns of `stats --csv` as tables. chatkit(5) is made from them;
// the encoders in ChatCore are their other half, and a test holds them together.
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
                "how long those waited who were given a slot, each time they were: `times`"),
            WireField(
                "handling_ms", "object",
                "how long those attended had a slot in all whose visits ended: `times`"),
        ]

    /// The objects there are, the report first, by the names that others refer to them with.
    package static let objects: [WireMessage] = [
        WireMessage(
            "report", "What `stats --json` prints, and `--watch` again and again, a line each.",
            [
                WireField("v", "number", "the version of this object: \(StatisticsJSON.version)"),
                WireField(
                    "servers", "list of strings", "the names of the servers it is about, sorted"),
                WireField("at", "time", "when it was made"),
                WireField("zone", "object", "the zone of days and months: `zone`"),
                WireField("from", "time", "the beginning of the span"),
                WireField("to", "time", "its end, which is not part of it"),
            ] + figures + [
                WireField("attended_today", "number", "how many were attended on the day of `at`"),
                WireField("attended_this_month", "number", "how many in the month of `at`"),
                WireField("ever", "object", "the counts of all times: `ever`"),
                WireField("now", "object", "who is there: `now`"),
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
            "lost", "How many were lost, by the reason.",
            [
                WireField("total", "number", "all of them"),
                WireField("left", "number", "went away before they were attended"),
                WireField("expired", "number", "waited as long as waiting is allowed"),
                WireField("queue_full", "number", "came when too many waited"),
                WireField("no_server", "number", "found no server to be sent to"),
                WireField("unanswered", "number", "had a slot that was ended without a word"),
                WireField("server_gone", "number", "lost their server"),
            ]),
        WireMessage(
            "rating", "The ratings that were given.",
            [
                WireField("average", "number or null", "of one to five stars"),
                WireField("count", "number", "how many"),
                WireField("stars", "list of numbers", "how many of one, two, up to five stars"),
            ]),
        WireMessage(
            "times",
            "Measured times, in whole milliseconds. A percentile is the smallest of them that so "
                + "many percent of all do not exceed; null when there is none.",
            [
                WireField("count", "number", "how many were measured"),
                WireField("p50", "number or null", "half of them"),
                WireField("p90", "number or null", "nine in ten"),
                WireField("p99", "number or null", "all but one in a hundred"),
            ]),
        WireMessage("ever", "Counts.", counts),
        WireMessage(
            "now", "Who is there, by the newest records.",
            [
                WireField(
                    "running", "boolean or null",
                    "whether a server has the database open; when it has not, the others were "
                        + "there when it ended. Null when that cannot be found out"),
                WireField("waiting", "number", "how many have no slot"),
                WireField("serving", "number", "how many have one"),
                WireField(
                    "clients", "list of objects",
                    "those, the first \(StatisticsPresence.mostListed) of them: `client`"),
            ]),
        WireMessage(
            "client", "Somebody who has a slot.",
            [
                WireField("nick", "string", "its nick, empty when it was erased"),
                WireField("server", "string", "the server it came to"),
                WireField("host", "string", "who serves it: an operator, or a server"),
                WireField("attended", "boolean", "whether it was attended already"),
                WireField("since", "time", "since when it has this slot"),
            ]),
        WireMessage(
            "row", "A part of the span, or a server.",
            [
                WireField("from", "time", "the beginning of the part"),
                WireField("to", "time", "its end, which is not part of it"),
                WireField("server", "string", optional: true, "by `server` alone"),
            ] + figures),
    ]

    /// The columns, in their order.
    package static let columns: [NamedThing] =
        [
            NamedThing("from", "the beginning of the row's span"),
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
