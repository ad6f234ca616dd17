// Writing to a socket at once: send(2), where libuv would use write(2), which goes through the file layer
// first; for a small message that is some hundredths of all that it costs.
// SPDX-License-Identifier: GPL-3.0-or-later
import CLibuv
import Glibc

/// Sends at once.
package enum SocketWrite {
    /// Sends what the socket takes without waiting, perhaps nothing; nil: the connection is broken.
    @inline(__always)
    package static func send(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) -> Int? {
        // A peer that is gone is no signal.
        let flags = Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT)
        let count = Glibc.send(descriptor, bytes.baseAddress, bytes.count, flags)
        if count >= 0 { return count }
        return errno == EAGAIN || errno == EINTR ? 0 : nil
    }
}

/// Looks without taking.
package enum SocketRead {
    /// Whether there is something to read: bytes, or the end.
    package static func hasInput(_ descriptor: Int32) -> Bool {
        var byte: UInt8 = 0
        return recv(descriptor, &byte, 1, Int32(MSG_PEEK) | Int32(MSG_DONTWAIT)) >= 0
    }
}
