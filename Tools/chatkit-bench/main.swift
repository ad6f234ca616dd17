// chatkit-bench: starts each server on the loopback, drives load, and prints what it measured.
// SPDX-License-Identifier: GPL-3.0-or-later
import Glibc

let options: Options
do {
    options = try Options(Array(CommandLine.arguments.dropFirst()))
} catch {
    printError("chatkit-bench: \(error)\ntry chatkit-bench --help")
    exit(64)
}
if options.wantsHelp {
    print(Options.help, terminator: "")
    exit(0)
}

let quick = options.extent == .quick
/// What a full run may take; what is left over after it is not begun, and soon after it all ends.
let budgetSeconds: UInt32 = quick ? 80 : 560
InterruptWatch.start(limitSeconds: budgetSeconds + (quick ? 10 : 50))

var files = rlimit()
getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &files)
files.rlim_cur = files.rlim_max
setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &files)

// Before pinning, which hides the other processors.
let machine = Machine.current()
let placement = options.isUnpinned ? Placement.free(threads: options.threads) : .standard()
do { try placement.pinLoadGenerator() } catch {
    printError("chatkit-bench: \(error)")
    exit(1)
}

let plan = Plan(
    scenarios: options.chosenScenarios, subjects: options.chosenSubjects,
    rounds: options.rounds ?? (quick ? 2 : 5),
    secondsPerRound: options.seconds ?? (quick ? 0.15 : 0.25), placement: placement,
    deadline: Deadline(in: Double(budgetSeconds)), repeatSeconds: quick ? 0 : 40,
    progress: { printError($0) })
var runner = Runner(
    plan: plan, programs: Programs(chatkit: options.server, floor: options.floor),
    machine: machine)
runner.run()

print(
    options.printsMarkdown ? runner.results.markdown : runner.results.table, terminator: "")
if options.printsMarkdown {
    runner.results.failures.forEach { printError("chatkit-bench: \($0)") }
}
if let path = options.json {
    do { try write(runner.results.json, toFile: path) } catch {
        printError("chatkit-bench: \(error)")
        exit(1)
    }
}
exit(runner.results.failures.isEmpty ? 0 : 1)
