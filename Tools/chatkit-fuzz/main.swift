// chatkit-fuzz TARGET [libFuzzer's options and corpus folders]
// chatkit-fuzz TARGET [--seconds N] [--seed N] [FILE …]
//
// Built with `-sanitize=fuzzer` and `-D LIBFUZZER` it is a libFuzzer program; without them it runs
// the files it is given, or mutates the seeds of Tests/Fuzz/TARGET for N seconds. `make fuzz`
// builds the former.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatTestKit
import Glibc

func fail(_ message: String) -> Never {
    var text = "chatkit-fuzz: \(message)\n"
    text.withUTF8 { _ = write(STDERR_FILENO, $0.baseAddress, $0.count) }
    exit(64)
}

var arguments = CommandLine.arguments
guard arguments.count > 1, let target = FuzzTarget(rawValue: arguments[1]) else {
    let names = FuzzTarget.allCases.map(\.rawValue).joined(separator: ", ")
    fail("the first argument is one of: \(names)")
}
arguments.remove(at: 1)

/// Runs one input; a promise that does not hold ends the process the way a crash would.
func hold(_ target: FuzzTarget, _ input: some Collection<UInt8>) {
    do {
        try target.run(input)
    } catch {
        var text = "\(target.rawValue): \(error)\n"
        text.withUTF8 { _ = write(STDERR_FILENO, $0.baseAddress, $0.count) }
        abort()
    }
}

#if LIBFUZZER
    runLibFuzzer(target, arguments)
#else
    runMutations(target, arguments)
#endif
