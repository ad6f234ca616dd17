// What admission and a desk say, decoded (chatkit(5)). Nothing in it is trusted: numbers are held to
// what can be shown, rooms are checked, other text is made harmless where it is shown.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore

/// What an operator's screen always shows.
package struct DeskReport: Hashable, Sendable {
    /// One of the desk's operators.
    package struct Operator: Hashable, Sendable {
        package var nick: String
        package var visitors: [String]
        package var isPaused: Bool

        package init(nick: String, visitors: [String] = [], isPaused: Bool = false) {
            self.nick = nick
            self.visitors = visitors
            self.isPaused = isPaused
        }
    }

    package var server: String
    package var attendedToday = 0
    package var attendedThisMonth = 0
    /// One to five, in hundredths; nil when nobody has rated.
    package var ratingHundredths: Int?
    package var ratings = 0
    package var approached = 0
    package var lost = 0
    /// Everybody who is being served, by whichever operator.
    package var current: [String] = []
    package var waiting = 0
    package var oldestWait: Duration?
    /// Whether oneself takes in nobody.
    package var isPaused = false
    package var operators: [Operator] = []

    package init(server: String) { self.server = server }
}

/// A visitor that was given to an operator.
package struct DeskVisitor: Hashable, Sendable {
    package var room: RoomName
    package var nick: String
    package var waited: Duration
    /// The visitor's card, a fact each.
    package var facts: [String]

    package init(room: RoomName, nick: String, waited: Duration, facts: [String] = []) {
        self.room = room
        self.nick = nick
        self.waited = waited
        self.facts = facts
    }
}

/// A line of the list of those who wait.
package struct WaitingLine: Hashable, Sendable {
    package var position: Int
    package var nick: String
    package var waited: Duration

    package init(position: Int, nick: String, waited: Duration) {
        self.position = position
        self.nick = nick
        self.waited = waited
    }
}

/// What a visitor says was said before it came.
package struct DeskTranscript: Hashable, Sendable {
    package var room: RoomName
    /// Whose word it is.
    package var from: String
    /// Where that was.
    package var reference: String
    /// Oldest first.
    package var entries: [Transcript.Entry]

    package init(
        room: RoomName, from: String, reference: String, entries: [Transcript.Entry]
    ) {
        self.room = room
        self.from = from
        self.reference = reference
        self.entries = entries
    }

    /// Stands above it.
    package var heading: String {
        AdmissionText.heading(transcriptOf: from, reference)
    }
}

extension ChatEvent {
    /// What is about waiting, being served and rating; nil for anything else.
    static func admission(_ type: String, _ object: JSONObject) -> ChatEvent? {
        switch type {
        case "redirect":
            return .redirect(to: object.place, ticket: object.text("ticket") ?? "")
        case "queue":
            return .queue(
                QueueStatus(
                    position: object.count("position"), of: object.count("of"),
                    estimate: object.seconds("eta_s"), waited: object.seconds("waited_s") ?? .zero,
                    expiresIn: object.seconds("expires_in_s") ?? .zero),
                ticket: object.text("ticket") ?? "")
        case "admitted":
            return .admitted(
                Admitted(
                    server: object.text("server") ?? "", operatorNick: object.text("operator"),
                    room: object.text("room").flatMap { try? RoomName($0) },
                    ticket: object.text("ticket") ?? "",
                    hasWaited: object["waited"]?.bool ?? false))
        case "returned":
            return .returned(from: object.text("operator") ?? object.text("server") ?? "")
        case "ended":
            guard let room = object.text("room").flatMap({ try? RoomName($0) }) else { return nil }
            return .ended(
                ConversationEnd(
                    visit: VisitID(number: UInt64(object.count("visit"))), room: room,
                    reason: object.text("reason") ?? "", canRate: object["rate"]?.bool ?? false,
                    operatorNick: object.text("operator") ?? "",
                    visitorNick: object.text("nick") ?? ""))
        case "rated":
            let comment = object.text("comment") ?? ""
            guard let rating = Rating(stars: object.count("stars"), comment: comment) else {
                return nil
            }
            return .rated(rating, host: object.text("operator") ?? "")
        default: return nil
        }
    }

    /// What the operators of a desk are told; nil for anything else.
    static func desk(_ type: String, _ object: JSONObject) -> ChatEvent? {
        switch type {
        case "desk": return .desk(DeskReport(object))
        case "visitor":
            guard let room = object.text("room").flatMap({ try? RoomName($0) }) else { return nil }
            return .visitor(
                DeskVisitor(
                    room: room, nick: object.text("nick") ?? "",
                    waited: object.seconds("waited_s") ?? .zero,
                    facts: object["profile"]?.object?.facts ?? []))
        case "waiting":
            let lines = (object["visitors"]?.array ?? []).compactMap { row -> WaitingLine? in
                guard let row = row.object else { return nil }
                return WaitingLine(
                    position: row.count("position"), nick: row.text("nick") ?? "",
                    waited: row.seconds("waited_s") ?? .zero)
            }
            return .waiting(lines, of: object.count("of"))
        case "transcript":
            guard let room = object.text("room").flatMap({ try? RoomName($0) }) else { return nil }
            let entries = (object["messages"]?.array ?? []).prefix(Limits.maxTranscriptMessages)
            return .transcript(
                DeskTranscript(
                    room: room, from: object.text("from") ?? "",
                    reference: object.text("reference") ?? "",
                    entries: entries.compactMap { $0.object.map(Transcript.Entry.init) }))
        default: return nil
        }
    }
}

extension DeskReport {
    fileprivate init(_ object: JSONObject) {
        self.init(server: object.text("server") ?? "")
        attendedToday = object.count("attended_today")
        attendedThisMonth = object.count("attended_month")
        if let average = object["rating_average"]?.number {
            ratingHundredths = Int((min(max(average, 0), 5) * 100).rounded())
        }
        ratings = object.count("rating_count")
        approached = object.count("approached")
        lost = object.count("lost")
        current = object.texts("current")
        waiting = object.count("waiting")
        oldestWait = object.seconds("oldest_wait_s")
        isPaused = object["paused"]?.bool ?? false
        operators = (object["operators"]?.array ?? []).compactMap { row in
            guard let row = row.object else { return nil }
            return Operator(
                nick: row.text("nick") ?? "", visitors: row.texts("visitors"),
                isPaused: row["paused"]?.bool ?? false)
        }
    }
}

extension Transcript.Entry {
    fileprivate init(_ object: JSONObject) {
        self.init(
            from: object.text("from") ?? "", text: object.text("text") ?? "",
            at: object.time("at"))
    }
}

extension JSONObject {
    /// More than any count that a screen is made for.
    private static let maxCount: Int64 = 1_000_000_000

    /// A number of things; 0 when it is missing.
    fileprivate func count(_ name: String) -> Int {
        Int(clamping: min(max(0, self[name]?.integer ?? 0), JSONObject.maxCount))
    }

    fileprivate func seconds(_ name: String) -> Duration? {
        self[name]?.number.map { .seconds(Int(min(max(0, $0), Double(JSONObject.maxCount)))) }
    }

    /// The address in `host` and `port`; nil when it is none.
    fileprivate var place: Endpoint? {
        guard let host = text("host"), let number = self["port"]?.integer,
            let port = UInt16(exactly: number), port > 0, (1...253).contains(host.utf8.count),
            host.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }),
            !host.contains(where: { "/@[]'\"\\,;".contains($0) })
        else { return nil }
        return Endpoint(host: host, port: port)
    }

    fileprivate func texts(_ name: String) -> [String] {
        (self[name]?.array ?? []).compactMap(\.string)
    }
}
