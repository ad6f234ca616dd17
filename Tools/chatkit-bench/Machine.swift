// What the figures were measured on, and which processors are used for what. With two or more
// processors every server has one to itself and the load generator another, on different cores
// where the machine says which those are.
// SPDX-License-Identifier: GPL-3.0-or-later
import CLoad
import Glibc

/// The machine, as the report names it.
struct Machine {
    let processor: String
    let processors: Int
    let kernel: String
    let date: String

    static func current() -> Machine {
        var processor = "unknown processor"
        for line in (contents(ofFile: "/proc/cpuinfo") ?? "").split(separator: "\n") {
            let parts = line.split(separator: ":", maxSplits: 1)
            if parts.count == 2, parts[0].hasPrefix("model name") {
                processor = String(parts[1]).trimmed
                break
            }
        }
        let kernel = contents(ofFile: "/proc/sys/kernel/osrelease")?.trimmed ?? "unknown"
        return Machine(
            processor: processor, processors: Placement.allowedProcessors().count,
            kernel: "Linux \(kernel)", date: utcNow())
    }

    /// The present minute as `2026-11-21 09:30 UTC`.
    private static func utcNow() -> String {
        var now = time(nil)
        var parts = tm()
        gmtime_r(&now, &parts)
        var text = [CChar](repeating: 0, count: 64)
        let count = strftime(&text, text.count, "%Y-%m-%d %H:%M UTC", &parts)
        return String(decoding: text[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

/// Where the servers and the load generator run.
enum Placement {
    /// Each on a processor of its own; one event loop a server.
    case pinned(server: Int32, load: Int32)
    /// Wherever the scheduler likes; chatkit with this many event loops, or its default.
    case free(threads: Int?)

    /// Pinned where there are two processors.
    static func standard() -> Placement {
        let allowed = allowedProcessors()
        guard let load = allowed.first, let last = allowed.last, load != last else {
            return .free(threads: 1)
        }
        let siblings = threadSiblings(of: load)
        let server = allowed.last { !siblings.contains($0) } ?? last
        return .pinned(server: server, load: load)
    }

    var isPinned: Bool {
        if case .pinned = self { true } else { false }
    }

    var serverProcessor: Int32 {
        if case .pinned(let server, _) = self { server } else { -1 }
    }

    /// The number of event loops chatkit is told to use.
    var threads: Int? {
        switch self {
        case .pinned: 1
        case .free(let threads): threads
        }
    }

    /// Puts the calling thread where load generators belong.
    func pinLoadGenerator() throws {
        if case .pinned(_, let load) = self, cload_pin(load) != 0 {
            throw BenchError(errno: "cannot pin to processor \(load)")
        }
    }

    var description: String {
        switch self {
        case .pinned(let server, let load):
            "each server pinned to processor \(server), the load generator to \(load)"
        case .free(let threads):
            "not pinned" + (threads.map { ", chatkit with \($0) event loops" } ?? "")
        }
    }

    /// The processors this process may use, ascending.
    static func allowedProcessors() -> [Int32] {
        var list = [Int32](repeating: 0, count: 1024)
        let count = cload_allowed(&list, Int32(list.count))
        return Array(list.prefix(Int(count)))
    }

    /// The processors that share a core with `processor`, itself among them.
    private static func threadSiblings(of processor: Int32) -> [Int32] {
        let path = "/sys/devices/system/cpu/cpu\(processor)/topology/thread_siblings_list"
        var result: [Int32] = []
        for part in (contents(ofFile: path) ?? "").trimmed.split(separator: ",") {
            let ends = part.split(separator: "-").compactMap { Int32($0) }
            guard let low = ends.first, let high = ends.last, low <= high else { continue }
            result += low...high
        }
        return result
    }
}
