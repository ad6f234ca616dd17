// The target of a request: origin-form, absolute-form (http and https) and, for OPTIONS only, `*`.
// RFC 9112 §3.2, RFC 3986 §3. Authority-form belongs to CONNECT, which is not served.
// Invariant: the path's segments decode to UTF-8 without controls; none is `.` or `..` or holds a
// slash or backslash, escaped or not, so that no reading of it leaves the tree.
// SPDX-License-Identifier: GPL-3.0-or-later

/// Where the parts of a target stand in the head.
struct HTTPTarget: Hashable, Sendable {
    /// Host and port of an absolute-form; empty for the others.
    var authority = HeadRange.empty
    /// Beginning with `/`, or `*`, or empty for an absolute-form without a path.
    var path = HeadRange.empty
    /// What follows the `?`.
    var query = HeadRange.empty
    /// Whether the path has escapes to resolve.
    var hasEscapes = false

    /// Takes `range` apart, whose length was checked.
    static func read(
        _ bytes: UnsafeRawBufferPointer, _ range: Range<Int>, method: HTTPMethod
    ) throws(HTTPError) -> HTTPTarget {
        guard let first = bytes[range].first else { throw .badRequestLine }
        var target = HTTPTarget()
        var start = range.lowerBound
        if first == UInt8(ascii: "*") {
            guard range.count == 1, method == .options else { throw .badTarget }
            target.path = HeadRange(range)
            return target
        }
        if first != UInt8(ascii: "/") {
            start = try target.readAuthority(bytes, range)
        }
        let rest = UnsafeRawBufferPointer(rebasing: bytes[start..<range.upperBound])
        let pathEnd = start + (ByteScan.firstIndex(of: UInt8(ascii: "?"), in: rest) ?? rest.count)
        target.path = HeadRange(start..<pathEnd)
        target.hasEscapes = try checkPath(bytes, start..<pathEnd)
        if pathEnd < range.upperBound {
            let query = pathEnd + 1..<range.upperBound
            let allowed = HTTPByteSet.query
            guard bytes[query].allSatisfy({ allowed.contains($0) }) else { throw .badTarget }
            if let fault = HTTPForm.fault(in: bytes, query) { throw fault }
            target.query = HeadRange(query)
        }
        return target
    }

    /// Reads `http://authority`; answers where the path begins.
    private mutating func readAuthority(
        _ bytes: UnsafeRawBufferPointer, _ range: Range<Int>
    ) throws(HTTPError) -> Int {
        var start = range.lowerBound
        var isKnown = false
        for scheme: StaticString in ["http://", "https://"] {
            let end = start + scheme.utf8CodeUnitCount
            guard !isKnown, end <= range.upperBound,
                HTTPScan.isEqual(UnsafeRawBufferPointer(rebasing: bytes[start..<end]), scheme)
            else { continue }
            start = end
            isKnown = true
        }
        guard isKnown else { throw .badTarget }
        let end =
            bytes[start..<range.upperBound].firstIndex {
                $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?")
            } ?? range.upperBound
        guard HTTPTarget.isAuthority(bytes, start..<end) else { throw .badTarget }
        authority = HeadRange(start..<end)
        return end
    }

    /// Whether `range` is a host and perhaps a port: what Host and an absolute-form may have. No user
    /// name, and no empty host: http has neither (RFC 9110 §4.2.1, §4.2.4).
    static func isAuthority(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) -> Bool {
        var index = range.lowerBound
        let end = range.upperBound
        if index < end, bytes[index] == UInt8(ascii: "[") {
            index += 1
            let start = index
            while index < end, HTTPByteSet.address6.contains(bytes[index]) { index += 1 }
            // `::` is the shortest.
            guard index - start >= 2, index < end, bytes[index] == UInt8(ascii: "]") else {
                return false
            }
            index += 1
        } else {
            let start = index
            while index < end, HTTPByteSet.host.contains(bytes[index]) { index += 1 }
            guard index > start else { return false }
        }
        if index == end { return true }
        guard bytes[index] == UInt8(ascii: ":") else { return false }
        // The port may be empty (RFC 3986 §3.2.3).
        if index + 1 == end { return true }
        let port = HTTPScan.decimal(UnsafeRawBufferPointer(rebasing: bytes[index + 1..<end]))
        return (port ?? .max) <= 65_535
    }

    // MARK: - Paths

    /// Holds a path to the invariant; answers whether it has escapes.
    private static func checkPath(
        _ bytes: UnsafeRawBufferPointer, _ range: Range<Int>
    ) throws(HTTPError) -> Bool {
        let allowed = HTTPByteSet.path
        var hasEscapes = false
        var mayHaveDots = false
        var segments = 0
        var before: UInt8 = 0
        for index in range {
            let byte = bytes[index]
            guard allowed.contains(byte) else { throw .badTarget }
            if byte == UInt8(ascii: "/") { segments &+= 1 }
            if byte == UInt8(ascii: "%") { hasEscapes = true }
            if byte == UInt8(ascii: "."), before == UInt8(ascii: "/") { mayHaveDots = true }
            before = byte
        }
        guard segments <= Limits.maxHTTPPathSegments else { throw .targetTooLong }
        if hasEscapes || mayHaveDots {
            guard self.segments(bytes, range, hasEscapes: hasEscapes) != nil else {
                throw .badTarget
            }
        }
        return hasEscapes
    }

    /// The decoded segments of a path: none for `/`, and an empty last one for `/a/`.
    static func segments(
        _ bytes: UnsafeRawBufferPointer, _ range: Range<Int>, hasEscapes: Bool
    ) -> [String]? {
        var segments: [String] = []
        // The slash that begins the path begins the first segment.
        var start = range.lowerBound + 1
        guard start < range.upperBound else { return segments }
        while true {
            let rest = UnsafeRawBufferPointer(rebasing: bytes[start..<range.upperBound])
            let length = ByteScan.firstIndex(of: UInt8(ascii: "/"), in: rest) ?? rest.count
            let segment = UnsafeRawBufferPointer(rebasing: rest[..<length])
            let text =
                hasEscapes ? decoded(segment) : String(decoding: segment, as: UTF8.self)
            guard let text, text != ".", text != ".." else { return nil }
            segments.append(text)
            start += length + 1
            guard start <= range.upperBound else { return segments }
        }
    }

    private static func decoded(_ segment: UnsafeRawBufferPointer) -> String? {
        var bytes: [UInt8] = []
        guard
            HTTPScan.unescape(segment, 0..<segment.count, plusIsSpace: false, into: &bytes),
            bytes.allSatisfy({
                $0 >= 0x20 && $0 != 0x7F && $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "\\")
            })
        else { return nil }
        return String(validating: bytes, as: UTF8.self)
    }
}
