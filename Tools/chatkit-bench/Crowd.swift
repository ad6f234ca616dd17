// The clients of one server: non-blocking connections that one epoll instance watches, each through
// its handshake. Connections are opened in waves, a wave is complete when everyone in it has been
// taken in. A connection that the server closes fails the whole crowd, with its last words.
// SPDX-License-Identifier: GPL-3.0-or-later
import CLoad
import Glibc

/// How many clients there are and where.
struct Shape: Hashable {
    /// Rooms of their own; 0 for the one room where everybody is.
    var rooms = 0
    /// Clients of a room that only receive.
    var receivers: Int
    /// Clients of a room that publish (and receive, where the server echoes).
    var publishers = 1

    var roomCount: Int { max(1, rooms) }
    var connections: Int { roomCount * (receivers + publishers) }
}

/// Connected clients.
final class Crowd {
    static let bufferBytes = 1 << 18

    let dialect: Dialect
    let shape: Shape
    /// Those who publish, by their index, with their seats.
    private(set) var publishers: [(index: Int, seat: Seat)] = []
    private var descriptors: [Int32] = []
    private let poll: Int32
    private let events: UnsafeMutablePointer<epoll_event>
    private let buffer: UnsafeMutablePointer<UInt8>
    private static let eventCapacity = 512

    /// Connects a crowd to `port`, `wave` clients at a time, the first one numbered `number`.
    init(
        port: UInt16, dialect: Dialect, shape: Shape, wave: Int, firstNumber number: Int = 0,
        joining: Bool = true, deadline: Deadline
    ) throws {
        self.dialect = dialect
        self.shape = shape
        poll = epoll_create1(0)
        events = .allocate(capacity: Crowd.eventCapacity)
        buffer = .allocate(capacity: Crowd.bufferBytes)
        descriptors.reserveCapacity(shape.connections)
        let perRoom = shape.receivers + shape.publishers
        var waiting: [Int: Handshake] = [:]
        for index in 0..<shape.connections {
            let seat = Seat(
                number: number + index, room: shape.rooms > 0 ? index / perRoom : nil,
                publishes: index % perRoom >= shape.receivers)
            if seat.publishes { publishers.append((index, seat)) }
            try open(port)
            let steps = joining ? dialect.handshake(seat) : dialect.registration(seat)
            var handshake = Handshake(steps: steps[...])
            if try handshake.begin(descriptors[index]) { waiting[index] = handshake }
            if waiting.count >= wave || index + 1 == shape.connections {
                try complete(&waiting, deadline: deadline)
            }
        }
    }

    deinit {
        for descriptor in descriptors { close(descriptor) }
        close(poll)
        events.deallocate()
        buffer.deallocate()
    }

    /// Hands everything that can be read now, or within `timeout` milliseconds, to `body`;
    /// returns how many connections had something. The server may close those in `leaving`.
    @inline(__always)
    func receive(
        timeout: Int32, leaving: Set<Int> = [],
        _ body: (_ index: Int, _ bytes: UnsafeBufferPointer<UInt8>) throws -> Void
    ) throws -> Int {
        let ready = epoll_wait(poll, events, Int32(Crowd.eventCapacity), timeout)
        guard ready > 0 else { return 0 }
        for position in 0..<Int(ready) {
            let index = Int(events[position].data.u32)
            let count = recv(
                descriptors[index], buffer, Crowd.bufferBytes, Int32(MSG_DONTWAIT))
            if count > 0 {
                try body(index, UnsafeBufferPointer(start: buffer, count: count))
            } else if count == 0, leaving.contains(index) {
                epoll_ctl(poll, EPOLL_CTL_DEL, descriptors[index], nil)
            } else if count == 0 || (errno != EAGAIN && errno != EINTR) {
                throw BenchError("the server closed connection \(index)")
            }
        }
        return Int(ready)
    }

    /// Sends all of `bytes` from one client; `whenFull` is called while the socket takes nothing.
    @inline(__always)
    func send(_ bytes: [UInt8], from index: Int, whenFull: () throws -> Void) throws {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes { bytes in
                Glibc.send(
                    descriptors[index], bytes.baseAddress.map { $0 + sent }, bytes.count - sent,
                    Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
            }
            if count >= 0 {
                sent += count
            } else if errno == EAGAIN {
                try whenFull()
            } else if errno != EINTR {
                throw BenchError(errno: "cannot send")
            }
        }
    }

    /// Reads and forgets until nothing has come for `quiet` milliseconds.
    func settle(quiet: Int32, deadline: Deadline) throws {
        while try receive(timeout: quiet, { _, _ in }) > 0 {
            if deadline.hasPassed { throw BenchError("the server did not come to rest") }
        }
    }

    private func open(_ port: UInt16) throws {
        guard let descriptor = connectToLoopback(port) else {
            throw BenchError(errno: "cannot open connection \(descriptors.count)")
        }
        var on: Int32 = 1
        setsockopt(
            descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
        var event = epoll_event()
        event.events = EPOLLIN.rawValue
        event.data.u32 = UInt32(descriptors.count)
        epoll_ctl(poll, EPOLL_CTL_ADD, descriptor, &event)
        descriptors.append(descriptor)
    }

    /// Serves the crowd until nobody is in a handshake any more.
    private func complete(_ waiting: inout [Int: Handshake], deadline: Deadline) throws {
        while let some = waiting.first {
            if deadline.hasPassed {
                throw BenchError(
                    "\(waiting.count) of \(shape.connections) clients were not taken in; "
                        + "one heard \(some.value.lastWords)")
            }
            _ = try receive(timeout: 100) { index, bytes in
                guard var handshake = waiting.removeValue(forKey: index) else { return }
                if try handshake.received(bytes, descriptors[index]) {
                    waiting[index] = handshake
                }
            }
        }
    }
}

/// How far one client is in its handshake.
private struct Handshake {
    private var steps: ArraySlice<Exchange>
    private var heard: [UInt8] = []

    init(steps: ArraySlice<Exchange>) { self.steps = steps }

    /// The last of what the server said.
    var lastWords: String {
        "\"" + String(decoding: heard.suffix(120), as: UTF8.self).trimmed + "\""
    }

    /// Sends the first step; false when there is nothing to wait for.
    mutating func begin(_ descriptor: Int32) throws -> Bool {
        guard let step = steps.first else { return false }
        guard send(descriptor, step.send, step.send.count, Int32(MSG_NOSIGNAL)) > 0
        else { throw BenchError(errno: "cannot send a handshake") }
        return true
    }

    /// Goes on with what was received; false when the handshake is complete.
    mutating func received(
        _ bytes: UnsafeBufferPointer<UInt8>, _ descriptor: Int32
    ) throws -> Bool {
        guard let step = steps.first else { return false }
        let searchedBefore = max(0, heard.count - step.until.count)
        heard += bytes
        guard heard.contains(step.until, from: searchedBefore) else { return true }
        heard.removeAll()
        steps.removeFirst()
        return try begin(descriptor)
    }
}

extension [UInt8] {
    /// Whether `other` occurs at or after `start`. The empty sequence occurs everywhere.
    fileprivate func contains(_ other: [UInt8], from start: Int) -> Bool {
        guard let first = other.first else { return true }
        var index = start
        while let found = self[index...].firstIndex(of: first), found + other.count <= count {
            if self[found..<found + other.count].elementsEqual(other) { return true }
            index = found + 1
        }
        return false
    }
}
