// The buffer every decoder reads from and every encoder writes to.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import ChatTestKit
import Testing

@Suite("ByteBuffer")
struct ByteBufferTests {
    @Test("what was written is read once, in order")
    func writeAndRead() {
        var buffer = ByteBuffer("abc")
        buffer.write([0x64, 0x65])
        #expect(buffer.readableBytes == 5)
        #expect(buffer.read(2).map(Array.init) == Array("ab".utf8))
        #expect(buffer.text == "cde")
        #expect(buffer.read(3).map(Array.init) == Array("cde".utf8))
        #expect(buffer.isEmpty)
        #expect(buffer.writerIndex == 5)
    }

    @Test("reading more than there is, or less than nothing, is nil and consumes nothing")
    func readPastTheEnd() {
        var buffer = ByteBuffer("ab")
        #expect(buffer.read(3) == nil)
        #expect(buffer.read(-1) == nil)
        #expect(buffer.read(.max) == nil)
        #expect(buffer.readableBytes == 2)
        #expect(buffer.read(0)?.isEmpty == true)
    }

    @Test("peeking counts from the reader index and never leaves the buffer")
    func peek() {
        var buffer = ByteBuffer("abc")
        buffer.skip(1)
        #expect(buffer.peek() == 0x62)
        #expect(buffer.peek(1) == 0x63)
        #expect(buffer.peek(2) == nil)
        #expect(buffer.peek(-1) == nil)
        #expect(buffer.peek(.max) == nil)
    }

    @Test("skipping is limited by what there is")
    func skip() {
        var buffer = ByteBuffer("abc")
        buffer.skip(-5)
        #expect(buffer.readableBytes == 3)
        buffer.skip(.max)
        #expect(buffer.isEmpty)
        buffer.skip(1)
        #expect(buffer.readableBytes == 0)
    }

    @Test("discarding what was read keeps what was not")
    func discard() {
        var buffer = ByteBuffer("abcdef")
        buffer.skip(4)
        buffer.discardReadBytes()
        #expect(buffer.readerIndex == 0)
        #expect(buffer.text == "ef")
        buffer.clear()
        #expect(buffer.isEmpty)
        #expect(buffer.writerIndex == 0)
        buffer.write("x")
        buffer.release()
        #expect(buffer.isEmpty)
    }

    @Test("truncating takes back what was written, never what was read")
    func truncate() {
        var buffer = ByteBuffer("abcdef")
        buffer.skip(2)
        buffer.truncate(to: 4)
        #expect(buffer.text == "cd")
        buffer.truncate(to: 100)
        #expect(buffer.text == "cd")
        buffer.truncate(to: 0)
        #expect(buffer.isEmpty)
        #expect(buffer.readerIndex == 2)
    }

    @Test("the distance to a byte is counted from the reader index")
    func distance() {
        var buffer = ByteBuffer("a\nb\nc")
        #expect(buffer.distance(to: 0x0A) == 1)
        #expect(buffer.distance(to: 0x0A, startingAt: 2) == 3)
        buffer.skip(2)
        #expect(buffer.distance(to: 0x0A) == 1)
        #expect(buffer.distance(to: 0x0A, startingAt: 2) == nil)
        #expect(buffer.distance(to: 0x7A) == nil)
        #expect(ByteBuffer().distance(to: 0) == nil)
    }

    @Test(
        "whole numbers are written as Swift writes them",
        arguments: [
            0, 1, 9, 10, 99, 100, 12_345, Int64.max, .min, -1, -10, 1_000_000_000_000_000_000,
        ])
    func decimals(number: Int64) {
        var buffer = ByteBuffer()
        buffer.write(decimal: number)
        #expect(buffer.text == String(number))
    }

    @Test("the largest number of all is written in full")
    func largestDecimal() {
        var buffer = ByteBuffer()
        buffer.write(decimal: UInt64.max)
        #expect(buffer.text == "18446744073709551615")
    }

    @Test("what was written can be changed in place, from any byte of it on")
    func changedInPlace() {
        var buffer = ByteBuffer("abcdef")
        buffer.skip(1)
        buffer.withWritten(from: 4) { $0[0] = UInt8(ascii: "X") }
        #expect(buffer.text == "bcdXf")
        for start in [6, 7, Int.max] {
            #expect(buffer.withWritten(from: start) { $0.isEmpty })
        }
        #expect(buffer.withWritten(from: -1) { $0.count } == 6)
    }

    @Test("padded numbers have their width")
    func padded() {
        var buffer = ByteBuffer()
        buffer.write(padded: 7, width: 2)
        buffer.write(padded: 123, width: 3)
        buffer.write(padded: 2026, width: 4)
        buffer.write(padded: 5, width: 1)
        #expect(buffer.text == "0712320265")
    }

    @Test("a buffer behaves like an array of bytes and a position, whatever is done to it")
    func model() {
        var random = SeededRandom(seed: 7)
        var buffer = ByteBuffer()
        var unread: [UInt8] = []
        for _ in 0..<4000 {
            let size = Int.random(in: -2...40, using: &random)
            switch Int.random(in: 0..<7, using: &random) {
            case 0, 1:
                let bytes = random.bytes(size)
                buffer.write(bytes)
                unread += bytes
            case 2:
                let read = buffer.read(size)
                #expect((read != nil) == (size >= 0 && size <= unread.count))
                if let read {
                    #expect(Array(read) == Array(unread.prefix(size)))
                    unread.removeFirst(size)
                }
            case 3:
                buffer.skip(size)
                unread.removeFirst(min(max(0, size), unread.count))
            case 4: buffer.discardReadBytes()
            case 5:
                let byte = UInt8.random(in: 0...255, using: &random)
                #expect(buffer.distance(to: byte) == unread.firstIndex(of: byte))
            default:
                #expect(buffer.peek(size) == (unread.indices.contains(size) ? unread[size] : nil))
            }
            #expect(buffer.readableBytes == unread.count)
        }
        #expect(Array(buffer.readable) == unread)
    }
}
