// A stream of bytes both ways, with somebody who hears of it: a TCP connection (`RelayStream`), or what is
// carried by others (`EngineIOPipe` towards a client, `EngineIOUplink` towards a server). What a relay
// does for a client does not depend on which it is. Confined to the relay's thread.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore

/// Who hears of a stream.
protocol ByteStreamOwner: AnyObject {
    func stream(_ stream: any ByteStream, received bytes: UnsafeRawBufferPointer)
    /// The peer sends no more.
    func streamEnded(_ stream: any ByteStream)
    /// The stream broke, or could not be made. It is closed already.
    func streamFailed(_ stream: any ByteStream)
    /// Everything that was written is on its way.
    func streamDrained(_ stream: any ByteStream)
}

/// A stream.
protocol ByteStream: AnyObject {
    /// They hold each other until the stream is closed.
    var owner: (any ByteStreamOwner)? { get set }
    /// Bytes that were written and not taken yet.
    var queuedBytes: Int { get }
    /// The peer sends no more.
    var hasEnded: Bool { get }
    /// Whether something waits in a socket to be read.
    var hasUnread: Bool { get }
    /// Nothing more is sent.
    var isShut: Bool { get }
    var isClosed: Bool { get }
    /// Where the peer connects from, or where it was connected to.
    var peer: IPEndpoint? { get }
    /// Our own end.
    var local: IPEndpoint? { get }

    /// Reads until told otherwise.
    func startReading()
    /// Reads no more for now.
    func stopReading()
    /// Writes; what is not taken at once is kept in memory, and counted.
    func write(_ bytes: UnsafeRawBufferPointer)
    /// Ends our direction behind what was written.
    func shutDown()
    /// Closes it now; the owner hears nothing more.
    func close()
}

extension ByteStream {
    /// Writes; what is not taken at once is kept in memory, and counted.
    func write(_ bytes: some Collection<UInt8>) {
        let done: Void? = bytes.withContiguousStorageIfAvailable {
            write(UnsafeRawBufferPointer($0))
        }
        if done == nil { Array(bytes).withUnsafeBytes { write($0) } }
    }
}

extension ByteStream {
    /// Where there is no socket, nothing waits in one.
    var hasUnread: Bool { false }
}
