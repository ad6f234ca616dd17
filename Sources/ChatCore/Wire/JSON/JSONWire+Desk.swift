// What admission and a desk tell their clients, as JSON objects (chatkit(5)). Each writes an object
// without its closing bracket.
// SPDX-License-Identifier: GPL-3.0-or-later

extension JSONWire {
    static func write(_ status: QueueStatus, ticket: String, into buffer: inout ByteBuffer) {
        buffer.begin(type: "queue")
        buffer.member("position", status.position)
        buffer.member("of", status.of)
        write("eta_s", seconds: status.estimate, into: &buffer)
        write("waited_s", seconds: status.waited, into: &buffer)
        write("expires_in_s", seconds: status.expiresIn, into: &buffer)
        buffer.member("ticket", ticket)
    }

    static func write(_ admitted: Admitted, into buffer: inout ByteBuffer) {
        buffer.begin(type: "admitted")
        buffer.member("server", admitted.server)
        if let nick = admitted.operatorNick { buffer.member("operator", nick) }
        if let room = admitted.room { buffer.member("room", room.text) }
        buffer.member("waited", admitted.hasWaited)
        buffer.member("ticket", admitted.ticket)
    }

    static func write(_ end: ConversationEnd, into buffer: inout ByteBuffer) {
        buffer.begin(type: "ended")
        buffer.member("visit", end.visit.number)
        buffer.member("room", end.room.text)
        buffer.member("reason", end.reason)
        buffer.member("operator", end.operatorNick)
        buffer.member("nick", end.visitorNick)
        buffer.member("rate", end.canRate)
    }

    static func write(_ rating: Rating, of host: String, into buffer: inout ByteBuffer) {
        buffer.begin(type: "rated")
        buffer.member("stars", rating.stars)
        if !rating.comment.isEmpty { buffer.member("comment", rating.comment) }
        buffer.member("operator", host)
    }

    static func write(_ visitor: Visitor, into buffer: inout ByteBuffer) {
        buffer.begin(type: "visitor")
        buffer.member("visit", visitor.visit.number)
        buffer.member("room", visitor.room.text)
        buffer.member("nick", visitor.nick.text)
        write("waited_s", seconds: visitor.waited, into: &buffer)
        if let profile = visitor.profile {
            buffer.beginObject("profile")
            write(profile, into: &buffer)
            buffer.endObject()
        }
    }

    static func write(_ visitors: [WaitingVisitor], of count: Int, into buffer: inout ByteBuffer) {
        buffer.begin(type: "waiting")
        buffer.beginArray("visitors")
        for visitor in visitors {
            buffer.beginElement()
            buffer.member("position", visitor.position)
            buffer.member("nick", visitor.nick.text)
            write("waited_s", seconds: visitor.waited, into: &buffer)
            buffer.endObject()
        }
        buffer.endArray()
        buffer.member("of", count)
    }

    static func write(_ told: ToldTranscript, into buffer: inout ByteBuffer) {
        buffer.begin(type: "transcript")
        buffer.member("room", told.room.text)
        buffer.member("from", told.visitor.text)
        buffer.member("reference", told.reference)
        write(told.transcript.entries, into: &buffer)
    }

    /// The messages of a transcript, which are written as they are read.
    package static func write(_ entries: [Transcript.Entry], into buffer: inout ByteBuffer) {
        buffer.beginArray("messages")
        for entry in entries {
            buffer.beginElement()
            buffer.member("from", entry.from)
            buffer.member("text", entry.text)
            if let at = entry.at { buffer.member("at", at) }
            buffer.endObject()
        }
        buffer.endArray()
    }

    static func write(_ status: DeskStatus, into buffer: inout ByteBuffer) {
        let figures = status.figures
        buffer.begin(type: "desk")
        buffer.member("server", status.server)
        buffer.member("at", status.at)
        buffer.member("attended_today", figures.today.attended)
        buffer.member("attended_month", figures.month.attended)
        write(ratings: figures.ever, into: &buffer)
        buffer.member("approached", figures.ever.approached)
        buffer.member("lost", figures.ever.lostInTotal)
        buffer.beginArray("current")
        for nick in status.operators.flatMap(\.visitors) { buffer.element(nick.text) }
        buffer.endArray()
        buffer.member("waiting", status.waiting)
        write("oldest_wait_s", seconds: status.oldestWait, into: &buffer)
        buffer.member("paused", status.isPaused)
        buffer.beginArray("operators")
        for info in status.operators {
            buffer.beginElement()
            buffer.member("nick", info.nick.text)
            buffer.member("serving", info.visitors.count)
            buffer.member("capacity", info.capacity)
            buffer.member("paused", info.isPaused)
            buffer.beginArray("visitors")
            for nick in info.visitors { buffer.element(nick.text) }
            buffer.endArray()
            buffer.endObject()
        }
        buffer.endArray()
    }

    private static func write(ratings tally: VisitTally, into buffer: inout ByteBuffer) {
        buffer.key("rating_average")
        if let average = tally.averageRating {
            // Hundredths: an average of whole stars.
            buffer.write(hundredths: Int((average * 100).rounded()))
        } else {
            buffer.write(literal: "null")
        }
        buffer.member("rating_count", tally.ratings)
    }

    /// Whole seconds, or null for what is not known.
    static func write(
        _ name: StaticString, seconds: Duration?, into buffer: inout ByteBuffer
    ) {
        guard let seconds else {
            buffer.key(name)
            return buffer.write(literal: "null")
        }
        buffer.member(name, seconds.wholeMilliseconds / 1000)
    }
}

extension ByteBuffer {
    /// Writes a number that is given in hundredths, with two decimals.
    fileprivate mutating func write(hundredths value: Int) {
        write(decimal: value / 100)
        let rest = abs(value % 100)
        write(UInt8(ascii: "."))
        write(UInt8(ascii: "0") + UInt8(rest / 10))
        write(UInt8(ascii: "0") + UInt8(rest % 10))
    }
}
