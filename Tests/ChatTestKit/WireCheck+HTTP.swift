// Whether bytes are one HTTP/1.1 response (RFC 9112 §2).
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore

extension WireCheck {
    /// Holds a whole response with Content-Length against the grammar.
    /// - Parameter hasContent: whether the content is sent; its length may be told without it.
    package static func checkHTTP(_ output: [UInt8], hasContent: Bool) throws(Violation) {
        var rest = output[...]
        var fields: [(name: String, value: String)] = []
        var isFirst = true
        while true {
            guard let end = rest.firstIndex(of: 0x0A), end > rest.startIndex, rest[end - 1] == 0x0D
            else { throw Violation("a line without CR LF", rest) }
            let line = rest[..<(end - 1)]
            rest = rest[(end + 1)...]
            if line.isEmpty { break }
            guard !line.contains(where: { $0 < 0x20 || $0 == 0x7F }) else {
                throw Violation("a line with a control", line)
            }
            if isFirst {
                guard line.starts(with: "HTTP/1.1 ".utf8), line.count > 13 else {
                    throw Violation("no status line", line)
                }
            } else {
                guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon > line.startIndex,
                    line[colon...].starts(with: ": ".utf8)
                else { throw Violation("no field", line) }
                let name = String(decoding: line[..<colon], as: UTF8.self).lowercased()
                fields.append((name, String(decoding: line[(colon + 2)...], as: UTF8.self)))
            }
            isFirst = false
        }
        for name in ["date", "content-length", "connection", "content-type"]
        where fields.filter({ $0.name == name }).count > 1 {
            throw Violation("\(name) more than once", output)
        }
        let length = fields.first { $0.name == "content-length" }.flatMap { Int($0.value) }
        guard rest.count == (hasContent ? length : 0) else {
            throw Violation("content that is not as long as it says", output)
        }
    }
}
