// The way without libFuzzer: the seeds mutated for a while, reproducibly.
// SPDX-License-Identifier: GPL-3.0-or-later
#if !LIBFUZZER
    import ChatTestKit
    import Glibc

    /// Runs files, or mutations of the seeds.
    func runMutations(_ target: FuzzTarget, _ arguments: [String]) -> Never {
        var seconds = 10
        var seed: UInt64 = 1
        var files: [String] = []
        var rest = arguments.dropFirst()
        while let argument = rest.popFirst() {
            switch argument {
            case "--seconds":
                guard let value = rest.popFirst().flatMap({ Int($0) }) else {
                    fail("--seconds takes a number")
                }
                seconds = value
            case "--seed":
                guard let value = rest.popFirst().flatMap({ UInt64($0) }) else {
                    fail("--seed takes a number")
                }
                seed = value
            default: files.append(argument)
            }
        }
        for file in files { hold(target, TranscriptFile.contents(of: file)) }
        guard files.isEmpty else { exit(0) }

        let seeds = TranscriptFile.all(in: "Fuzz").filter {
            $0.name.hasPrefix("\(target.rawValue)/")
        }
        for seed in seeds { hold(target, seed.bytes) }
        var mutator = Mutator(seed: seed, corpus: seeds.map(\.bytes))
        let end = time(nil) + seconds
        var runs = 0
        while time(nil) < end {
            hold(target, mutator.next(limit: 4096))
            runs += 1
        }
        print("\(target.rawValue): \(runs) inputs of seed \(seed)")
        exit(0)
    }
#endif
