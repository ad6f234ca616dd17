// What a server asks of visits: one by its ticket, and the figures that an operator always sees.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore

extension JournalQueries {
    /// The visit that a ticket was given for; nil when there is none.
    package func visit(ticket: TokenHash) throws(DatabaseError) -> StoredVisit? {
        try visits.visit(ticket: ticket)
    }

    /// The figures of a day, of a month, and of all times.
    package func figures(
        day: Range<Timestamp>, month: Range<Timestamp>
    ) throws(DatabaseError) -> DeskFigures {
        var figures = DeskFigures(day: day, month: month)
        figures.today = try visits.tally(day)
        figures.month = try visits.tally(month)
        figures.ever = try visits.tally()
        return figures
    }
}
