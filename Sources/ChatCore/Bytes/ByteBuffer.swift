// A growable run of bytes with a reader index: what decoders read from and encoders write to.
// Invariant: 0 ≤ readerIndex ≤ storage.count. Reading past the end is a nil, never a trap.
// SPDX-License-Identifier: GPL-3.0-or-later

/// Bytes waiting to be decoded or sent.
package struct ByteBuffer: Sendable {
    package private(set) var storage: [UInt8]
    package private(set) var readerIndex = 0

    package init() { storage = [] }

    package init(_ bytes: some Sequence<UInt8>) { storage = Array(bytes) }

    package init(_ text: String) { storage = Array(text.utf8) }

    package init(reservingCapacity capacity: Int) {
        storage = []
        storage.reserveCapacity(capacity)
    }

    /// Bytes not read yet.
    package var readableBytes: Int { storage.count - readerIndex }

    package var isEmpty: Bool { readerIndex == storage.count }

    /// All unread bytes.
    package var readable: ArraySlice<UInt8> { storage[readerIndex...] }

    /// The unread byte at `offset` from the reader index, or nil past the end.
    package func peek(_ offset: Int = 0) -> UInt8? {
        offset >= 0 && offset < readableBytes ? storage[readerIndex + offset] : nil
    }

    /// The unread bytes as text; ill-formed UTF-8 is repaired. For tests and diagnostics.
    package var text: String { String(decoding: readable, as: UTF8.self) }

    /// Reads with a pointer that is valid inside `body` only.
    package func withReadable<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        try storage.withUnsafeBytes {
            try body(UnsafeRawBufferPointer(rebasing: $0[readerIndex...]))
        }
    }

    /// The distance from the reader index to the first `byte`, or nil.
    package func distance(to byte: UInt8, startingAt offset: Int = 0) -> Int? {
        withReadable { ByteScan.firstIndex(of: byte, in: $0, from: offset) }
    }

    /// Consumes `count` bytes; more than there are consumes all.
    package mutating func skip(_ count: Int) {
        readerIndex += min(max(0, count), readableBytes)
    }

    /// Takes the next `count` bytes, or nil when there are fewer.
    package mutating func read(_ count: Int) -> ArraySlice<UInt8>? {
        guard count >= 0, count <= readableBytes else { return nil }
        let slice = storage[readerIndex..<readerIndex + count]
        readerIndex += count
        return slice
    }

    /// Forgets everything, keeping the capacity for the next use.
    package mutating func clear() {
        storage.removeAll(keepingCapacity: true)
        readerIndex = 0
    }

    /// Forgets everything and gives the memory back.
    package mutating func release() { self = ByteBuffer() }

    /// Forgets what was written after the first `count` bytes of storage.
    package mutating func truncate(to count: Int) {
        guard count < storage.count else { return }
        storage.removeLast(storage.count - max(count, readerIndex))
    }

    /// Moves the unread bytes to the front.
    package mutating func discardReadBytes() {
        guard readerIndex > 0 else { return }
        storage.removeSubrange(0..<readerIndex)
        readerIndex = 0
    }
}

// MARK: - Writing

extension ByteBuffer {
    /// Bytes written so far, read or not.
    package var writerIndex: Int { storage.count }

    package mutating func write(_ byte: UInt8) { storage.append(byte) }

    /// Changes what was written from byte `start` of storage on, in place. The pointer is valid
    /// inside `body` only.
    package mutating func withWritten<R>(
        from start: Int, _ body: (UnsafeMutableRawBufferPointer) throws -> R
    ) rethrows -> R {
        let start = min(max(0, start), storage.count)
        return try storage.withUnsafeMutableBytes {
            try body(UnsafeMutableRawBufferPointer(rebasing: $0[start...]))
        }
    }

    package mutating func write(_ text: String) {
        var text = text
        text.withUTF8 { storage.append(contentsOf: $0) }
    }

    package mutating func write(_ text: Substring) {
        var text = text
        text.withUTF8 { storage.append(contentsOf: $0) }
    }

    package mutating func write(literal text: StaticString) {
        storage.append(
            contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    package mutating func write(_ bytes: [UInt8]) { storage.append(contentsOf: bytes) }

    package mutating func write(_ bytes: ArraySlice<UInt8>) { storage.append(contentsOf: bytes) }

    package mutating func write(_ bytes: UnsafeRawBufferPointer) {
        storage.append(contentsOf: bytes)
    }

    /// Writes `number` in decimal.
    package mutating func write(decimal number: some BinaryInteger) {
        var value = UInt64(clamping: number.magnitude)
        if number < 0 { write(UInt8(ascii: "-")) }
        if value < 10 { return write(UInt8(ascii: "0") + UInt8(value)) }
        var digits = 0
        var scale: UInt64 = 1
        while digits < 19, value / scale >= 10 {
            scale *= 10
            digits += 1
        }
        while true {
            write(UInt8(ascii: "0") + UInt8(value / scale))
            value %= scale
            if scale == 1 { break }
            scale /= 10
        }
    }

    /// Writes `number` in decimal with leading zeroes up to `width` digits.
    package mutating func write(padded number: Int, width: Int) {
        var scale = 1
        for _ in 1..<max(1, width) { scale *= 10 }
        var value = abs(number) % (scale * 10)
        while scale > 0 {
            write(UInt8(ascii: "0") + UInt8(value / scale))
            value %= scale
            scale /= 10
        }
    }
}
