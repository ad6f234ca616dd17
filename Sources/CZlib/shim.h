// zlib, as the system has it, and what its header says in macros: raw streams, without a header.
// SPDX-License-Identifier: GPL-3.0-or-later
#include <zlib.h>

/// Begins to deflate with a window of 2 to the power of `window_bits`, 9…15.
static inline int czlib_begin_deflate(z_stream *stream, int level, int window_bits) {
    return deflateInit2(stream, level, Z_DEFLATED, -window_bits, 8, Z_DEFAULT_STRATEGY);
}

/// Begins to inflate what any window was used for.
static inline int czlib_begin_inflate(z_stream *stream) { return inflateInit2(stream, -15); }
