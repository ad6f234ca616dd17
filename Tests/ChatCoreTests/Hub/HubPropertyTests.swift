// Random people asking for random things, and what must hold whatever they ask. The model keeps
// who is in which room from the hub's own bookkeeping items, the way an event loop does.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import ChatTestKit
import Testing

@Suite("Hub: invariants")
struct HubPropertyTests {
    /// What the event loops know of the hub.
    private struct Model {
        var rooms: [RoomID: Set<ClientID>] = [:]
        var names: [RoomID: RoomName] = [:]
        var nicks: [ClientID: String] = [:]
        var lastSeq: [RoomName: UInt64] = [:]
        var ids: Set<MessageID> = []

        /// Takes in what one request caused.
        mutating func take(_ output: HubOutput, loops: Int) {
            // A room's event must reach exactly the loops that have members at that moment. Items
            // of one request are in the same order on every loop, so that loop 0's bookkeeping
            // and loop 1's events are compared at the end of the request.
            for (loop, items) in output.perLoop.enumerated() {
                for item in items {
                    #expect(Model.owner(of: item).map { $0.loop == loop } ?? true)
                    take(item, loop)
                }
            }
        }

        private static func owner(of item: LoopItem) -> ClientID? {
            switch item {
            case .direct(let id, _, _), .entered(let id, _), .exited(let id, _), .resumed(let id),
                .close(let id):
                id
            case .several(let ids, _): ids.first
            case .room, .alarm: nil
            }
        }

        private mutating func take(_ item: LoopItem, _ loop: Int) {
            switch item {
            case .entered(let id, let room):
                #expect(rooms[room, default: []].insert(id).inserted, "entered twice")
            case .exited(let id, let room):
                #expect(rooms[room]?.remove(id) != nil, "exited from where it was not")
            case .room(let room, let event):
                #expect(rooms[room]?.contains { $0.loop == loop } == true, "nobody to tell")
                take(event, loop)
            case .several(let ids, _): #expect(Set(ids).count == ids.count)
            case .direct(let id, .welcome(let welcome), _):
                nicks[id] = welcome.person.nick.text
            case .direct(let id, .renamed(let person), _): nicks[id] = person.nick.text
            case .direct, .resumed, .alarm: break
            case .close(let id): nicks[id] = nil
            }
        }

        private mutating func take(_ event: RoomEvent, _ loop: Int) {
            guard case .message(let message, _) = event, let room = message.room,
                ids.insert(message.id).inserted
            else { return }
            #expect(message.seq == lastSeq[room, default: 0] + 1, "a gap in \(room)")
            lastSeq[room] = message.seq
        }
    }

    private static let roomNames = ["#lobby", "#a", "#B", "#c"]
    private static let nicks = ["ann", "Ann", "bob", "cat", "dan", "eve", "EVE"]

    private static func command(_ random: inout SeededRandom) throws -> HubCommand {
        let room = try RoomName(roomNames.randomElement(using: &random) ?? "")
        let nick = nicks.randomElement(using: &random) ?? ""
        switch Int.random(in: 0..<20, using: &random) {
        case 0, 1: return .join(room)
        case 2, 3: return .leave(room, word: "")
        case 4, 5: return .rename(try Nickname(nick))
        case 6: return .quit(.disconnected)
        case 7: return .away(Bool.random(using: &random) ? "x" : nil)
        case 8: return .topic(room, set: "t")
        case 9: return .post(Post(to: .nick(nick), text: "p"))
        case 10: return .history(HistoryRequest(room: room))
        case 11...15:
            let number = Int.random(in: 0..<40, using: &random)
            return .post(
                Post(to: .room(room), text: "x", nonce: number < 20 ? "n\(number)" : nil))
        default:
            let count = Int.random(in: 0...3, using: &random)
            let rooms = try roomNames.shuffled(using: &random).prefix(count).map {
                try RoomName($0)
            }
            let isGuest = Int.random(in: 0..<4, using: &random) == 0
            return .register(
                Registration(
                    nick: isGuest ? nil : try Nickname(nick), user: "u", host: "h", rooms: rooms))
        }
    }

    @Test("members, nicks, numbers and loops agree after every request", arguments: 0..<20)
    func invariants(seed: Int) throws {
        var random = SeededRandom(seed: UInt64(seed))
        let loops = 1 + seed % 3
        var hub = Hub(
            serverName: "t", origin: 1, loops: loops, startedAt: Timestamp(milliseconds: 0))
        var model = Model()
        let clients = (0..<8).map { ClientID(loop: $0 % loops, serial: UInt64($0 + 1)) }
        let now = Timestamp(milliseconds: 0)
        for _ in 0..<600 {
            guard let client = clients.randomElement(using: &random) else { return }
            var output = HubOutput(loops: loops)
            hub.apply(
                HubRequest(try Self.command(&random)), from: client, now: now, output: &output)
            model.take(output, loops: loops)
            try check(&hub, model, loops, now)
        }
        #expect(!model.ids.isEmpty)
    }

    private func check(
        _ hub: inout Hub, _ model: Model, _ loops: Int, _ now: Timestamp
    ) throws {
        #expect(hub.currentStatistics.people == model.nicks.count)
        let folded = model.nicks.values.map { $0.lowercased() }
        #expect(Set(folded).count == folded.count, "one nick, two people")
        guard let (asker, _) = model.nicks.first else { return }
        func ask(_ command: HubCommand) -> ClientEvent? {
            var output = HubOutput(loops: loops)
            hub.apply(HubRequest(command), from: asker, now: now, output: &output)
            guard case .direct(asker, let event, _) = output.perLoop[asker.loop].first else {
                return nil
            }
            return event
        }
        // Each person's rooms, and each room's people, as the hub tells them.
        var rooms: [RoomName: Set<String>] = [:]
        for (_, nick) in model.nicks {
            guard case .whois(let info) = ask(.whois(nick.uppercased())) else {
                Issue.record("\(nick) is not found")
                continue
            }
            #expect(info.person.nick.text == nick)
            for room in info.rooms { rooms[room, default: []].insert(nick) }
        }
        for (room, people) in rooms {
            guard case .names(let snapshot) = ask(.names(room)) else {
                Issue.record("\(room) is not found")
                continue
            }
            #expect(Set(snapshot.members.map(\.person.nick.text)) == people)
            #expect(snapshot.memberCount == people.count)
            #expect(snapshot.lastSeq == model.lastSeq[room, default: 0])
        }
        let inRooms = Set(
            model.rooms.values.filter { !$0.isEmpty }.map { members in
                Set(members.compactMap { model.nicks[$0] })
            })
        #expect(inRooms == Set(rooms.values))
    }
}
