// What is measured: one table of scenarios, in the order they run. A scenario is a list of points,
// a point is one row per server in the report.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatJournal

/// One kind of figure.
enum Metric: String, CaseIterable {
    case deliveriesPerSecond = "deliveries_per_s"
    case processorMicroseconds = "server_cpu_us"
    case p50 = "p50_us"
    case p99 = "p99_us"
    case generatorLoad = "load_generator_cores"
    case setUpsPerSecond = "set_ups_per_s"
    case kilobytesPerConnection = "kb_per_connection"
    case setUpSeconds = "set_up_s"
    case milliseconds = "wall_ms"
    case worstMilliseconds = "worst_ms"
    case messagesPerSecond = "messages_per_s"
    case microseconds = "us_per_message"
    case processorShare = "server_cpu_percent"
    case requestsPerSecond = "requests_per_s"
    case kilobytes = "kb"

    /// The column's heading.
    var title: String {
        switch self {
        case .deliveriesPerSecond: "deliveries/s"
        case .processorMicroseconds: "µs CPU each"
        case .p50: "p50 µs"
        case .p99: "p99 µs"
        case .generatorLoad: "load cores"
        case .setUpsPerSecond: "set-ups/s"
        case .kilobytesPerConnection: "KB each"
        case .setUpSeconds: "set-up s"
        case .milliseconds: "ms"
        case .worstMilliseconds: "slowest ms"
        case .messagesPerSecond: "messages/s"
        case .microseconds: "µs"
        case .processorShare: "% of a core"
        case .requestsPerSecond: "requests/s"
        case .kilobytes: "KB"
        }
    }
}

/// How one point is measured.
enum Measurement {
    /// Messages to one room or many.
    case load(Shape, textBytes: Int, Flow)
    /// Connect, shake hands, leave: so many clients, a few at a time.
    case setUp(clients: Int, wave: Int)
    /// Resident memory of clients that are registered and silent.
    case idleMemory(clients: Int)
    /// A process from start to end.
    case startUp(runs: Int)
    /// Messages into the journal: senders, each alone in a room, who wait for acks.
    case journal(senders: Int, textBytes: Int, Durability, Flow)
    /// A database with so many messages opened, paged through and searched.
    case past(messages: Int)
    /// The figures of a month with so many journalled steps of visits.
    case statistics(events: Int)
    /// So many who wait for one slot.
    case queue(waiting: Int)
    /// What browsers and curl ask for.
    case web(WebTask)
    /// A server reached through `chatkit relay`.
    case relay(RelayTask)
    /// Decoding and encoding in this process.
    case codec
}

extension Measurement {
    /// Whether servers are given messages, in rounds that others can disturb.
    var hasMessages: Bool {
        switch self {
        case .load, .journal: true
        case .setUp, .idleMemory, .startUp, .codec, .past, .statistics, .queue, .web, .relay: false
        }
    }
}

/// One row per server.
struct Point {
    let title: String
    let measurement: Measurement
}

/// A named group of points.
struct Scenario {
    let name: String
    let title: String
    var points: [Point]
    let metrics: [Metric]
    /// Whether its first metric is shown as a share of the floor's.
    var comparesToFloor = true
    /// The servers that it is about, by name.
    var subjects = Subject.all.map(\.name).filter { !Subject.sockets.contains($0) }
}

/// How much of everything is measured.
enum Extent {
    /// Within a minute and a half.
    case quick
    /// Within ten minutes.
    case standard
}

extension Scenario {
    static let names = [
        "start", "codec", "fanout", "rooms", "latency", "journal", "past", "stats", "connect",
        "memory", "queue", "websocket", "http", "relay",
    ]

    /// The table.
    static func all(_ extent: Extent) -> [Scenario] {
        let quick = extent == .quick
        return [
            Scenario(
                name: "start", title: "Start-up",
                points: [
                    Point(
                        title: "chatkit --version",
                        measurement: .startUp(runs: quick ? 10 : 30))
                ],
                metrics: [.milliseconds], comparesToFloor: false),
            Scenario(
                name: "codec", title: "Codec in process",
                points: [
                    Point(title: "a JSON message, an HTTP request", measurement: .codec)
                ],
                metrics: [.microseconds], comparesToFloor: false),
            Scenario(
                name: "fanout", title: "Fan-out in one room", points: fanOut(quick: quick),
                metrics: [
                    .deliveriesPerSecond, .processorMicroseconds, .generatorLoad, .p50, .p99,
                ]),
            Scenario(
                name: "rooms", title: "Many small rooms",
                points: (quick ? [64] : [1, 64]).map { window in
                    load(
                        Shape(rooms: quick ? 200 : 500, receivers: 3), textBytes: 100,
                        .inFlight(window))
                },
                metrics: [
                    .deliveriesPerSecond, .processorMicroseconds, .generatorLoad, .p50, .p99,
                ],
                comparesToFloor: false),
            Scenario(
                name: "latency", title: "Latency at a steady rate",
                points: [load(Shape(receivers: 100), textBytes: 100, .perSecond(1000))],
                metrics: [.p50, .p99, .deliveriesPerSecond, .processorMicroseconds],
                comparesToFloor: false),
            Scenario(
                name: "journal", title: "Acked messages of 100 bytes from 64 senders",
                points: journal(quick: quick),
                metrics: [
                    .messagesPerSecond, .processorMicroseconds, .generatorLoad, .p50, .p99,
                ]),
            Scenario(
                name: "past", title: "A long past",
                points: [
                    Point(
                        title: quick ? "100 000 messages" : "1 000 000 messages",
                        measurement: .past(messages: quick ? 100_000 : 1_000_000))
                ],
                metrics: [.milliseconds, .worstMilliseconds, .messagesPerSecond],
                comparesToFloor: false),
            Scenario(
                name: "stats", title: "Statistics of a month",
                points: [
                    Point(
                        title: quick ? "100 000 events" : "1 000 000 events",
                        measurement: .statistics(events: quick ? 100_000 : 1_000_000))
                ],
                metrics: [.milliseconds, .worstMilliseconds, .messagesPerSecond],
                comparesToFloor: false),
            Scenario(
                name: "connect", title: "Connections set up, 32 at a time",
                points: [
                    Point(
                        title: quick ? "500 clients" : "1 000 clients",
                        measurement: .setUp(clients: quick ? 500 : 1000, wave: 32))
                ],
                metrics: [.setUpsPerSecond, .processorMicroseconds], comparesToFloor: true),
            Scenario(
                name: "memory", title: "Memory of idle connections",
                points: [
                    Point(
                        title: quick ? "2 000 clients" : "10 000 clients",
                        measurement: .idleMemory(clients: quick ? 2000 : 10_000))
                ],
                metrics: [.kilobytesPerConnection, .setUpSeconds], comparesToFloor: false,
                subjects: Subject.all.map(\.name)),
            Scenario(
                name: "queue", title: "A queue for one slot that is freed each second",
                points: [
                    Point(
                        title: quick ? "1 000 waiting" : "10 000 waiting",
                        measurement: .queue(waiting: quick ? 1000 : 10_000))
                ],
                metrics: [.processorShare, .p50, .p99], comparesToFloor: false),
            Scenario(
                name: "websocket", title: "Fan-out to WebSockets",
                points: [200, 1000].map {
                    load(Shape(receivers: $0), textBytes: 100, .inFlight(64))
                },
                metrics: [
                    .deliveriesPerSecond, .processorMicroseconds, .generatorLoad, .p50, .p99,
                ],
                subjects: ["floor"] + Subject.sockets),
            Scenario(
                name: "http", title: "HTTP with kept connections", points: WebTask.points,
                metrics: [.requestsPerSecond, .processorMicroseconds, .p50, .p99, .kilobytes],
                comparesToFloor: false),
            Scenario(
                name: "relay", title: "Through a relay", points: RelayTask.points(quick: quick),
                metrics: [
                    .messagesPerSecond, .setUpsPerSecond, .processorMicroseconds, .processorShare,
                    .kilobytesPerConnection, .milliseconds, .p50, .p99,
                ],
                comparesToFloor: false),
        ]
    }

    private static func fanOut(quick: Bool) -> [Point] {
        var points: [Point] = []
        for receivers in quick ? [200, 1000] : [10, 200, 1000] {
            for textBytes in quick ? [100] : [16, 100, 1000] {
                for window in quick ? [64] : [1, 64] {
                    points.append(
                        load(
                            Shape(receivers: receivers), textBytes: textBytes, .inFlight(window)))
                }
            }
        }
        return points
    }

    private static func journal(quick: Bool) -> [Point] {
        var points = Durability.allCases.reversed().map { durability in
            Point(
                title: "\(durability.rawValue) durability, 256 unacked each",
                measurement: .journal(senders: 64, textBytes: 100, durability, .inFlight(256)))
        }
        for durability in quick ? [.normal] : Durability.allCases.reversed() {
            points.append(
                Point(
                    title: "\(durability.rawValue) durability, 1 000 messages/s",
                    measurement: .journal(
                        senders: 64, textBytes: 100, durability, .perSecond(1000))))
        }
        return points
    }

    private static func load(_ shape: Shape, textBytes: Int, _ flow: Flow) -> Point {
        var words: [String] = []
        if shape.rooms > 0 {
            words.append("\(shape.rooms) rooms of \(shape.receivers + shape.publishers)")
        } else {
            words.append("\(grouped(shape.receivers)) receivers")
        }
        words.append("\(grouped(textBytes)) bytes")
        switch flow {
        case .inFlight(let window): words.append("\(window) in flight")
        case .perSecond(let rate): words.append("\(grouped(Int(rate))) messages/s")
        }
        return Point(
            title: words.joined(separator: ", "),
            measurement: .load(shape, textBytes: textBytes, flow))
    }
}
