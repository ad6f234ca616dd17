// What is asked of a relay, and the programs that it takes: the relay, the servers behind it, and
// HAProxy, which passes plain bytes to the same server with the same header in front.
// SPDX-License-Identifier: GPL-3.0-or-later
import Glibc

/// One question about a relay.
enum RelayTask {
    /// So many clients with one small message each under way: straight to the server, through
    /// HAProxy and through the relay.
    case messages(clients: Int)
    /// Connections on the same three ways.
    case setUp(clients: Int, wave: Int)
    /// So many who wait for one slot.
    case queue(waiting: Int)
    /// A server is killed while so many of its clients are served; another is there.
    case rescue(conversations: Int)

    static func points(quick: Bool) -> [Point] {
        let setUps = quick ? 300 : 1000
        let waiting = quick ? 1000 : 10_000
        return [
            Point(
                title: "100 clients, 1 small message each in flight",
                measurement: .relay(.messages(clients: 100))),
            Point(
                title: "\(grouped(setUps)) connections, 32 at a time",
                measurement: .relay(.setUp(clients: setUps, wave: 32))),
            Point(
                title: "\(grouped(waiting)) waiting for one slot",
                measurement: .relay(.queue(waiting: waiting))),
            Point(
                title: "100 conversations rescued from a server that was killed",
                measurement: .relay(.rescue(conversations: 100))),
        ]
    }
}

extension Subject {
    /// The longest queue at the relay.
    private static let mostWaiting = 20_000
    /// How many connections HAProxy takes, if it may have the descriptors: two for each.
    private static let mostConnections = 10_000

    /// chatkit as a server that believes what the loopback says of clients.
    static func backend(capacity: Int? = nil) -> Subject {
        let slots = capacity.map { ["--capacity", "\($0)"] } ?? []
        return Subject(
            name: "direct", title: "chatkit, no relay", program: .chatkit, dialect: .json,
            hasRooms: true,
            arguments: { chatkitArguments($0) + ["--trust-proxy", "127.0.0.1"] + slots })
    }

    /// `chatkit relay` in front of servers on these ports.
    static func relay(to ports: [UInt16]) -> Subject {
        Subject(
            name: "relay", title: "chatkit relay", program: .chatkit, dialect: .json,
            hasRooms: true,
            arguments: { launch in
                ["relay", "--listen", "127.0.0.1:\(launch.port)", "--log-level", "warning"]
                    + ["--db", launch.database, "--wait", "3600"]
                    + ["--max-waiting", "\(mostWaiting)"]
                    + ports.enumerated().flatMap { index, port in
                        ["--server", "Server \(index + 1)=127.0.0.1:\(port)"]
                    }
            })
    }

    /// HAProxy with one thread, which passes bytes to the server on that port.
    static func haproxy(to port: UInt16) -> Subject {
        Subject(
            name: "haproxy", title: "HAProxy", program: .haproxy, dialect: .json, hasRooms: true,
            arguments: { launch in
                var files = rlimit()
                getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &files)
                let most = min(mostConnections, Int(files.rlim_cur) / 2 - 100)
                let configuration = """
                    global
                        maxconn \(most)
                        nbthread 1
                    defaults
                        mode tcp
                        maxconn \(most)
                        timeout connect 5s
                        timeout client 1h
                        timeout server 1h
                    frontend door
                        bind 127.0.0.1:\(launch.port) backlog 4096
                        default_backend servers
                    backend servers
                        server one 127.0.0.1:\(port) send-proxy-v2

                    """
                let path = launch.directory + "/haproxy.cfg"
                try write(configuration, toFile: path)
                return ["-db", "-f", path]
            })
    }
}
