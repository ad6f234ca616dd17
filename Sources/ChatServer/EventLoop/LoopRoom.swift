// One loop's part of a room: its members there by wire format, and the events that this turn has
// brought so far. Confined to the loop's thread. Invariants: a connection stands in exactly one
// list of a room it is in, its format's, at the place its membership says; `special` names the members
// for whom the shared batch is not right as a whole.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore

/// A room as one event loop sees it.
final class LoopRoom {
    /// Why a member cannot simply be sent the whole batch.
    struct Special {
        /// Events before this index were sent already, or happened before it came.
        var cursor = 0
        /// Some of the events are its own and it asked for no echo.
        var hasOwn = false
    }

    /// The members that are sent the same bytes.
    struct List {
        let format: WireFormat
        var members: [Connection] = []
    }

    let id: RoomID
    /// One for each format in use, and perhaps some that were; a search among these is short.
    private(set) var lists: [List] = []
    /// Socket.IO clients that poll: told each event by itself.
    private(set) var pollers: [EngineIOClient] = []
    private(set) var memberCount = 0
    var pending: [RoomEvent] = []
    private(set) var special: [ClientID: Special] = [:]
    /// Whether the loop has it on its list of rooms to be flushed.
    var isTouched = false
    /// Nothing but comings and goings is pending.
    private(set) var isQuiet = true

    init(id: RoomID) { self.id = id }

    /// Above so many members comings and goings wait for a tick of `presenceDelay`.
    static let crowd = 64

    /// Whether what is pending may wait for the next tick.
    var mayWait: Bool { isQuiet && memberCount > LoopRoom.crowd && pending.count < 512 }

    func append(_ event: RoomEvent) {
        if !event.isPresence { isQuiet = false }
        pending.append(event)
    }

    func add(_ connection: Connection) {
        let list = list(of: connection.format)
        connection.memberships.append(Membership(room: self, slot: lists[list].members.count))
        lists[list].members.append(connection)
        memberCount += 1
        if !pending.isEmpty { setCursor(connection, pending.count) }
    }

    func remove(_ connection: Connection) {
        guard let index = connection.memberships.firstIndex(where: { $0.room === self }) else {
            return
        }
        let slot = connection.memberships.remove(at: index).slot
        let list = list(of: connection.format)
        if special.removeValue(forKey: connection.id) != nil { connection.specials -= 1 }
        memberCount -= 1
        guard let last = lists[list].members.popLast(), last !== connection else { return }
        lists[list].members[slot] = last
        last.move(in: self, to: slot)
    }

    func add(_ client: EngineIOClient) {
        pollers.append(client)
        memberCount += 1
    }

    func remove(_ client: EngineIOClient) {
        guard let index = pollers.firstIndex(where: { $0 === client }) else { return }
        pollers.remove(at: index)
        memberCount -= 1
    }

    private func list(of format: WireFormat) -> Int {
        if let index = lists.firstIndex(where: { $0.format == format }) { return index }
        // An empty list's place is taken before there are more of them.
        if let index = lists.firstIndex(where: \.members.isEmpty) {
            lists[index] = List(format: format)
            return index
        }
        lists.append(List(format: format))
        return lists.count - 1
    }

    /// The member has had everything before event `index`.
    func setCursor(_ connection: Connection, _ index: Int) {
        edit(connection) { $0.cursor = index }
    }

    /// The sender of the newest event must not get it.
    func excludeNewest(_ connection: Connection) {
        edit(connection) { $0.hasOwn = true }
    }

    private func edit(_ connection: Connection, _ change: (inout Special) -> Void) {
        if special[connection.id] == nil { connection.specials += 1 }
        change(&special[connection.id, default: Special()])
    }

    /// The runs of pending events that `connection` is to get.
    func runs(for connection: Connection) -> [Range<Int>] {
        guard let special = special[connection.id] else {
            return pending.isEmpty ? [] : [0..<pending.count]
        }
        var runs: [Range<Int>] = []
        var start = special.cursor
        if special.hasOwn {
            for index in start..<pending.count where pending[index].excluded == connection.id {
                if start < index { runs.append(start..<index) }
                start = index + 1
            }
        }
        if start < pending.count { runs.append(start..<pending.count) }
        return runs
    }

    /// The pending events were sent.
    func finishFlush() {
        pending.removeAll(keepingCapacity: true)
        isQuiet = true
        guard !special.isEmpty else { return }
        for list in lists {
            for member in list.members where member.specials > 0 {
                if special.removeValue(forKey: member.id) != nil { member.specials -= 1 }
            }
            if special.isEmpty { break }
        }
        special = [:]
    }
}

/// A connection's place in one room.
struct Membership {
    let room: LoopRoom
    var slot: Int
}
