// Counts over visit records, each counted when it happened: a client that approached before
// midnight and was attended after it was approached yesterday and attended today (PRODUCT
// "Admission").
// SPDX-License-Identifier: GPL-3.0-or-later

/// Counts of visits in a period.
package struct VisitTally: Hashable, Sendable {
    package var approached = 0
    package var attended = 0
    package var lost: [LossReason: Int] = [:]
    /// How many ratings of one, two … five stars.
    package var stars = [0, 0, 0, 0, 0]

    package init() {}

    package mutating func add(_ event: VisitEvent) {
        switch event {
        case .approached: approached += 1
        case .attended: attended += 1
        case .lost(let reason, _): lost[reason, default: 0] += 1
        case .rated(let rating, _): stars[rating.stars - 1] += 1
        case .waiting, .served, .returned, .ended: break
        }
    }

    package var lostInTotal: Int { lost.values.reduce(0, +) }
    package var ratings: Int { stars.reduce(0, +) }

    /// 1 to 5; nil without ratings.
    package var averageRating: Double? {
        guard ratings > 0 else { return nil }
        let sum = stars.enumerated().reduce(0) { $0 + ($1.offset + 1) * $1.element }
        return Double(sum) / Double(ratings)
    }
}

/// The figures that an operator always sees: of today, of this month, and of all times.
package struct DeskFigures: Hashable, Sendable {
    package var today = VisitTally()
    package var month = VisitTally()
    package var ever = VisitTally()
    /// The local day and month; made by the shell, which knows the time zone.
    package var day: Range<Timestamp>
    package var monthSpan: Range<Timestamp>

    package init(day: Range<Timestamp>, month: Range<Timestamp>) {
        self.day = day
        monthSpan = month
    }

    package mutating func add(_ record: VisitRecord) {
        ever.add(record.event)
        if monthSpan.contains(record.at) { month.add(record.event) }
        if day.contains(record.at) { today.add(record.event) }
    }

    /// Another day has begun, which may be in another month.
    package mutating func turn(day: Range<Timestamp>, month: Range<Timestamp>) {
        if day != self.day {
            self.day = day
            today = VisitTally()
        }
        if month != monthSpan {
            monthSpan = month
            self.month = VisitTally()
        }
    }
}
