// A million random events: whatever happens in whatever order, admission keeps its promises (PRODUCT
// "Admission").
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import Testing

@Suite("Admission, held against a model")
struct AdmissionModelTests {
    static let setups = [
        AdmissionSetup(name: "a small house", seed: 1, capacities: [3], areHostsSteady: true),
        AdmissionSetup(
            name: "a desk with operators who come and go", seed: 2, isDesk: true,
            capacities: [1, 1, 1, 2]),
        AdmissionSetup(
            name: "several servers", seed: 3, capacities: [5, 3, 2, 1], arrivals: (14, 31)),
        AdmissionSetup(
            name: "short waits", seed: 4, isDesk: true, capacities: [1, 1], wait: .seconds(2),
            keepsPlace: .seconds(3)),
        AdmissionSetup(
            name: "a short queue", seed: 5, capacities: [2, 2], maxWaiting: 4),
        AdmissionSetup(
            name: "nobody waits", seed: 6, capacities: [4], maxWaiting: 0),
        AdmissionSetup(
            name: "no place is kept", seed: 7, isDesk: true, capacities: [2],
            keepsPlace: .zero),
        AdmissionSetup(
            name: "after a restart", seed: 8, events: 20_000, isDesk: true, capacities: [1],
            wait: .seconds(120), keepsPlace: .seconds(15), restored: 500),
        AdmissionSetup(
            name: "everything at the same time", seed: 9, capacities: [2, 1], pause: 2),
        AdmissionSetup(
            name: "a long queue", seed: 10, events: 60_000, isDesk: true, capacities: [1, 1],
            wait: .seconds(120), keepsPlace: .seconds(30), arrivals: (40, 60)),
        AdmissionSetup(
            name: "long silences", seed: 11, events: 120_000, capacities: [2],
            wait: .seconds(300), keepsPlace: .seconds(30), pause: 6000, arrivals: (10, 25)),
        AdmissionSetup(
            name: "hardly anything happens", seed: 12, events: 20_000, isDesk: true,
            capacities: [1], wait: .seconds(600), pause: 60_000, arrivals: (20, 30)),
    ]

    @Test("keeps every promise after every event", arguments: setups)
    func keepsPromises(setup: AdmissionSetup) {
        let run = AdmissionRun(setup)
        #expect(run.run() == nil)
        #expect(run.events == setup.events)
    }

    @Test("has a million events among the setups")
    func enough() {
        #expect(AdmissionModelTests.setups.reduce(0) { $0 + $1.events } >= 1_000_000)
    }
}
