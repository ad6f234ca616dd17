// The cost of JSON on the wire, in this process: one message decoded and its delivery encoded.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore

enum CodecMeasurement {
    static func rows() -> [Row] { [] }
}
