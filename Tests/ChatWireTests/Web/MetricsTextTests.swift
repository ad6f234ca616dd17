// The numbers as Prometheus reads them: every family once, with its help and type, and nothing but
// samples after that.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import ChatTestKit
import Testing

@Suite("Metrics")
struct MetricsTextTests {
    private func scrape() throws -> [Substring] {
        var scene = WebScene()
        var loop = LoopCounts()
        loop.open = 3
        loop.bytesIn = 1000
        loop.irc = 2
        loop.turns.add(.microseconds(50))
        loop.turns.add(.milliseconds(30))
        scene.server.report.loops = [loop, loop]
        scene.server.report.threads = ["a", "b"]
        let ann = scene.person("ann")
        scene.say("hello", from: ann)
        let answer = try scene.get("/metrics")
        #expect(answer["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8")
        #expect(answer.body.hasSuffix("\n"))
        return answer.body.split(separator: "\n")
    }

    @Test("each family has its help and type in front of its samples, and stands there once")
    func families() throws {
        var current = ""
        var seen: Set<String> = []
        for line in try scrape() {
            let words = line.split(separator: " ")
            if line.hasPrefix("# HELP ") {
                current = String(words[2])
                #expect(seen.insert(current).inserted)
                #expect(words.count > 3)
            } else if line.hasPrefix("# TYPE ") {
                #expect(String(words[2]) == current)
                #expect(["counter", "gauge", "histogram"].contains(words[3]))
            } else {
                #expect(words.count == 2)
                #expect(line.hasPrefix(current))
                #expect(Double(words[1]) != nil)
            }
        }
        #expect(seen.count == MetricsText.families.count)
    }

    @Test("counters end in _total, and no name has anything but letters and underscores")
    func names() {
        for family in MetricsText.families {
            #expect((family.kind == .counter) == family.name.hasSuffix("_total"))
            #expect(family.name.allSatisfy { $0.isLowercase || $0 == "_" })
        }
    }

    @Test("the counts of all loops are added up, and histograms are cumulative")
    func values() throws {
        let lines = try scrape()
        #expect(lines.contains("chatkit_connections 6"))
        #expect(lines.contains("chatkit_protocols_total{protocol=\"irc\"} 4"))
        #expect(lines.contains("chatkit_messages_total 1"))
        #expect(lines.contains("chatkit_people 1"))
        #expect(lines.contains("chatkit_threads 2"))
        #expect(lines.contains("chatkit_visits_lost_total{reason=\"left\"} 0"))
        #expect(lines.contains("chatkit_loop_turn_seconds_bucket{le=\"0.0001\"} 2"))
        #expect(lines.contains("chatkit_loop_turn_seconds_bucket{le=\"0.1\"} 4"))
        #expect(lines.contains("chatkit_loop_turn_seconds_bucket{le=\"+Inf\"} 4"))
        #expect(lines.contains("chatkit_loop_turn_seconds_sum 0.0601"))
        #expect(lines.contains("chatkit_loop_turn_seconds_count 4"))
        #expect(lines.contains("chatkit_loop_turn_max_seconds{loop=\"1\"} 0.03"))
    }
}
