// One encoding of a turn's events in one wire format, shared by everyone who gets it.
// Immutable once built, so it may be read by any thread; the memory lives as long as a reference.
// SPDX-License-Identifier: GPL-3.0-or-later

/// Encoded events, written to many sockets from one place in memory.
package final class SharedBatch: Sendable {
    // Written in init only, freed in deinit only: immutable in between.
    nonisolated(unsafe) private let memory: UnsafeMutableRawBufferPointer
    /// Where each event ends, in bytes from the start: slices leave an event out.
    package let ends: [Int]

    /// Copies the readable bytes of `buffer`.
    package init(_ buffer: ByteBuffer, ends: [Int] = []) {
        let copy = UnsafeMutableRawBufferPointer.allocate(
            byteCount: buffer.readableBytes, alignment: 1)
        buffer.withReadable { copy.copyMemory(from: $0) }
        memory = copy
        self.ends = ends
    }

    deinit { memory.deallocate() }

    package var count: Int { memory.count }

    /// The bytes. The pointer is valid as long as this object is referenced.
    package var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(memory) }

    /// Where event `index` begins.
    package func start(of index: Int) -> Int {
        index <= 0 ? 0 : index <= ends.count ? ends[index - 1] : count
    }
}

/// A part of a batch that is still to be sent.
package struct BatchSlice: Sendable {
    package let batch: SharedBatch
    package var range: Range<Int>

    package init(_ batch: SharedBatch, _ range: Range<Int>) {
        self.batch = batch
        self.range = range.clamped(to: 0..<batch.count)
    }

    package init(_ batch: SharedBatch) { self.init(batch, 0..<batch.count) }

    package var count: Int { range.count }

    package var bytes: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: batch.bytes[range])
    }
}
