// Lists in field values: elements between commas, empty ones passed over, quoted strings left
// whole. RFC 9110 §5.6.1 (lists), §5.6.4 (quoted strings), §8.8.3 (entity tags), §12.4.2 (weights).
// SPDX-License-Identifier: GPL-3.0-or-later

/// Reads a list element by element; valid as long as the bytes are.
struct HTTPListReader {
    private let bytes: UnsafeRawBufferPointer
    private let separator: UInt8
    private var index = 0

    init(_ bytes: UnsafeRawBufferPointer, separator: UInt8 = UInt8(ascii: ",")) {
        self.bytes = bytes
        self.separator = separator
    }

    /// The next element without white space around it.
    mutating func next() -> UnsafeRawBufferPointer? {
        while index < bytes.count {
            let start = index
            var isQuoted = false
            while index < bytes.count, isQuoted || bytes[index] != separator {
                if bytes[index] == UInt8(ascii: "\"") { isQuoted.toggle() }
                // What is escaped ends nothing.
                if isQuoted, bytes[index] == UInt8(ascii: "\\") { index += 1 }
                index += 1
            }
            let end = min(index, bytes.count)
            index = end + 1
            let range = HTTPScan.trimmed(bytes, start..<end)
            if !range.isEmpty { return UnsafeRawBufferPointer(rebasing: bytes[range]) }
        }
        return nil
    }
}

enum HTTPEntityTag {
    /// Whether the list `bytes` of an If-None-Match is `*` or names `tag`, weak or not
    /// (RFC 9110 §8.8.3.2, weak comparison; §13.1.2). A malformed list matches as far as it is read.
    static func isListed(_ tag: [UInt8], in bytes: UnsafeRawBufferPointer) -> Bool {
        if bytes.count == 1, bytes[0] == UInt8(ascii: "*") { return true }
        let wanted = opaque(tag[...])
        var rest = Array(bytes)[...]
        while true {
            // A backslash is an ordinary character of a tag, so this is no list of quoted strings.
            rest = rest.drop { $0 == 0x20 || $0 == 0x09 || $0 == UInt8(ascii: ",") }
            let start = opaque(rest)
            guard start.first == UInt8(ascii: "\""),
                let end = start.dropFirst().firstIndex(of: UInt8(ascii: "\""))
            else { return false }
            if start[start.startIndex...end].elementsEqual(wanted) { return true }
            rest = start[(end + 1)...]
            guard let next = rest.first(where: { $0 != 0x20 && $0 != 0x09 }),
                next == UInt8(ascii: ",")
            else { return false }
        }
    }

    /// Without the mark of a weak one.
    private static func opaque(_ tag: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        tag.starts(with: "W/".utf8) ? tag.dropFirst(2) : tag
    }
}

/// `Accept` and `Accept-Encoding`: what the client would rather have.
enum HTTPPreference {
    /// The weight of `name` in a list of names, in thousandths, and how exactly an element of it
    /// named it: 3 by itself, 2 as `type/*`, 1 by a wildcard, 0 not at all.
    static func weight(
        of name: StaticString, in list: UnsafeRawBufferPointer
    ) -> (weight: Int, precision: Int) {
        var best = (weight: 0, precision: 0)
        var elements = HTTPListReader(list)
        while let element = elements.next() {
            var parts = HTTPListReader(element, separator: UInt8(ascii: ";"))
            guard let range = parts.next() else { continue }
            let precision = precision(of: range, for: name)
            guard precision > best.precision else { continue }
            best = (1000, precision)
            while let parameter = parts.next() {
                guard let weight = weight(parameter) else { continue }
                best.weight = weight
            }
        }
        return best
    }

    private static func precision(
        of range: UnsafeRawBufferPointer, for name: StaticString
    ) -> Int {
        if HTTPScan.isEqual(range, name) { return 3 }
        if HTTPScan.isEqual(range, "*/*") || HTTPScan.isEqual(range, "*") { return 1 }
        guard range.count > 2, range.count <= name.utf8CodeUnitCount,
            range[range.count - 1] == UInt8(ascii: "*"),
            range[range.count - 2] == UInt8(ascii: "/")
        else { return 0 }
        // `text/` of `text/*`, within the count of the name.
        for index in 0..<range.count - 1
        where HTTPScan.lowered(range[index]) != name.utf8Start[index] { return 0 }
        return 2
    }

    /// The value of `q=0.8`; nil for another parameter, none for what is no weight.
    private static func weight(_ parameter: UnsafeRawBufferPointer) -> Int? {
        guard parameter.count > 2, parameter[0] | 0x20 == UInt8(ascii: "q"),
            parameter[1] == UInt8(ascii: "=")
        else { return nil }
        let whole = parameter[2]
        guard whole == UInt8(ascii: "0") || whole == UInt8(ascii: "1"), parameter.count <= 7 else {
            return 0
        }
        var weight = whole == UInt8(ascii: "1") ? 1000 : 0
        var scale = 100
        for (offset, byte) in parameter.dropFirst(3).enumerated() {
            if offset == 0 {
                guard byte == UInt8(ascii: ".") else { return 0 }
                continue
            }
            guard byte >= 0x30, byte <= 0x39 else { return 0 }
            weight += Int(byte - 0x30) * scale
            scale /= 10
        }
        return min(weight, 1000)
    }
}
