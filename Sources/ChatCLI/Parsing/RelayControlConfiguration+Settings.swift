// The second stage for `relay --status` and the orders: what is asked of a running relay.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import ChatIO
import ChatTerminal

extension RelayControlConfiguration {
    /// Reads every setting; nil when nothing is asked of a running relay.
    package init?(
        _ settings: Settings, _ given: ParsedOptions, _ surroundings: Surroundings
    ) throws(UsageError) {
        self.init()
        let orders = RelaySpec.orders.flatMap { pair in
            given.all(pair.option.long).map { (given: $0, order: pair.order) }
        }
        let asks = given.all(RelaySpec.status.long) + orders.map(\.given)
        guard let ask = asks.first else {
            try RelayControlConfiguration.refuse(
                given, [RelaySpec.json, RelaySpec.watch],
                why: "it has no effect without --\(RelaySpec.status.long)",
                hint: "add --\(RelaySpec.status.long) HOST:PORT")
            return nil
        }
        guard orders.count <= 1 else {
            throw UsageError(
                "conflicting options",
                value: orders.prefix(2).map(\.given.source.spelling).joined(separator: ", "),
                why: "one order at a time", hint: "leave out one of them")
        }
        let own =
            [RelaySpec.status, RelaySpec.json, RelaySpec.watch, RelaySpec.tokenFile]
            + RelaySpec.orders.map(\.option)
        let others = RelaySpec.command.options.filter { option in
            !own.contains { $0.long == option.long }
        }
        try RelayControlConfiguration.refuse(
            given, others, why: "with \(ask.source.spelling) chatkit does not start a relay",
            hint: "leave out one of them")
        if let value = try settings.value(RelaySpec.status, RelayControlConfiguration.readPlace) {
            relay = value
        }
        json = !given.all(RelaySpec.json.long).isEmpty
        watch = try settings.value(RelaySpec.watch, WatchPause.read)
        guard let order = orders.first else { return }
        let name = try settings.interpret(order.given, ServerNameRule.read)
        operation = .order(order.order, server: name)
        try RelayControlConfiguration.refuse(
            given, [RelaySpec.watch], why: "an order runs only once",
            hint: "leave out one of them")
        token = try settings.value(RelaySpec.tokenFile) { path throws(BadValue) in
            try RelayToken.read(path, surroundings)
        }
        guard token != nil else {
            throw UsageError(
                "missing option", value: "--\(RelaySpec.tokenFile.long)",
                why: "a relay accepts no orders without its token",
                hint: "name the file that the relay was started with")
        }
    }

    private static func readPlace(_ text: String) throws(BadValue) -> Endpoint {
        let place = try HostAndPort(text, for: .connect)
        return Endpoint(host: place.host, port: place.port ?? defaultRelayPort)
    }

    /// Refuses the first of `options` that was typed.
    private static func refuse(
        _ given: ParsedOptions, _ options: [OptionSpec], why: String, hint: String
    ) throws(UsageError) {
        let spelled = given.occurrences.first { occurrence in
            options.contains { $0.long == occurrence.key }
        }
        guard let spelled else { return }
        throw UsageError(
            "conflicting options", value: spelled.source.spelling, why: why, hint: hint)
    }
}
