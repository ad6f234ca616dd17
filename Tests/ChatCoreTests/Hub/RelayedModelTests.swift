// Relays, direct clients and operators at random: what the links are told always adds up, and nobody is
// served above the capacity.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import ChatTestKit
import Testing

/// What is known from outside, and held against what the links say.
private struct RelayedModel {
    struct Relay {
        let name: String
        let link: Int
        var slots = Availability(capacity: nil, others: 0, inUse: 0, state: .up)
        /// The visits that hold a slot, and their connections.
        var visits: [UInt64: Int] = [:]
        var freed: Set<UInt64> = []
    }

    var scene: RelayedScene
    var random: SeededRandom
    let isDesk: Bool
    var relays: [Relay] = []
    var direct: [Int] = []
    var operators: [Int] = []
    var visit: UInt64 = 0

    init(capacity: Int?, isDesk: Bool, seed: UInt64) {
        scene = RelayedScene(capacity: capacity, isDesk: isDesk)
        random = SeededRandom(seed: seed)
        self.isDesk = isDesk
        for name in ["r1", "r2"] { relays.append(Relay(name: name, link: scene.link(name))) }
        listen()
    }

    /// Takes in what the links were told.
    mutating func listen() {
        for index in relays.indices {
            for message in scene.told(relays[index].link) {
                switch message {
                case .availability(let slots): relays[index].slots = slots
                case .freed(let visit, _):
                    #expect(relays[index].visits.removeValue(forKey: visit) != nil)
                    #expect(relays[index].freed.insert(visit).inserted)
                case .attended(let visit): #expect(relays[index].visits[visit] != nil)
                default: break
                }
            }
        }
    }

    mutating func step() {
        switch Int.random(in: 0..<10, using: &random) {
        case 0...2: bring(Int.random(in: 0...1, using: &random))
        case 3...4:
            visit += 1
            direct.append(scene.come("d\(visit)"))
        case 5...6: leave()
        case 7 where isDesk && operators.count < 4:
            visit += 1
            operators.append(scene.seat("o\(visit)"))
        case 8 where isDesk:
            guard let client = operators.randomElement(using: &random) else { break }
            let what = ["pause", "resume", "close", "next"].randomElement(using: &random) ?? ""
            scene.say(#"{"type":"desk","do":"\#(what)"}"#, client)
        case 9 where isDesk:
            guard let client = operators.randomElement(using: &random) else { break }
            operators.removeAll { $0 == client }
            scene.server.finish(client)
        default: leave()
        }
        listen()
        check()
    }

    private mutating func leave() {
        let relayed = relays.flatMap { relay in
            relay.visits.values.sorted()
        }
        guard let client = (direct + relayed).randomElement(using: &random) else { return }
        direct.removeAll { $0 == client }
        scene.server.finish(client)
    }

    private mutating func bring(_ index: Int) {
        visit += 1
        let slots = relays[index].slots
        let isFree = slots.capacity.map { $0 > slots.inUse } ?? true
        // Its first news may come before it is known to be served.
        let client = scene.bring("c\(visit)", visit, relay: relays[index].name)
        let isServed = !scene.server.clients[client].isClosed
        #expect(isServed == isFree)
        let heard = scene.server.text(client)
        #expect(heard.isEmpty == !isServed)
        if isServed { relays[index].visits[visit] = client }
    }

    private mutating func check() {
        for relay in relays {
            let slots = relay.slots
            #expect(slots.inUse <= slots.capacity ?? .max)
            #expect(slots.inUse - slots.others == relay.visits.count)
            #expect(slots.inUse == relays[0].slots.inUse)
            for client in relay.visits.values {
                #expect(!scene.server.clients[client].isClosed)
                let heard = scene.server.text(client)
                #expect(!heard.contains(#""type":"queue""#))
                #expect(!heard.contains(#""type":"returned""#))
            }
        }
        let others = relays[0].slots.inUse - relays.reduce(0) { $0 + $1.visits.count }
        #expect(others >= 0 && others <= direct.count)
    }

    mutating func end() {
        for client in operators + direct { scene.server.finish(client) }
        for client in relays.flatMap({ $0.visits.values.sorted() }) {
            scene.server.finish(client)
        }
        listen()
        for relay in relays {
            #expect(relay.slots.inUse == 0 && relay.slots.others == 0)
            #expect(relay.visits.isEmpty)
        }
    }
}

@Suite("Relays at random")
struct RelayedModelTests {
    @Test("What links are told adds up, with a limit, without one, and at a desk", arguments: 1...4)
    func addsUp(seed: UInt64) {
        for (capacity, isDesk) in [(3, false), (nil, false), (1, true), (2, true)] {
            var model = RelayedModel(capacity: capacity, isDesk: isDesk, seed: seed)
            for _ in 0..<150 { model.step() }
            model.end()
        }
    }
}
