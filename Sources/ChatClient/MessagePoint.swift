// Places in a room's history as users give them (`--since`, `--until`), and the part of the past
// that a session was started for. Pure: clock and zone are parameters.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore

/// A place as it was given.
package enum MessagePoint: Hashable, Sendable {
    /// The message with this number, counted from 1 in each room.
    case seq(Int64)
    case time(Timestamp)
    /// The beginning of a day, where the user is.
    case day(CivilDate)
    /// So long before the program was started.
    case ago(Duration)

    /// The place, whatever the clock says later. `offset` is the local zone's, in seconds east of
    /// Greenwich at a time.
    package func bound(now: Timestamp, offset: (Timestamp) -> Int) -> MessageBound {
        switch self {
        case .seq(let seq): return .seq(seq)
        case .time(let time): return .time(time)
        case .ago(let duration):
            return .time(
                Timestamp(milliseconds: now.milliseconds &- duration.wholeMilliseconds))
        case .day(let date):
            let midnight = Timestamp(milliseconds: Int64(date.daysSinceEpoch) * 86_400_000)
            // The zone's offset at that midnight; near a change of the clocks the first guess may
            // be the other one.
            let guess = midnight.earlier(bySeconds: offset(midnight))
            return .time(midnight.earlier(bySeconds: offset(guess)))
        }
    }
}

extension Timestamp {
    fileprivate func earlier(bySeconds seconds: Int) -> Timestamp {
        Timestamp(milliseconds: milliseconds - Int64(seconds) * 1000)
    }
}

/// A place in a room's history.
package enum MessageBound: Hashable, Sendable {
    case seq(Int64)
    case time(Timestamp)

    /// Whether `message` stands there or later. What has no time counts as now.
    func isReached(by message: ChatMessage) -> Bool {
        switch self {
        case .seq(let seq): message.seq >= seq
        case .time(let time): message.at.map { $0 >= time } ?? true
        }
    }

    /// Whether `message` stands later.
    func isPassed(by message: ChatMessage) -> Bool {
        switch self {
        case .seq(let seq): message.seq > seq
        case .time(let time): message.at.map { $0 > time } ?? true
        }
    }
}

/// What of the past a session is to show, and whether it goes on after that.
package struct PastWish: Hashable, Sendable {
    /// What is done once the past was shown.
    package enum Errand: Hashable, Sendable {
        /// Talk and listen.
        case talk
        /// Show messages, then leave.
        case export
        /// Look for words, then leave.
        case search(String)
    }

    package var errand: Errand
    package var since: MessageBound?
    package var until: MessageBound?
    /// Whether the server may show a room's newest messages on coming in.
    package var wantsReplay: Bool

    /// How many messages are shown when nothing says where to begin.
    package static let latestCount = 20

    package init(
        errand: Errand = .talk, since: MessageBound? = nil, until: MessageBound? = nil,
        wantsReplay: Bool = true
    ) {
        self.errand = errand
        self.since = since
        self.until = until
        self.wantsReplay = wantsReplay
    }

    /// Whether `message` is within the bounds.
    package func includes(_ message: ChatMessage) -> Bool {
        (since?.isReached(by: message) ?? true) && !(until?.isPassed(by: message) ?? false)
    }

    /// Where a room's messages begin. The server leaves out the place itself, hence one less.
    package var start: RoomTimeline.Start {
        switch since {
        case .seq(let seq): .after(max(1, seq) - 1)
        case .time(let time): .afterTime(Timestamp(milliseconds: time.milliseconds &- 1))
        case nil where errand == .export:
            until != nil ? .after(0) : wantsReplay ? .latest(PastWish.latestCount) : .present
        case nil: .present
        }
    }

    /// What `hello` says of it; nil leaves it to the server.
    package var replay: Int? {
        errand == .talk && since == nil && wantsReplay ? nil : 0
    }
}
