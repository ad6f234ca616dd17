// `chatkit relay --status` and the orders: asks a running relay over HTTP and prints what it answers.
// PRODUCT "relay".
// SPDX-License-Identifier: GPL-3.0-or-later
import CReadline
import ChatClient
import ChatCore
import ChatIO
import Glibc

/// The entry point of `chatkit relay` where it is no relay.
package enum RelayControlMain {
    private static let whose = "--status is the address of a chatkit relay"

    /// Asks, and prints the answer; returns the exit code.
    package static func run(_ configuration: RelayControlConfiguration) -> Int32 {
        ToolOutput(surroundings: .live(), pause: configuration.watch).run {
            _, signals throws(ToolFailure) in
            switch configuration.operation {
            case .status: try table(configuration, signals)
            case .order(let order, let server): try give(order, server, configuration)
            }
        }
    }

    private static func table(
        _ configuration: RelayControlConfiguration, _ signals: WakePipe?
    ) throws(ToolFailure) -> String {
        let address = HTTPAddress(configuration.relay)
        let reply = try address.answer(
            to: HTTPCall(address.target("servers")), what: "table", whose: whose, signals: signals)
        guard reply.isSuccess else {
            throw address.refusal(reply, what: "table", whose: whose)
        }
        guard let report = reply.json.flatMap(RelayReport.init) else {
            throw ToolFailure(
                "no table: \(address): unexpected answer", hint: whose, status: 65)
        }
        if configuration.json { return text(reply) }
        _ = Terminal.useLocale()
        let lines = RelayTableText(.system) { text in
            text.unicodeScalars.reduce(0) { $0 + max(0, Int(chatkit_columns($1.value))) }
        }.lines(report)
        let isColored = Terminal.current().usesColor(.auto)
        return lines.map { (isColored ? $0.colored : $0.plain) + "\n" }.joined()
    }

    private static func give(
        _ order: RelayOrder, _ server: String, _ configuration: RelayControlConfiguration
    ) throws(ToolFailure) -> String {
        let address = HTTPAddress(configuration.relay)
        var content = ByteBuffer()
        content.beginObject()
        content.member("do", order.rawValue)
        content.endObject()
        let call = HTTPCall(
            address.target("servers", server), posting: content.storage,
            token: configuration.token)
        let reply = try address.answer(to: call, what: "answer", whose: whose, signals: nil)
        guard reply.isSuccess else {
            if reply.status == 404, let failure = reply.failure {
                throw ToolFailure(
                    "unknown server: \(VisibleText.harmless(server)): "
                        + VisibleText.harmless(failure.message),
                    hint: "chatkit relay --status \(configuration.relay) lists them", status: 64)
            }
            throw address.refusal(reply, what: "answer", whose: whose)
        }
        guard let row = reply.json?.object.flatMap(RelayReport.Row.init) else {
            throw ToolFailure(
                "no answer: \(address): unexpected answer", hint: whose, status: 65)
        }
        if configuration.json { return text(reply) }
        let waiting = row.waitingFor.isEmpty ? "" : ", waiting for \(row.waitingFor)"
        return VisibleText.harmless("\(row.name): \(row.state), \(row.inUse) in use\(waiting)")
            + "\n"
    }

    /// The JSON as it came, with a newline at its end.
    private static func text(_ reply: HTTPReply) -> String {
        var text = String(decoding: reply.body, as: UTF8.self)[...]
        while text.last?.isNewline ?? false { text.removeLast() }
        return text + "\n"
    }
}
