// The part of chatkit(5) that is about what `stats` prints for programs.
// SPDX-License-Identifier: GPL-3.0-or-later

/// Two sections.
enum StatisticsPage {
    static let json = PageSection(
        "STATISTICS: JSON",
        [
            .paragraph(
                "`chatkit stats --json` prints one JSON object. Times are RFC 3339 with "
                    + "milliseconds and the offset of the local clock, such as "
                    + "`2026-11-21T10:30:00.123+01:00`. Members that are not known are to be "
                    + "ignored: there can be more in later versions. In the lists below, a "
                    + "member in square brackets may be absent."),
            .definitions(StatisticsSchema.objects.map(WirePage.definition)),
        ])

    static let csv = PageSection(
        "STATISTICS: CSV",
        [
            .paragraph(
                "`chatkit stats --csv` prints a header and a record for each row, as RFC 4180 "
                    + "has it but for the ends of lines, which are newlines alone. What is not "
                    + "known is empty. The columns are:"),
            .definitions(StatisticsSchema.columns.map(WirePage.definition)),
        ])
}
