// A report as one JSON object; chatkit(5) has its table. Numbers are numbers, unknown values are
// null, and times are RFC 3339 with the offset in force at the place of the report.
// SPDX-License-Identifier: GPL-3.0-or-later

/// Writes reports as JSON.
package struct StatisticsJSON: Sendable {
    /// The version of the object.
    package static let version = 1

    private let calendar: LocalCalendar

    package init(_ calendar: LocalCalendar) { self.calendar = calendar }

    /// The object, without a newline.
    package func text(_ report: StatisticsReport) -> String {
        var json = ByteBuffer()
        json.beginObject()
        json.member("v", StatisticsJSON.version)
        json.beginArray("servers")
        for server in report.servers { json.element(server) }
        json.endArray()
        json.member("at", time(report.at))
        write(calendar.offset(at: report.at), to: &json)
        json.member("from", time(report.span.lowerBound))
        json.member("to", time(report.span.upperBound))
        write(report.figures, to: &json)
        json.member("attended_today", report.today.attended)
        json.member("attended_this_month", report.month.attended)
        json.beginObject("ever")
        write(report.ever, to: &json)
        json.endObject()
        write(report.now, to: &json)
        if let grouping = report.grouping {
            json.member("by", grouping.rawValue)
            json.beginArray("rows")
            for row in report.rows {
                json.beginElement()
                json.member("from", time(row.span.lowerBound))
                json.member("to", time(row.span.upperBound))
                if let server = row.server { json.member("server", server) }
                write(row.figures, to: &json)
                json.endObject()
            }
            json.endArray()
        }
        json.endObject()
        return json.text
    }

    private func time(_ time: Timestamp) -> String { calendar.rfc3339(time) }

    private func write(_ offset: ZoneOffset, to json: inout ByteBuffer) {
        json.beginObject("zone")
        json.member("name", calendar.name.map(JSONValue.string) ?? .null)
        json.member("abbreviation", offset.abbreviation)
        json.member("offset", offset.text)
        json.endObject()
    }

    private func write(_ figures: StatisticsFigures, to json: inout ByteBuffer) {
        write(figures.tally, to: &json)
        json.beginObject("wait_ms")
        write(figures.waits, to: &json)
        json.endObject()
        json.beginObject("handling_ms")
        write(figures.handling, to: &json)
        json.endObject()
    }

    private func write(_ tally: VisitTally, to json: inout ByteBuffer) {
        json.member("approached", tally.approached)
        json.member("attended", tally.attended)
        json.beginObject("lost")
        json.member("total", tally.lostInTotal)
        // Spelled out, because names of members are written as they stand in the program.
        json.member("left", tally.lost[.left] ?? 0)
        json.member("expired", tally.lost[.expired] ?? 0)
        json.member("queue_full", tally.lost[.queueFull] ?? 0)
        json.member("no_server", tally.lost[.noServer] ?? 0)
        json.member("unanswered", tally.lost[.unanswered] ?? 0)
        json.member("server_gone", tally.lost[.serverGone] ?? 0)
        json.endObject()
        json.beginObject("rating")
        json.member("average", tally.averageRating.map(JSONValue.double) ?? .null)
        json.member("count", tally.ratings)
        json.member("stars", .array(tally.stars.map { .int(Int64($0)) }))
        json.endObject()
    }

    private func write(_ times: TimesSummary, to json: inout ByteBuffer) {
        json.member("count", times.count)
        json.member("p50", times.p50.map(JSONValue.int) ?? .null)
        json.member("p90", times.p90.map(JSONValue.int) ?? .null)
        json.member("p99", times.p99.map(JSONValue.int) ?? .null)
    }

    private func write(_ now: StatisticsPresence, to json: inout ByteBuffer) {
        json.beginObject("now")
        json.member("running", now.isServerRunning.map(JSONValue.bool) ?? .null)
        json.member("waiting", now.waiting)
        json.member("serving", now.serving)
        json.beginArray("clients")
        for client in now.clients {
            json.beginElement()
            json.member("nick", client.nick)
            json.member("server", client.server)
            json.member("host", client.host)
            json.member("attended", client.isAttended)
            json.member("since", time(client.since))
            json.endObject()
        }
        json.endArray()
        json.endObject()
    }
}

extension LocalCalendar {
    /// `2026-11-21T10:30:00.123+01:00`: the time as it was there.
    package func rfc3339(_ time: Timestamp) -> String {
        let offset = offset(at: time)
        let shifted = time.milliseconds.addingReportingOverflow(Int64(offset.seconds) * 1000)
        var text = ByteBuffer()
        text.write(rfc3339: Timestamp(milliseconds: shifted.partialValue))
        text.truncate(to: text.writerIndex - 1)
        text.write(offset.text)
        return text.text
    }
}
