// Search: the user's terms become quoted FTS5 strings, so that nothing in them is syntax; rooms and the
// author are words of the index's second column; times become message numbers.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore

extension JournalQueries {
    /// Bytes that are in no UTF-8 text mark what was found.
    private static let openMark: UInt8 = 0xFE
    private static let closeMark: UInt8 = 0xFF

    package func search(_ query: SearchQuery, isCurrent: Bool) throws(DatabaseError) -> SearchPage {
        forgetPeople()
        let nothing = SearchPage(hits: [], next: nil, isCurrent: isCurrent)
        guard let expression = try expression(query) else { return nothing }
        let since = try query.since.map { (time) throws(DatabaseError) in try number(at: time) }
        let until = try query.until.map { (time) throws(DatabaseError) in try number(at: time) }
        let before = min(until ?? .max, query.before.map { Int64(clamping: $0) } ?? .max)
        sql.search.bind(1, expression)
        sql.search.bind(2, (since ?? 0) - 1)
        sql.search.bind(3, before)
        sql.search.bind(4, Int64(query.limit + 1))
        sql.search.bind(5, textBytes: [JournalQueries.openMark])
        sql.search.bind(6, textBytes: [JournalQueries.closeMark])
        var hits: [SearchHit] = []
        var (last, count): (UInt64?, Int) = (nil, 0)
        while try sql.search.step() {
            count += 1
            guard count <= query.limit else { break }
            last = UInt64(clamping: sql.search.number(0))
            guard let message = try message(sql.search) else { continue }
            let (snippet, highlights) = sql.search.withBytes(10, JournalQueries.unmark)
            hits.append(SearchHit(message: message, snippet: snippet, highlights: highlights))
        }
        sql.search.reset()
        return SearchPage(
            hits: hits, next: count > query.limit ? last : nil, isCurrent: isCurrent)
    }

    /// The FTS5 expression; nil when nothing can match.
    private func expression(_ query: SearchQuery) throws(DatabaseError) -> String? {
        let terms = SearchTerm.all(in: query.text)
        guard !terms.isEmpty else { return nil }
        var rooms: [String] = []
        for name in Set(query.rooms).prefix(Limits.maxRoomsPerClient) {
            if let room = try row(of: name) { rooms.append("\"r\(room.id)\"") }
        }
        guard !rooms.isEmpty else { return nil }
        // No term has a quotation mark in it.
        let text = terms.map { "\"\($0.text)\"" + ($0.isBeginning ? " *" : "") }
            .joined(separator: " AND ")
        var expression = "{text} : (\(text)) AND {scope} : (\(rooms.joined(separator: " OR ")))"
        if let author = query.author {
            sql.authors.bind(1, CaselessText.folded(author))
            var authors: [String] = []
            while try sql.authors.step() { authors.append("\"a\(sql.authors.number(0))\"") }
            guard !authors.isEmpty else { return nil }
            expression += " AND {scope} : (\(authors.joined(separator: " OR ")))"
        }
        return expression
    }

    /// The first number at a time or after it.
    private func number(at time: Timestamp) throws(DatabaseError) -> Int64 {
        defer { sql.newestNumber.reset() }
        guard try sql.newestNumber.step() else { return 0 }
        var (low, high) = (Int64(0), sql.newestNumber.number(0) + 1)
        while low < high {
            let middle = low + (high - low) / 2
            sql.timeAtNumber.bind(1, middle)
            guard try sql.timeAtNumber.step() else {
                high = middle
                continue
            }
            let isBefore = sql.timeAtNumber.number(1) < time.milliseconds
            let number = sql.timeAtNumber.number(0)
            sql.timeAtNumber.reset()
            if isBefore { low = number + 1 } else { high = middle }
        }
        return low
    }

    /// Takes the marks out of a snippet and notes where they were.
    private static func unmark(
        _ bytes: UnsafeBufferPointer<UInt8>
    ) -> (String, [Range<Int>]) {
        var text: [UInt8] = []
        text.reserveCapacity(bytes.count)
        var ranges: [Range<Int>] = []
        var start = 0
        for byte in bytes {
            switch byte {
            case openMark: start = text.count
            case closeMark: ranges.append(start..<text.count)
            default: text.append(byte)
            }
        }
        return (String(decoding: text, as: UTF8.self), ranges)
    }
}
