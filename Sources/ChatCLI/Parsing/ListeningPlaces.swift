// The addresses on which `serve` and `relay` listen.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore

/// What `--port` and `--listen` come to.
enum ListeningPlaces {
    /// Where to listen; nil when nothing was said. The two options are two ways to say it: the
    /// first source that has either decides, and one that has both is refused.
    /// - Parameter standard: the port of an address that says none.
    static func read(
        _ settings: Settings, port: OptionSpec, listen: OptionSpec, standard: UInt16
    ) throws(UsageError) -> [Endpoint]? {
        let given = settings.given(anyOf: [port.long, listen.long])
        guard !given.isEmpty else { return nil }
        let ports = given.filter { $0.key == port.long }
        let addresses = given.filter { $0.key == listen.long }
        if let port = ports.last, let address = addresses.last {
            throw UsageError(
                "conflicting options", value: "\(port.source.spelling), \(address.source.spelling)",
                why: "both set the addresses",
                hint: "leave out the port and write --listen \(Visible.text(address.value))")
        }
        if let port = ports.last {
            return [
                Endpoint(
                    host: "127.0.0.1", port: try settings.interpret(port, PortUse.listen.read))
            ]
        }
        var endpoints: [Endpoint] = []
        for address in addresses {
            let read = try settings.interpret(address) { text throws(BadValue) in
                try HostAndPort(text, for: .listen)
            }
            endpoints.append(Endpoint(host: read.host, port: read.port ?? standard))
        }
        return endpoints
    }
}
