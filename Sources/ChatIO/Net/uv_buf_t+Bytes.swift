// Bytes as libuv takes them.
// SPDX-License-Identifier: GPL-3.0-or-later
import CLibuv

extension uv_buf_t {
    /// libuv only reads from it, but its type cannot say so.
    package init(_ bytes: UnsafeRawBufferPointer) {
        self = uv_buf_init(
            UnsafeMutablePointer(mutating: bytes.baseAddress?.assumingMemoryBound(to: CChar.self)),
            UInt32(bytes.count))
    }
}
