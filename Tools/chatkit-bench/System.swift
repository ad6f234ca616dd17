// The few system facts that several parts of the benchmark need: time, errors, free ports, files.
// SPDX-License-Identifier: GPL-3.0-or-later
import Glibc

/// Something that kept a measurement from being made, in words for the table.
struct BenchError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }

    /// What failed, with the reason that the last system call left behind.
    init(errno what: String) { description = "\(what): \(String(cString: strerror(errno)))" }
}

/// Nanoseconds of the monotonic clock.
func monotonicNanoseconds() -> UInt64 {
    var now = timespec()
    clock_gettime(CLOCK_MONOTONIC, &now)
    return UInt64(now.tv_sec) &* 1_000_000_000 &+ UInt64(now.tv_nsec)
}

/// Seconds since `start`, a value of `monotonicNanoseconds`.
func secondsSince(_ start: UInt64) -> Double {
    Double(monotonicNanoseconds() &- start) / 1e9
}

/// A moment after which nothing new is begun.
struct Deadline {
    let nanoseconds: UInt64

    init(in seconds: Double) {
        nanoseconds = monotonicNanoseconds() + UInt64(max(0, seconds) * 1e9)
    }

    var hasPassed: Bool { monotonicNanoseconds() >= nanoseconds }
}

/// The address `port` on the IPv4 loopback.
func loopback(_ port: UInt16) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    return address
}

/// A TCP port on the loopback that nobody listens on at the moment.
func freePort() throws -> UInt16 {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    guard descriptor >= 0 else { throw BenchError(errno: "cannot make a socket") }
    defer { close(descriptor) }
    var address = loopback(0)
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let result = withUnsafeMutablePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
            bind(descriptor, generic, length) == 0
                ? getsockname(descriptor, generic, &length) : -1
        }
    }
    guard result == 0 else { throw BenchError(errno: "cannot find a free port") }
    return UInt16(bigEndian: address.sin_port)
}

/// A blocking connection to `port` on the loopback, or nil with errno set.
func connectToLoopback(_ port: UInt16) -> Int32? {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    guard descriptor >= 0 else { return nil }
    var address = loopback(port)
    let result = withUnsafePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
            connect(descriptor, generic, socklen_t(MemoryLayout<sockaddr_in>.size))
        }
    }
    guard result == 0 else {
        let reason = errno
        close(descriptor)
        errno = reason
        return nil
    }
    return descriptor
}

/// The content of a small file, or nil.
func contents(ofFile path: String) -> String? {
    guard let file = fopen(path, "r") else { return nil }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 8192)
    while bytes.count < 1 << 20 {
        let count = fread(&chunk, 1, chunk.count, file)
        if count == 0 { break }
        bytes += chunk[..<count]
    }
    return String(decoding: bytes, as: UTF8.self)
}

/// Writes a file whole.
func write(_ text: String, toFile path: String) throws {
    guard let file = fopen(path, "w") else { throw BenchError(errno: "cannot write \(path)") }
    let written = fputs(text, file) >= 0
    guard fclose(file) == 0, written else { throw BenchError(errno: "cannot write \(path)") }
}

/// The names in a directory, without `.` and `..`.
func names(inDirectory path: String) -> [String] {
    guard let directory = opendir(path) else { return [] }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
        let name = withUnsafePointer(to: &entry.pointee.d_name) { tuple in
            tuple.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
        }
        if name != "." && name != ".." { names.append(name) }
    }
    return names
}

/// Removes a directory of the benchmark's own and the files in it.
func removeDirectory(_ path: String) {
    for name in names(inDirectory: path) where unlink("\(path)/\(name)") != 0 {
        removeDirectory("\(path)/\(name)")
    }
    rmdir(path)
}

extension String {
    /// The text without the white space at both ends.
    var trimmed: String {
        var rest = Substring(self)
        while rest.first?.isWhitespace == true { rest.removeFirst() }
        while rest.last?.isWhitespace == true { rest.removeLast() }
        return String(rest)
    }

    /// Padded with blanks to `width` characters: on the right, or on the left for numbers.
    func padded(to width: Int, number: Bool = false) -> String {
        let blanks = String(repeating: " ", count: max(0, width - count))
        return number ? blanks + self : self + blanks
    }
}

/// Writes a line to standard error.
func printError(_ line: String) {
    let bytes = Array("\(line)\n".utf8)
    _ = Glibc.write(STDERR_FILENO, bytes, bytes.count)
}
