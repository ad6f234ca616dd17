// Time zones by their rules, so that what depends on one is the same on every machine and no test has
// to change the process's own. Changes are those of 2026 and the first of 2027.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore

/// Zones that change their clocks on different days, by different amounts, at different hours.
package enum TestZones {
    /// A zone by its changes: each offset is in force from a time on.
    private static func zone(
        _ name: String, _ first: Int, _ changes: [(String, Int)]
    ) -> LocalCalendar {
        let changes = changes.map { (Timestamp(rfc3339: $0.0), $0.1) }
        return LocalCalendar(name: name) { time in
            let seconds = changes.last { ($0.0 ?? time) <= time }?.1 ?? first
            return ZoneOffset(seconds: seconds, abbreviation: "Z\(seconds)")
        }
    }

    package static let berlin = zone(
        "Europe/Berlin", 3600,
        [
            ("2026-03-29T01:00:00Z", 7200), ("2026-10-25T01:00:00Z", 3600),
            ("2027-03-28T01:00:00Z", 7200),
        ])
    package static let newYork = zone(
        "America/New_York", -18_000,
        [("2026-03-08T07:00:00Z", -14_400), ("2026-11-01T06:00:00Z", -18_000)])
    /// Half an hour.
    package static let lordHowe = zone(
        "Australia/Lord_Howe", 39_600,
        [("2026-04-04T15:00:00Z", 37_800), ("2026-10-03T15:30:00Z", 39_600)])
    /// Forward at midnight: the day begins at one. Back at midnight: the hour before comes twice.
    package static let beirut = zone(
        "Asia/Beirut", 7200, [("2026-03-28T22:00:00Z", 10_800), ("2026-10-24T21:00:00Z", 7200)])
    /// At a minute past midnight, as in St. John's until 2011.
    package static let stJohns = zone(
        "America/St_Johns", -12_600,
        [("2026-03-08T03:31:00Z", -9000), ("2026-11-01T02:31:00Z", -12_600)])
    package static let nowhere = zone("UTC", 0, [])
    /// No multiple of a quarter of an hour.
    package static let paris = zone("Paris 1900", 561, [])

    package static let all = [berlin, newYork, lordHowe, beirut, stJohns, nowhere, paris]
}
