// `name=value&…`: queries, and forms that are posted. https://url.spec.whatwg.org/#urlencoded-parsing,
// but an escape that is none is refused. Ill-formed UTF-8 is repaired, as browsers do.
// Invariant: at most `Limits.maxHTTPFormPairs` pairs.
// SPDX-License-Identifier: GPL-3.0-or-later

/// Decoded pairs, in the order they came.
package struct HTTPForm: Hashable, Sendable {
    package struct Pair: Hashable, Sendable {
        package let name: String
        package let value: String
    }

    package private(set) var pairs: [Pair] = []

    package init() {}

    /// Reads `application/x-www-form-urlencoded` content.
    /// - Returns: nil for a bad escape or too many pairs.
    package init?(decoding bytes: some Collection<UInt8>) {
        let decoded = Array(bytes).withUnsafeBytes { HTTPForm(bytes: $0, range: 0..<$0.count) }
        guard let decoded else { return nil }
        self = decoded
    }

    init?(bytes: UnsafeRawBufferPointer, range: Range<Int>) {
        var text: [UInt8] = []
        for part in HTTPForm.parts(of: bytes, range) {
            guard pairs.count < Limits.maxHTTPFormPairs,
                let name = HTTPForm.decoded(bytes, part.name, &text),
                let value = HTTPForm.decoded(bytes, part.value, &text)
            else { return nil }
            pairs.append(Pair(name: name, value: value))
        }
    }

    /// The value of the first pair of that name.
    package subscript(name: String) -> String? { pairs.first { $0.name == name }?.value }

    /// Why `range` could not be decoded, or nil. Nothing is kept of it.
    static func fault(in bytes: UnsafeRawBufferPointer, _ range: Range<Int>) -> HTTPError? {
        var index = range.lowerBound
        while index < range.upperBound {
            if bytes[index] == UInt8(ascii: "%") {
                guard range.upperBound - index > 2,
                    HTTPScan.hexadecimal(bytes[index + 1]) != nil,
                    HTTPScan.hexadecimal(bytes[index + 2]) != nil
                else { return .badTarget }
                index += 2
            }
            index += 1
        }
        var count = 0
        for _ in parts(of: bytes, range) {
            count += 1
            guard count <= Limits.maxHTTPFormPairs else { return .tooManyParameters }
        }
        return nil
    }

    private static func decoded(
        _ bytes: UnsafeRawBufferPointer, _ range: Range<Int>, _ text: inout [UInt8]
    ) -> String? {
        text.removeAll(keepingCapacity: true)
        guard HTTPScan.unescape(bytes, range, plusIsSpace: true, into: &text) else { return nil }
        return String(decoding: text, as: UTF8.self)
    }

    /// Where names and values stand. Empty parts are passed over; without `=` the value is empty.
    private static func parts(
        of bytes: UnsafeRawBufferPointer, _ range: Range<Int>
    ) -> some Sequence<(name: Range<Int>, value: Range<Int>)> {
        var start = range.lowerBound
        return AnyIterator {
            while start < range.upperBound {
                let part = UnsafeRawBufferPointer(rebasing: bytes[start..<range.upperBound])
                let length = ByteScan.firstIndex(of: UInt8(ascii: "&"), in: part) ?? part.count
                let (begin, end) = (start, start + length)
                start = end + 1
                guard length > 0 else { continue }
                let name = UnsafeRawBufferPointer(rebasing: bytes[begin..<end])
                guard let equals = ByteScan.firstIndex(of: UInt8(ascii: "="), in: name) else {
                    return (begin..<end, end..<end)
                }
                return (begin..<begin + equals, begin + equals + 1..<end)
            }
            return nil
        }
    }
}
