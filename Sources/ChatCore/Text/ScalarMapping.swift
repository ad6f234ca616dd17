// A table of UnicodeTables, unpacked once for looking things up. Invariant: `keys` grows, and the values
// of the key at `index` are `values[starts[index]..<starts[index + 1]]`.
// SPDX-License-Identifier: GPL-3.0-or-later

/// What some scalars become; all others stay as they are.
struct ScalarMapping: Sendable {
    private var keys: [UInt32] = []
    private var starts: [UInt16] = [0]
    private var values: [UInt32] = []
    /// For each 256 scalars, where their keys begin; one more entry at the end.
    private var pages: [UInt16] = []

    /// Unpacks a table. Its form is the generator's: what is malformed is our own bug.
    init(_ table: StaticString) {
        var found: [(key: UInt32, value: [UInt32])] = []
        table.withUTF8Buffer { bytes in
            let words = bytes.split { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\n") }
            for word in words {
                let sides = word.split(separator: UInt8(ascii: "="))
                let key = sides[0].split(separator: UInt8(ascii: ".")).map(ScalarMapping.number)
                let targets = sides[1].split(separator: UInt8(ascii: ",")).map {
                    $0.split(separator: UInt8(ascii: "+")).map(ScalarMapping.number)
                }
                if key.count == 3 {
                    for scalar in stride(from: key[0], through: key[1], by: Int(key[2])) {
                        found.append((scalar, [targets[0][0] &+ (scalar &- key[0])]))
                    }
                } else {
                    for (offset, target) in targets.enumerated() {
                        found.append((key[0] &+ UInt32(offset), target))
                    }
                }
            }
        }
        found.sort { $0.key < $1.key }
        for (key, value) in found {
            while pages.count <= Int(key >> 8) { pages.append(UInt16(keys.count)) }
            keys.append(key)
            values += value
            starts.append(UInt16(values.count))
        }
        pages.append(UInt16(keys.count))
    }

    private static func number(_ digits: some Sequence<UInt8>) -> UInt32 {
        digits.reduce(0) { $0 << 4 | UInt32($1 < 0x41 ? $1 &- 0x30 : $1 &- 0x37) }
    }

    /// How many scalars are mapped.
    var count: Int { keys.count }

    /// Appends what `scalar` becomes; false, and nothing, when it is not in the table.
    @inline(__always)
    func append(_ scalar: UInt32, to result: inout [UInt32]) -> Bool {
        let page = Int(scalar >> 8)
        guard page < pages.count - 1 else { return false }
        var (low, high) = (Int(pages[page]), Int(pages[page + 1]))
        while low < high {
            let middle = (low + high) / 2
            if keys[middle] < scalar { low = middle + 1 } else { high = middle }
        }
        guard low < keys.count, keys[low] == scalar else { return false }
        result += values[Int(starts[low])..<Int(starts[low + 1])]
        return true
    }
}
