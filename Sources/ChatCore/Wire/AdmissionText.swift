// What admission tells people, in sentences: plain text shows them as lines, IRC as notices.
// SPDX-License-Identifier: GPL-3.0-or-later

package enum AdmissionText {
    /// The event in words; nothing for what is no admission's.
    package static func lines(_ event: ClientEvent) -> [String] {
        switch event {
        case .queued(let status, _): [line(status)]
        case .admitted(let admitted): lines(admitted)
        case .returned(let host, _): [returned(from: host)]
        case .conversationEnded(let end): lines(end)
        case .rated(let rating, let host): [line(rating, of: host)]
        default: []
        }
    }

    /// Where one stands in the queue.
    package static func line(_ status: QueueStatus) -> String {
        let wait = status.estimate.map { "about \(words($0))" } ?? "no estimate yet"
        let left = words(status.expiresIn)
        return "You are number \(status.position) of \(status.of) waiting: \(wait), "
            + "at most \(left) more."
    }

    /// That it is one's turn; nothing where one did not wait and nobody serves by name.
    package static func lines(_ admitted: Admitted) -> [String] {
        guard let nick = admitted.operatorNick else {
            return admitted.hasWaited
                ? ["It is your turn: \(admitted.server) has a free slot."] : []
        }
        return ["You are talking with \(nick) of \(admitted.server)."]
    }

    /// That one's operator is gone.
    package static func returned(from host: String) -> String {
        "\(host) is gone; you are at the head of the queue"
    }

    /// Stands above a transcript: whose word it is, and where that was.
    package static func heading(transcriptOf nick: String, _ reference: String) -> String {
        "what was said before, as \(nick) tells it (\(reference)):"
    }

    /// That a rating has arrived.
    package static func line(_ rating: Rating, of host: String) -> String {
        "\(rating.starText) for \(host.isEmpty ? "us" : host): thank you"
    }

    /// That a conversation is over, and the question how it was.
    package static func lines(_ end: ConversationEnd) -> [String] {
        guard end.canRate else { return ["The conversation with \(end.operatorNick) is over."] }
        return [
            "The conversation with \(end.operatorNick) is over.",
            "How was it? 1 to 5 stars and an optional comment (5 great), or no to skip.",
        ]
    }

    /// `3 minutes`, `45 seconds`.
    package static func words(_ time: Duration) -> String {
        let seconds = max(0, (time.wholeMilliseconds + 500) / 1000)
        if seconds < 90 { return seconds == 1 ? "1 second" : "\(seconds) seconds" }
        let minutes = (seconds + 30) / 60
        if minutes < 90 { return "\(minutes) minutes" }
        let hours = (minutes + 30) / 60
        return "\(hours) hours"
    }
}
