// A report from a running server: `GET /api/stats`, which answers in the server's zone and with
// what `stats --json` prints there.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatClient
import ChatCore
import ChatIO

/// A server that is asked for its figures.
struct StatisticsServer {
    let address: HTTPAddress
    /// Signals that end the wait.
    let signals: WakePipe?

    private static let whose = "--url is the address of a chatkit server"

    /// What a server has answered: the object as it came, and what it says.
    struct Answer {
        let json: String
        let told: ToldStatistics
    }

    /// Asks for a report.
    func ask(_ wish: StatisticsWish) throws(ToolFailure) -> Answer {
        var target = address.target("api", "stats")
        for parameter in wish.parameters { target.add(parameter.name, parameter.value) }
        let reply = try address.answer(
            to: HTTPCall(target), what: "report", whose: StatisticsServer.whose, signals: signals)
        guard reply.status == 200 else { throw refusal(reply, wish) }
        guard let value = reply.json, let told = StatisticsReader.read(value) else {
            throw ToolFailure(
                "no report: \(address): unexpected answer",
                hint: StatisticsServer.whose, status: 65)
        }
        var text = String(decoding: reply.body, as: UTF8.self)[...]
        while text.last?.isNewline ?? false { text.removeLast() }
        return Answer(json: String(text), told: told)
    }

    /// What a server means that gives no report.
    private func refusal(_ reply: HTTPReply, _ wish: StatisticsWish) -> ToolFailure {
        let words = VisibleText.harmless(reply.failure?.message ?? "")
        switch reply.failure?.code {
        case "no_such_server":
            return ToolFailure(
                "unknown server: \(VisibleText.harmless(wish.server ?? "")): \(words)", status: 64)
        case "too_many_rows": return ToolFailure("too many rows: \(words)", status: 64)
        case "bad_parameter":
            return ToolFailure(
                "not understood: \(address): \(words)", hint: "the server may be an older one",
                status: 65)
        default:
            return address.refusal(reply, what: "report", whose: StatisticsServer.whose)
        }
    }
}
