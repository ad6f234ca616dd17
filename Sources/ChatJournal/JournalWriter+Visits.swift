// Keeping visits: each event is appended as it is, and where its visit stands and how many there were of
// its sort is brought up to date in the same transaction. Those two are made of the events alone and
// could be made again from them; without them, a month's figures would mean reading every event of it.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore

/// What the writer remembers of visits.
struct VisitBook {
    struct Sort: Hashable {
        let quarter: Int64
        let kind: VisitKind
        let detail: Int64
    }

    struct TimeKey: Hashable {
        let kind: VisitKind
        let quarter: Int64
    }

    /// What this transaction has to add to the counts.
    var counted: [Sort: Int64] = [:]
    /// And to the times.
    var timed: [TimeKey: [Int64]] = [:]
    /// Rows of names of servers and hosts.
    var names: [String: Int64] = [:]
    /// The newest committed event.
    var lastEvent: Int64 = 0
}

extension JournalWriter {
    static let maxKnownNames = 10_000

    /// Appends one event.
    /// - Parameter id: its number, the same one each time it is tried.
    func keep(_ record: VisitRecord, id: Int64) throws(DatabaseError) {
        let visit = Int64(clamping: record.visit.number)
        let at = record.at.milliseconds
        switch record.event {
        case .approached(let nick, let ticket):
            try approach(record, id: id, nick: nick, TokenHash(ticket))
        case .waiting:
            _ = try append(VisitRow(id, record, .waiting))
        case .served(let host, let waited):
            let host = try self.id(ofName: host)
            visits.state.bind(1, visit)
            // Whoever goes from one slot to another has not waited.
            let isMove = try visits.state.firstNumber() == VisitState.serving.rawValue
            let row = VisitRow(
                id, record, .served, host: host, ms: isMove ? nil : waited.wholeMilliseconds)
            guard try append(row) else { return }
            visits.serve.bind(3, host)
            try visits.serve.run(visit, at)
        case .attended:
            guard try append(VisitRow(id, record, .attended)) else { return }
            try visits.attend.run(visit)
        case .returned:
            guard try append(VisitRow(id, record, .returned)) else { return }
            try visits.returnToLine.run(visit, at)
        case .ended(let reason, let handled):
            let row = VisitRow(
                id, record, .ended, ms: handled.wholeMilliseconds, detail: reason.code)
            guard try append(row) else { return }
            try visits.finish.run(visit, at)
        case .lost(let reason, let waited):
            let row = VisitRow(
                id, record, .lost, ms: waited.wholeMilliseconds, detail: reason.code)
            guard try append(row) else { return }
            try visits.finish.run(visit, at)
        case .rated(let rating, let host):
            let row = VisitRow(
                id, record, .rated, host: try self.id(ofName: host),
                detail: Int64(rating.stars), comment: rating.comment)
            guard try append(row) else { return }
            try visits.rate.run(visit)
        }
    }

    private func approach(
        _ record: VisitRecord, id: Int64, nick: String, _ ticket: TokenHash
    ) throws(DatabaseError) {
        guard try append(VisitRow(id, record, .approached, nick: nick, ticket: ticket)) else {
            return
        }
        let statement = visits.insertVisit
        statement.bind(1, Int64(clamping: record.visit.number))
        statement.bind(2, try self.id(ofName: server))
        statement.bind(3, record.at.milliseconds)
        statement.bind(4, CaselessText.folded(nick))
        statement.bind(5, nick)
        statement.bind(6, ticket)
        try statement.run()
    }

    /// Appends a row of events and counts it; false when it is there already.
    private func append(_ row: VisitRow) throws(DatabaseError) -> Bool {
        let statement = visits.insertEvent
        statement.bind(1, row.id)
        statement.bind(2, row.visit)
        statement.bind(3, row.at.milliseconds)
        statement.bind(4, row.kind.rawValue)
        statement.bind(5, try id(ofName: server))
        statement.bind(6, row.host)
        statement.bind(7, row.ms)
        statement.bind(8, row.detail)
        statement.bind(9, row.nick)
        statement.bind(10, row.ticket)
        statement.bind(11, row.comment.isEmpty ? nil : row.comment)
        try statement.run()
        guard database.changes > 0 else { return false }
        let sort = VisitBook.Sort(
            quarter: VisitQuarter.index(of: row.at), kind: row.kind, detail: row.detail ?? 0)
        book.counted[sort, default: 0] += 1
        if let ms = row.ms, row.kind == .served || row.kind == .ended {
            let key = VisitBook.TimeKey(kind: row.kind, quarter: sort.quarter)
            book.timed[key, default: []].append(ms)
        }
        return true
    }

    /// Writes what this transaction has counted.
    func writeCounts() throws(DatabaseError) {
        guard !book.counted.isEmpty else { return }
        let server = try id(ofName: server)
        for (sort, count) in book.counted {
            visits.count.bind(1, sort.quarter)
            visits.count.bind(2, server)
            visits.count.bind(3, sort.kind.rawValue)
            visits.count.bind(4, sort.detail)
            visits.count.bind(5, count)
            try visits.count.run()
            visits.countEver.bind(1, server)
            visits.countEver.bind(2, sort.kind.rawValue)
            visits.countEver.bind(3, sort.detail)
            visits.countEver.bind(4, count)
            try visits.countEver.run()
        }
        book.counted.removeAll(keepingCapacity: true)
        for (key, times) in book.timed { try write(times, key, server) }
        book.timed.removeAll(keepingCapacity: true)
    }

    /// Appends times to the newest row of their quarter, and to new ones when that is full.
    private func write(
        _ times: [Int64], _ key: VisitBook.TimeKey, _ server: Int64
    ) throws(DatabaseError) {
        for statement in [visits.newestTimes, visits.insertTimes, visits.addTimes] {
            statement.bind(1, key.kind.rawValue)
            statement.bind(2, key.quarter)
            statement.bind(3, server)
        }
        var (part, filled): (Int64, Int) = (0, 0)
        if try visits.newestTimes.step() {
            part = visits.newestTimes.number(0)
            filled = Int(clamping: visits.newestTimes.number(1))
            visits.newestTimes.reset()
        }
        var bytes: [UInt8] = []
        for (index, time) in times.enumerated() {
            VisitTimes.append(time, to: &bytes)
            let isFull = filled + bytes.count >= VisitTimes.fullBytes
            guard isFull || index == times.count - 1 else { continue }
            let statement = filled > 0 ? visits.addTimes : visits.insertTimes
            statement.bind(4, part)
            statement.bind(5, blob: bytes)
            try statement.run()
            bytes.removeAll(keepingCapacity: true)
            (part, filled) = (part + 1, 0)
        }
    }

    private func id(ofName name: String) throws(DatabaseError) -> Int64 {
        if let known = book.names[name] { return known }
        let found: Int64
        visits.findName.bind(1, name)
        if try visits.findName.step() {
            found = visits.findName.number(0)
            visits.findName.reset()
        } else {
            visits.insertName.bind(1, name)
            try visits.insertName.run()
            found = database.lastInsertedRow
        }
        if book.names.count >= JournalWriter.maxKnownNames { book.names.removeAll() }
        book.names[name] = found
        return found
    }

    // MARK: - Opening

    /// Accounts for those who were being served when the server ended: nobody else will.
    /// - Parameter now: when it was found out.
    func accountForServed(now: Timestamp) throws(DatabaseError) {
        book.lastEvent = try visits.lastEvent.firstNumber()
        var served: [(visit: Int64, isAttended: Bool)] = []
        while try visits.served.step() {
            served.append((visits.served.number(0), visits.served.number(1) != 0))
        }
        guard !served.isEmpty else { return }
        try transaction { () throws(DatabaseError) in
            for (index, visit) in served.enumerated() {
                let id = book.lastEvent + Int64(index) + 1
                // How long it had its slot nobody has measured.
                let row =
                    visit.isAttended
                    ? VisitRow(
                        id, visit: visit.visit, at: now, .ended,
                        detail: EndReason.serverGone.code)
                    : VisitRow(
                        id, visit: visit.visit, at: now, .lost,
                        detail: LossReason.serverGone.code)
                guard try append(row) else { continue }
                try visits.finish.run(visit.visit, now.milliseconds)
            }
            try writeCounts()
        }
        book.lastEvent += Int64(served.count)
    }

    /// The number of the newest visit; 0 when there never was one.
    func lastVisit() throws(DatabaseError) -> Int64 { try visits.lastVisit.firstNumber() }

    /// Those who wait.
    func openVisits() throws(DatabaseError) -> [OpenVisit] {
        var found: [OpenVisit] = []
        while try visits.waiting.step() {
            let row = visits.waiting
            guard let ticket = row.hash(2) else { continue }
            found.append(
                OpenVisit(
                    visit: VisitID(number: UInt64(clamping: row.number(0))), nick: row.text(1),
                    ticket: ticket, isAttended: row.number(3) != 0,
                    at: Timestamp(milliseconds: row.number(4))))
        }
        return found
    }

    // MARK: - Erasing

    /// Erases the nick and the comments of a slice of this nick's visits; false when none was left.
    func eraseVisits(of folded: String, upto: Int64, limit: Int) throws(DatabaseError) -> Bool {
        visits.visitsOf.bind(1, folded)
        visits.visitsOf.bind(2, upto)
        visits.visitsOf.bind(3, Int64(limit))
        var found: [Int64] = []
        while try visits.visitsOf.step() { found.append(visits.visitsOf.number(0)) }
        guard !found.isEmpty else { return false }
        try relaxedTransaction { () throws(DatabaseError) in
            for visit in found {
                try visits.eraseNick.run(visit)
                try visits.eraseComment.run(visit)
                try visits.eraseVisit.run(visit)
            }
        }
        return true
    }
}

/// One row of the table of events.
private struct VisitRow {
    let id: Int64
    let visit: Int64
    let at: Timestamp
    let kind: VisitKind
    var host: Int64?
    var ms: Int64?
    var detail: Int64?
    var nick: String?
    var ticket: TokenHash?
    var comment = ""

    init(_ id: Int64, visit: Int64, at: Timestamp, _ kind: VisitKind, detail: Int64) {
        self.id = id
        self.visit = visit
        self.at = at
        self.kind = kind
        self.detail = detail
    }

    init(
        _ id: Int64, _ record: VisitRecord, _ kind: VisitKind, host: Int64? = nil,
        ms: Int64? = nil, detail: Int64? = nil, nick: String? = nil, ticket: TokenHash? = nil,
        comment: String = ""
    ) {
        self.id = id
        visit = Int64(clamping: record.visit.number)
        at = record.at
        self.kind = kind
        self.host = host
        self.ms = ms.map { max(0, $0) }
        self.detail = detail
        self.nick = nick
        self.ticket = ticket
        self.comment = comment
    }
}

extension Statement {
    /// Runs with these values for its first parameters.
    fileprivate func run(_ values: Int64...) throws(DatabaseError) {
        for (index, value) in values.enumerated() { bind(Int32(index) + 1, value) }
        try run()
    }

    /// The first column of the only row.
    fileprivate func firstNumber() throws(DatabaseError) -> Int64 {
        guard try step() else { return 0 }
        defer { reset() }
        return number(0)
    }
}
