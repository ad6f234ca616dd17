// Whatever befalls servers, links and clients in whatever order, the relay keeps its promises (PRODUCT
// "relay", "Admission"). CHATKIT_SIMULATE=10000000 runs so many events in all (`make simulate`).
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import Glibc
import Testing

@Suite("The relay, simulated")
struct RelaySimulationTests {
    static let setups = [
        RelaySetup(name: "a desk or three", seed: 1),
        RelaySetup(
            name: "a steady house", seed: 2, slots: [3], trouble: 0, direct: 0, restart: 0),
        RelaySetup(
            name: "servers that direct clients like too", seed: 3, slots: [2, 2, 2], direct: 2000),
        RelaySetup(
            name: "a long queue", seed: 4, slots: [2, 1],
            policy: FrontDoorPolicy(wait: .seconds(300)), arrivals: (1500, 300),
            handling: 10_000),
        RelaySetup(
            name: "many servers", seed: 5,
            slots: [1, 2, 3, 4, 5, 6, 1, 1, 1, 10, nil, 2], given: 4, arrivals: (900, 250)),
        RelaySetup(
            name: "nothing but trouble", seed: 6, slots: [2, 1, 2], given: 2, trouble: 2500,
            direct: 3000, restart: 200_000, flaky: 30),
        RelaySetup(
            name: "slow ways", seed: 7, slots: [1, 2], way: 2500, lag: 200),
        RelaySetup(
            name: "a short queue, and short waits", seed: 8,
            policy: FrontDoorPolicy(
                wait: .seconds(5), keepsPlace: .seconds(2), maxWaiting: 4)),
        RelaySetup(
            name: "no place is kept", seed: 9,
            policy: FrontDoorPolicy(wait: .seconds(40), keepsPlace: .zero)),
        RelaySetup(
            name: "servers that announce themselves and are forgotten", seed: 10, given: 0,
            policy: FrontDoorPolicy(wait: .seconds(60), remembersServers: .seconds(20)),
            trouble: 15_000),
        RelaySetup(
            name: "no desk, and everybody can move", seed: 11, slots: [5, 5, nil], isDesk: false,
            arrivals: (1500, 500), cannotMove: 0),
        RelaySetup(
            name: "hardly anything happens", seed: 12, arrivals: (90_000, 20_000),
            handling: 60_000, trouble: 300_000, direct: 200_000, restart: 20_000_000),
    ]

    /// How many events there are to be in all.
    static let events =
        getenv("CHATKIT_SIMULATE").flatMap { Int(String(cString: $0)) } ?? 300_000

    @Test("keeps every promise after every event", arguments: setups)
    func keepsPromises(setup: RelaySetup) {
        // Many histories rather than a long one.
        var left = RelaySimulationTests.events / RelaySimulationTests.setups.count + 1
        var setup = setup
        while left > 0 {
            let world = RelayWorld(setup)
            let failure = world.run(min(left, 100_000))
            #expect(failure == nil)
            if failure != nil { return }
            left -= world.events
            setup.seed += 1000
        }
    }

    @Test("has the same history for the same seed, and everything happens in it")
    func isRepeatable() {
        let worlds = (0..<2).map { _ in RelayWorld(RelaySimulationTests.setups[5]) }
        for world in worlds { #expect(world.run(10_000) == nil) }
        #expect(worlds[0].now == worlds[1].now)
        #expect(worlds[0].tally == worlds[1].tally)
        #expect(worlds[0].door.admission.counts == worlds[1].door.admission.counts)
        for (what, count) in Mirror(reflecting: worlds[0].tally).children {
            #expect(count as? Int ?? 0 > 0, "\(what ?? "")")
        }
    }
}
