// The fuzzer's seeds, and inputs like them, through the same targets.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatTestKit
import Testing

@Suite("Fuzz targets")
struct FuzzSeedTests {
    private func seeds(_ target: FuzzTarget) -> [(name: String, bytes: [UInt8])] {
        TranscriptFile.all(in: "Fuzz").filter { $0.name.hasPrefix("\(target.rawValue)/") }
    }

    @Test("every seed holds the promises", arguments: FuzzTarget.allCases)
    func seedsHold(target: FuzzTarget) {
        let seeds = seeds(target)
        #expect(seeds.count >= 5)
        for (name, bytes) in seeds {
            #expect(throws: Never.self, "\(name)") { try target.run(bytes) }
        }
    }

    @Test("so do inputs made from the seeds", arguments: FuzzTarget.allCases)
    func mutationsHold(target: FuzzTarget) {
        var mutator = Mutator(seed: 1, corpus: seeds(target).map(\.bytes))
        for _ in 0..<50 {
            let input = mutator.next(limit: 2048)
            #expect(throws: Never.self) { try target.run(input) }
        }
    }
}
