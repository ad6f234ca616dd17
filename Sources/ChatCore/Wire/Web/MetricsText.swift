// The server's numbers as Prometheus reads them: text exposition format 0.0.4. One table of families, so
// that every family has its help and its type, once, in front of its samples.
// https://prometheus.io/docs/instrumenting/exposition_formats/
// SPDX-License-Identifier: GPL-3.0-or-later

package enum MetricsText {
    /// The media type of the format.
    package static let contentType: StaticString = "text/plain; version=0.0.4; charset=utf-8"

    /// A family of samples.
    package struct Family: Sendable {
        package enum Kind: String, Sendable { case counter, gauge, histogram }

        package let name: String
        package let kind: Kind
        package let help: String
        fileprivate let write: @Sendable (inout Samples) -> Void

        fileprivate init(
            _ name: String, _ kind: Kind, _ help: String,
            _ write: @escaping @Sendable (inout Samples) -> Void
        ) {
            self.name = "chatkit_" + name
            self.kind = kind
            self.help = help
            self.write = write
        }
    }

    /// Where a family writes its samples.
    fileprivate struct Samples {
        let shell: ServerReport
        let hub: HubReport
        let all: LoopCounts
        var name = ""
        var out = ByteBuffer()

        mutating func add(_ value: some BinaryInteger, _ labels: String = "", suffix: String = "") {
            begin(labels, suffix)
            out.write(decimal: value)
            out.write(UInt8(ascii: "\n"))
        }

        mutating func add(seconds: Duration, _ labels: String = "", suffix: String = "") {
            begin(labels, suffix)
            out.write(nanoseconds: seconds.wholeNanoseconds)
            out.write(UInt8(ascii: "\n"))
        }

        mutating func add(_ histogram: TimeHistogram) {
            var sum: UInt64 = 0
            for (index, count) in histogram.counts.enumerated() {
                sum += count
                var bound = ByteBuffer("+Inf")
                if index < TimeHistogram.bounds.count {
                    bound = ByteBuffer()
                    bound.write(nanoseconds: TimeHistogram.bounds[index] * 1000)
                }
                add(sum, "le=\"\(bound.text)\"", suffix: "_bucket")
            }
            add(seconds: histogram.total, suffix: "_sum")
            add(sum, suffix: "_count")
        }

        private mutating func begin(_ labels: String, _ suffix: String) {
            out.write(name)
            out.write(suffix)
            if !labels.isEmpty { out.write("{\(labels)}") }
            out.write(UInt8(ascii: " "))
        }
    }

    /// Everything that is exposed.
    package static let families = [
        Family("connections", .gauge, "Connections there are.") { $0.add($0.all.open) },
        Family("connections_total", .counter, "Connections there were.") {
            $0.add($0.all.accepted)
        },
        Family("protocols_total", .counter, "Connections by what their first bytes said.") {
            let all = $0.all
            for (name, count) in [
                ("plain", all.plain), ("json", all.json), ("irc", all.irc), ("http", all.http),
                ("tls", all.tls), ("proxy", all.proxy),
            ] {
                $0.add(count, "protocol=\"\(name)\"")
            }
        },
        Family("upgrades_total", .counter, "HTTP connections that became something else.") {
            $0.add($0.all.webSockets, "to=\"websocket\"")
            $0.add($0.all.eventStreams, "to=\"events\"")
        },
        Family("socketio_sessions", .gauge, "Socket.IO sessions there are.") {
            $0.add($0.all.openSessions)
        },
        Family("socketio_sessions_total", .counter, "Socket.IO sessions there were.") {
            $0.add($0.all.sessions)
        },
        Family("received_bytes_total", .counter, "Bytes read from clients.") {
            $0.add($0.all.bytesIn)
        },
        Family("sent_bytes_total", .counter, "Bytes written to clients.") {
            $0.add($0.all.bytesOut)
        },
        Family("requests_total", .counter, "Requests passed to the hub.") {
            $0.add($0.all.requests)
        },
        Family("messages_total", .counter, "Messages accepted in rooms.") {
            $0.add($0.hub.statistics.messages)
        },
        Family("deliveries_total", .counter, "Room events sent, times those they were sent to.") {
            $0.add($0.all.deliveries)
        },
        Family("slow_consumers_total", .counter, "Clients dropped because they did not read.") {
            $0.add($0.all.slowConsumers)
        },
        Family("backlog_max_bytes", .gauge, "The most bytes that ever waited for one client.") {
            $0.add($0.all.longestBacklog)
        },
        Family("loop_turn_seconds", .histogram, "How long turns of the event loops took.") {
            $0.add($0.all.turns)
        },
        Family("loop_turn_max_seconds", .gauge, "The longest turn of each event loop.") {
            for (index, loop) in $0.shell.loops.enumerated() {
                $0.add(seconds: loop.turns.longest, "loop=\"\(index)\"")
            }
        },
        Family("journal_waiting", .gauge, "Records that wait to be committed.") {
            $0.add($0.shell.journal.waiting)
        },
        Family("journal_records_total", .counter, "Records committed.") {
            $0.add($0.shell.journal.committed)
        },
        Family("journal_commit_seconds", .histogram, "How long commits took.") {
            $0.add($0.shell.journal.commits)
        },
        Family("people", .gauge, "People who are here.") { $0.add($0.hub.statistics.people) },
        Family("people_max", .gauge, "The most people who were here at the same time.") {
            $0.add($0.hub.statistics.mostPeople)
        },
        Family("listeners", .gauge, "Readers of event streams.") { $0.add($0.hub.listeners) },
        Family("rooms", .gauge, "Rooms there are.") { $0.add($0.hub.statistics.rooms) },
        Family("visits_approached_total", .counter, "Clients that asked to be served.") {
            $0.add($0.hub.admission.approached)
        },
        Family("visits_attended_total", .counter, "Clients that were attended.") {
            $0.add($0.hub.admission.attended)
        },
        Family("visits_lost_total", .counter, "Clients that were lost, and why.") {
            for reason in LossReason.allCases {
                $0.add($0.hub.admission.lost[reason] ?? 0, "reason=\"\(reason.rawValue)\"")
            }
        },
        Family("visits_waiting", .gauge, "Clients that wait and were never attended.") {
            $0.add($0.hub.admission.waiting)
        },
        Family("visits_serving", .gauge, "Clients with a slot that are not attended yet.") {
            $0.add($0.hub.admission.serving)
        },
        Family("oldest_wait_seconds", .gauge, "How long the head of the queue has waited.") {
            $0.add(seconds: $0.hub.oldestWait ?? .zero)
        },
        Family("relay_servers", .gauge, "Servers of a relay by their state.") {
            let servers = $0.hub.servers
            guard !servers.isEmpty else { return }
            for state in ServerState.allCases {
                let count = servers.count { $0.state == state }
                $0.add(count, "state=\"\(state.rawValue)\"")
            }
        },
        Family("relay_slots_used", .gauge, "Slots taken at a relay's servers.") {
            let servers = $0.hub.servers
            if !servers.isEmpty { $0.add(servers.reduce(0) { $0 &+ $1.inUse }) }
        },
        Family("ratings_total", .counter, "Ratings by stars.") {
            let stars = $0.hub.figures?.ever.stars ?? []
            for (index, count) in stars.enumerated() { $0.add(count, "stars=\"\(index + 1)\"") }
        },
        Family("threads", .gauge, "Threads of the process.") { $0.add($0.shell.threads.count) },
        Family("memory_bytes", .gauge, "Resident memory of the process.") {
            $0.add($0.shell.memoryBytes)
        },
        Family("start_time_seconds", .gauge, "When the server was started, since 1970.") {
            $0.add($0.hub.startedAt.milliseconds / 1000)
        },
    ]

    /// Writes every family.
    package static func encode(
        _ shell: ServerReport, _ hub: HubReport, into out: inout ByteBuffer
    ) {
        var samples = Samples(shell: shell, hub: hub, all: shell.sum)
        for family in families {
            samples.name = family.name
            samples.out.write("# HELP \(family.name) \(family.help)\n")
            samples.out.write("# TYPE \(family.name) \(family.kind.rawValue)\n")
            family.write(&samples)
        }
        out.write(samples.out.readable)
    }
}

extension ServerReport {
    /// The counts of all loops together.
    package var sum: LoopCounts {
        var sum = LoopCounts()
        for loop in loops {
            sum.open += loop.open
            sum.accepted += loop.accepted
            sum.bytesIn += loop.bytesIn
            sum.bytesOut += loop.bytesOut
            sum.requests += loop.requests
            sum.deliveries += loop.deliveries
            sum.slowConsumers += loop.slowConsumers
            sum.longestBacklog = max(sum.longestBacklog, loop.longestBacklog)
            sum.plain += loop.plain
            sum.json += loop.json
            sum.irc += loop.irc
            sum.http += loop.http
            sum.tls += loop.tls
            sum.proxy += loop.proxy
            sum.webSockets += loop.webSockets
            sum.eventStreams += loop.eventStreams
            sum.sessions += loop.sessions
            sum.openSessions += loop.openSessions
            sum.turns.add(loop.turns)
        }
        return sum
    }
}

extension ByteBuffer {
    /// Writes a time as seconds with as many decimals as it has.
    fileprivate mutating func write(nanoseconds: Int64) {
        let time = max(0, nanoseconds)
        write(decimal: time / 1_000_000_000)
        var rest = time % 1_000_000_000
        guard rest > 0 else { return }
        write(UInt8(ascii: "."))
        var scale: Int64 = 100_000_000
        while rest > 0 {
            write(UInt8(ascii: "0") + UInt8(rest / scale))
            rest %= scale
            scale /= 10
        }
    }
}
