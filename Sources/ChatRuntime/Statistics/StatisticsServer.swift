// A report from a running server: `GET /api/stats`, which answers in the server's zone and with what
// `stats --json` prints there.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore

/// Why `stats` has nothing to print; ready to be said.
struct StatsFailure: Error {
    /// nil: there is nothing to say.
    let message: String?
    let hint: String?
    /// The exit code (sysexits).
    let status: Int32

    init(_ message: String?, hint: String? = nil, status: Int32) {
        self.message = message
        self.hint = hint
        self.status = status
    }
}

/// A server that is asked for its figures.
struct StatisticsServer {
    let address: HTTPAddress
    /// Signals that end the wait.
    let signals: WakePipe?

    /// What a server has answered: the object as it came, and what it says.
    struct Answer {
        let json: String
        let told: ToldStatistics
    }

    /// Asks for a report.
    func ask(_ wish: StatisticsWish) throws(StatsFailure) -> Answer {
        var target = address.target("api", "stats")
        for parameter in wish.parameters { target.add(parameter.name, parameter.value) }
        var signal: UInt8?
        let requester = HTTPRequester(address.endpoint, cancel: signals)
        let reply: HTTPReply
        do throws(HTTPRequestError) {
            reply = try requester.send(HTTPCall(target)) {
                signal = signal ?? signals?.drain().first
                return signal != nil
            }
        } catch {
            throw failure(error, signal)
        }
        return try read(reply, wish).get()
    }

    private func failure(_ error: HTTPRequestError, _ signal: UInt8?) -> StatsFailure {
        switch error {
        case .cancelled: StatsFailure(nil, status: 128 + Int32(signal ?? 0))
        case .cannotConnect(let error):
            StatsFailure(
                "cannot connect: \(address): \(error.message)", hint: error.hint, status: 69)
        case .lost(let why): StatsFailure("no answer: \(address): \(why)", status: 69)
        case .malformed(.truncated):
            StatsFailure(
                "no answer: \(address): \(HTTPReplyError.truncated.message)", status: 69)
        case .malformed(let error):
            StatsFailure("no report: \(address): \(error.message)", hint: whose, status: 65)
        }
    }

    private var whose: String { "--url is the address of a chatkit server" }

    private func read(_ reply: HTTPReply, _ wish: StatisticsWish) -> Result<Answer, StatsFailure> {
        guard reply.status == 200 else { return .failure(refusal(reply, wish)) }
        guard let value = reply.json, let told = StatisticsReader.read(value) else {
            return .failure(
                StatsFailure(
                    "no report: \(address): the answer is something else", hint: whose, status: 65))
        }
        var text = String(decoding: reply.body, as: UTF8.self)[...]
        while text.last?.isNewline ?? false { text.removeLast() }
        return .success(Answer(json: String(text), told: told))
    }

    /// What a server means that gives no report.
    private func refusal(_ reply: HTTPReply, _ wish: StatisticsWish) -> StatsFailure {
        guard let failure = reply.failure else {
            return StatsFailure(
                "no report: \(address): the answer has the status \(reply.status)",
                hint: whose, status: reply.status >= 500 ? 75 : 65)
        }
        let words = VisibleText.harmless(failure.message)
        switch (failure.code, reply.status) {
        case ("no_such_server", _):
            return StatsFailure(
                "unknown server: \(VisibleText.harmless(wish.server ?? "")): \(words)", status: 64)
        case ("too_many_rows", _):
            return StatsFailure("too many rows: \(words)", status: 64)
        case ("bad_parameter", _):
            return StatsFailure(
                "not understood: \(address): \(words)", hint: "the server may be an older one",
                status: 65)
        case (_, 401), (_, 403):
            return StatsFailure("not allowed: \(address): \(words)", status: 77)
        case (_, 429), (_, 500...):
            return StatsFailure(
                "no report: \(address): \(words)", hint: "try again", status: 75)
        default:
            return StatsFailure("no report: \(address): \(words)", hint: whose, status: 65)
        }
    }
}
