// How long TCP waits for a peer that has vanished.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import ChatIO
import Testing

@Suite("The patience with a peer")
struct PeerPatienceTests {
    @Test(
        "a vanished peer's connection ends after the idle time, and is probed well before",
        arguments: [1, 5, 60, 300, 3600, 86_400])
    func probesFitIntoTheIdleTime(seconds: Int) {
        let patience = PeerPatience(idle: .seconds(seconds))
        #expect(patience.limit == Int32(seconds))
        #expect(patience.firstProbe >= 1)
        #expect(Int(patience.firstProbe) <= min(max(1, seconds / 5), 60))
        #expect(patience.interval >= 1)
    }

    @Test("without an idle time the kernel's limits stand, and probes find a vanished peer")
    func unlimited() {
        #expect(PeerPatience.unlimited == PeerPatience(idle: nil))
        #expect(PeerPatience.unlimited.limit == nil)
        let patience = PeerPatience.unlimited
        #expect(patience.firstProbe + patience.interval * patience.probes == 70)
    }

    @Test("times that TCP cannot count are brought into its range")
    func extremes() {
        #expect(PeerPatience(idle: .zero).limit == 1)
        #expect(PeerPatience(idle: .seconds(Int64.max)).limit == 1_000_000)
    }
}
