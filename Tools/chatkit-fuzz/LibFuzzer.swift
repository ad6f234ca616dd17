// The way into libFuzzer: it makes the inputs, guided by what they reach.
// SPDX-License-Identifier: GPL-3.0-or-later
#if LIBFUZZER
    import ChatTestKit
    import Glibc

    /// libFuzzer's main loop (compiler-rt, FuzzerDriver.cpp): parses its own options.
    @_silgen_name("LLVMFuzzerRunDriver")
    private func driver(
        _ count: UnsafeMutablePointer<CInt>,
        _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?>,
        _ one: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
    ) -> CInt

    // Set once before the loop; libFuzzer runs inputs on one thread.
    nonisolated(unsafe) private var chosen = FuzzTarget.sniffer

    /// Fuzzes until libFuzzer's options say that it is enough.
    func runLibFuzzer(_ target: FuzzTarget, _ arguments: [String]) -> Never {
        chosen = target
        var count = CInt(arguments.count)
        // libFuzzer keeps them for as long as the process lives.
        let list = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>.allocate(
            capacity: arguments.count + 1)
        for (index, argument) in arguments.enumerated() { list[index] = strdup(argument) }
        list[arguments.count] = nil
        var start: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = list
        exit(
            driver(&count, &start) { bytes, count in
                hold(chosen, UnsafeBufferPointer(start: bytes, count: count))
                return 0
            })
    }
#endif
