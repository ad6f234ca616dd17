// Being served, rating, and the desk's operators over IRC. IRC has no words for these: what happens is
// said by NOTICE, what is asked by two commands of our own, RATE and DESK. An operator gives the
// password by PASS (RFC 2812 §3.1.1).
// SPDX-License-Identifier: GPL-3.0-or-later

extension IRCSession {
    /// `RATE stars [:comment]`, `RATE ticket stars [:comment]`.
    mutating func rate(_ message: IRCMessage, _ reply: inout ByteBuffer) -> SessionAction {
        var words = (0..<message.params.count).compactMap { message[$0] }
        var ticket: String?
        if let first = words.first, Resume.isToken(first) {
            ticket = first
            words.removeFirst()
        }
        guard let rating = Rating(typed: words.joined(separator: " ")) else {
            line("NOTICE", nickOrStar, text: HubError.badRating.message, into: &reply)
            return .handled
        }
        return .request(request(.rate(rating, ticket: ticket), .desk))
    }

    /// `DESK next|close|pause|resume|transfer|who [#room] [nick or :word]`.
    mutating func desk(_ message: IRCMessage, _ reply: inout ByteBuffer) -> SessionAction {
        let room = message[1].flatMap { $0.hasPrefix("#") ? try? RoomName($0) : nil }
        let rest = (room == nil ? message[1] : message[2]).flatMap { $0.isEmpty ? nil : $0 }
        let asked: DeskRequest
        switch (message[0] ?? "").lowercased() {
        case "next": asked = .next
        case "close": asked = .close(rest ?? "")
        case "pause": asked = .pause
        case "resume": asked = .resume
        case "transfer": asked = .transfer(to: rest)
        case "who": return .request(request(.waiting, .desk))
        default:
            line(
                "NOTICE", nickOrStar,
                text: "DESK next, close, pause, resume, transfer or who", into: &reply)
            return .handled
        }
        return .request(request(.desk(asked, room: room), .desk))
    }

    /// What admission and the desk say, as notices.
    mutating func writeAdmission(_ event: ClientEvent, into reply: inout ByteBuffer) {
        for text in IRCSession.lines(event) {
            line("NOTICE", nickOrStar, text: text, into: &reply)
        }
    }

    /// What was said before, in the conversation's own window: a text that is long goes on in the next
    /// line.
    func writeTranscript(_ told: ToldTranscript, into reply: inout ByteBuffer) {
        let heading = AdmissionText.heading(transcriptOf: told.visitor.text, told.reference)
        line("NOTICE", told.room.text, text: heading, into: &reply)
        for entry in told.transcript.entries {
            let time = entry.at.map { IRCSession.clock($0) + " " } ?? ""
            var text = "  \(time)\(entry.from): \(entry.text)"
            while !text.isEmpty {
                let part = IRCText.clipped(text, to: IRCSession.transcriptLineBytes)
                line("NOTICE", told.room.text, text: part, into: &reply)
                text = String(text.utf8.dropFirst(part.utf8.count)) ?? ""
            }
        }
    }

    /// With the names of server and room it is still a line.
    private static let transcriptLineBytes = 300

    /// `17:56Z`: whose zone would be the right one is not known.
    private static func clock(_ time: Timestamp) -> String {
        var text = ByteBuffer()
        text.write(rfc3339: time)
        return text.text.dropFirst(11).prefix(5) + "Z"
    }

    private static func lines(_ event: ClientEvent) -> [String] {
        switch event {
        case .visitor(let visitor):
            let waited = AdmissionText.words(visitor.waited)
            return ["\(visitor.nick) is your visitor in \(visitor.room), and has waited \(waited)"]
        case .waiting(let visitors, let count):
            if count == 0 { return ["nobody is waiting"] }
            return visitors.map {
                "\($0.position). \($0.nick), for \(AdmissionText.words($0.waited))"
            }
        default: return AdmissionText.lines(event)
        }
    }
}
