// What those who wait are told, when, and what that costs.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import Testing

@Suite("Notices to those who wait")
struct AdmissionNoticeTests {
    /// Who was told when last, and how much in each second.
    private struct Ear {
        var last: [Int: Instant] = [:]
        var heard: [Int: QueueStatus] = [:]
        var longestSilence = Duration.zero
        var perSecond: [Int64: Int] = [:]

        mutating func listen(_ scene: AdmissionScene) {
            let now = scene.now.instant
            for (visit, status) in scene.statuses() {
                if let last = last[visit] { longestSilence = max(longestSilence, now - last) }
                last[visit] = now
                heard[visit] = status
                perSecond[now.nanoseconds / 1_000_000_000, default: 0] += 1
            }
        }

        /// The most notices in one second.
        var most: Int { perSecond.values.max() ?? 0 }
    }

    private func pass(_ time: Duration, _ scene: AdmissionScene, _ ear: inout Ear) {
        for _ in 0..<time.wholeMilliseconds / 50 {
            scene.pass(.milliseconds(50))
            ear.listen(scene)
        }
    }

    @Test("say place, size, waited and left, and an estimate when something is known")
    func contents() throws {
        let scene = AdmissionScene(slots: 2)
        scene.approach(3)
        #expect(scene.statuses().map(\.status.estimate) == [nil])
        scene.pass(.seconds(10))
        for id: UInt64 in 1...4 {
            scene.leave(id)
            scene.approach()
        }
        scene.approach()
        scene.pass(.seconds(10))
        scene.look(8)
        let status = try #require(scene.statuses().last?.status)
        #expect(status.position == 2 && status.of == 2)
        #expect(status.waited == .seconds(10) && status.expiresIn == .seconds(290))
        // Two were served for 10 seconds, two not at all; two slots.
        #expect(status.estimate == .seconds(5))
        scene.open(1, false)
        scene.look(8)
        #expect(scene.statuses().last?.status.estimate == nil)
    }

    @Test("go to who comes, and to the first ten, at once")
    func atOnce() {
        let scene = AdmissionScene(slots: 0)
        scene.approach(30)
        _ = scene.said()
        scene.pass(.seconds(5))
        _ = scene.said()
        scene.approach()
        let told = scene.notices()
        #expect(told == (1...10).map { "\($0): \($0)/31" } + ["31: 31/31"])
        scene.leave(1)
        #expect(scene.notices() == (2...11).map { "\($0): \($0 - 1)/30" })
    }

    @Test("reach all others within a second or two")
    func rounds() {
        let scene = AdmissionScene(slots: 0)
        scene.approach(300)
        scene.pass(.seconds(5))
        _ = scene.said()
        scene.leave(50)
        scene.pass(.seconds(1))
        let told = scene.statuses()
        #expect(told.count == 299)
        #expect(told.allSatisfy { $0.status.of == 299 })
        #expect(told.last?.status.position == 299)
    }

    @Test("are not repeated when nothing has changed, but for a reminder")
    func reminders() {
        let scene = AdmissionScene(slots: 0)
        scene.approach(20)
        scene.pass(.seconds(3))
        _ = scene.said()
        scene.pass(.seconds(9))
        #expect(scene.said().isEmpty)
        scene.pass(.seconds(5))
        #expect(scene.notices().count == 20)
        let calls = scene.calls
        scene.pass(.seconds(130))
        #expect(scene.calls - calls <= 100)
        #expect(scene.notices().count == 200)
    }

    @Test("go to who comes back and who goes on elsewhere at once, wherever it stands")
    func comingBack() {
        let scene = AdmissionScene(slots: 0)
        scene.approach(100)
        scene.pass(.seconds(2))
        scene.drop(60)
        _ = scene.said()
        #expect(scene.comeBack(60))
        #expect(scene.said() == ["60: 60/100"])
        scene.look(61)
        #expect(scene.said() == ["61: 61/100"])
    }

    @Test("do not go to who is not there")
    func absent() {
        let scene = AdmissionScene(slots: 0)
        scene.approach(5)
        scene.drop(2)
        scene.drop(4)
        _ = scene.said()
        scene.leave(1)
        scene.look(4)
        #expect(scene.notices() == ["3: 2/4", "5: 4/4"])
        scene.pass(.seconds(16))
        #expect(scene.notices() == ["3: 2/4", "5: 4/4"])
    }

    @Test("are one for each, however many waits end at the same time")
    func manyExpire() {
        let scene = AdmissionScene(AdmissionPolicy(wait: .seconds(60)), slots: 0)
        scene.approach(1000)
        scene.pass(.seconds(30))
        scene.approach(5)
        scene.pass(.seconds(29))
        _ = scene.said()
        scene.pass(.seconds(1))
        #expect(scene.notices() == (1...5).map { "\(1000 + $0): \($0)/5" })
    }

    @Test("for ten thousand come in time, at two thousand a second and the head's")
    func tenThousand() {
        let scene = AdmissionScene(AdmissionPolicy(wait: .seconds(3600)), slots: 0)
        scene.approach(10_000)
        var ear = Ear()
        ear.listen(scene)
        ear.perSecond = [:]
        pass(.seconds(40), scene, &ear)
        #expect(ear.heard.count == 10_000)
        #expect(ear.heard.allSatisfy { $0.value.position == $0.key && $0.value.of == 10_000 })
        #expect(ear.most <= 2000 + 20 * 10)
        // Now one of them leaves every 100 milliseconds.
        for step in 0..<300 {
            scene.leave(UInt64(1 + step * 17))
            pass(.milliseconds(100), scene, &ear)
        }
        #expect(ear.most <= 2000 + 20 * 10)
        for step in 0..<300 { ear.heard[1 + step * 17] = nil }
        pass(.seconds(20), scene, &ear)
        #expect(ear.heard.count == 9700 && ear.heard.allSatisfy { $0.value.of == 9700 })
        #expect(ear.longestSilence <= .seconds(15))
    }

    @Test("come in time when everybody has come back at the same time")
    func stampede() {
        let scene = AdmissionScene(AdmissionPolicy(wait: .seconds(3600)), slots: 0)
        scene.approach(8000)
        scene.pass(.seconds(20))
        for id: UInt64 in 1...8000 { scene.drop(id) }
        scene.pass(.seconds(3))
        _ = scene.said()
        var ear = Ear()
        for id: UInt64 in 1...8000 { #expect(scene.comeBack(id)) }
        ear.listen(scene)
        #expect(ear.last.count == 8000)
        ear.perSecond = [:]
        pass(.seconds(40), scene, &ear)
        #expect(ear.longestSilence <= .seconds(15) && ear.most <= 2000)
        #expect(ear.last.allSatisfy { scene.now.instant - $0.value <= .seconds(15) })
    }

    @Test("come in time when a round has become shorter since the last")
    func shorterRound() {
        let scene = AdmissionScene(AdmissionPolicy(wait: .seconds(3600)), slots: 0)
        scene.approach(8000)
        scene.pass(.seconds(6))
        var ear = Ear()
        ear.listen(scene)
        for id: UInt64 in 20..<7980 { scene.drop(id) }
        pass(.seconds(24), scene, &ear)
        for id in 1..<20 {
            #expect(ear.last[id].map { scene.now.instant - $0 <= .seconds(15) } == true)
        }
        #expect(ear.longestSilence <= .seconds(15))
    }

    @Test("come in time when the machine is late by a second")
    func lateTimers() {
        let scene = AdmissionScene(AdmissionPolicy(wait: .seconds(3600)), slots: 0)
        scene.approach(100)
        var ear = Ear()
        for step in 0..<100 {
            scene.oversleep(.milliseconds(500 + step * 37 % 500))
            ear.listen(scene)
        }
        #expect(ear.last.count == 100 && ear.longestSilence <= .seconds(15))
    }

    @Test("are few in a storm: twenty changes a second go out at once, the others in rounds")
    func storm() {
        let scene = AdmissionScene(AdmissionPolicy(wait: .seconds(3600)), slots: 0)
        scene.approach(50)
        scene.pass(.seconds(3))
        _ = scene.said()
        var count = 0
        for _ in 0..<1000 {
            let id = scene.approach()
            scene.leave(UInt64(id))
            scene.pass(.milliseconds(1))
            count += scene.notices().filter { !$0.hasPrefix("\(id):") }.count
        }
        #expect(count <= 2 * 20 * 10 + 2 * 60)
        scene.pass(.seconds(3))
        let final = scene.statuses()
        #expect(final.allSatisfy { $0.status.of == 50 })
    }

    @Test("need no call when nobody waits")
    func silence() {
        let scene = AdmissionScene(AdmissionPolicy(wait: .seconds(10)), slots: 1)
        #expect(scene.admission.nextDeadline == .distantFuture)
        scene.approach(2)
        #expect(scene.admission.nextDeadline <= scene.now.instant + .seconds(10))
        scene.leave(2)
        scene.pass(.seconds(20))
        #expect(scene.admission.nextDeadline == .distantFuture)
        let forever = AdmissionScene(AdmissionPolicy(wait: .seconds(Int64.max)), slots: 0)
        forever.approach()
        forever.pass(.seconds(86_400 * 365))
        #expect(forever.waiting == [1])
        forever.leave(1)
        #expect(forever.admission.nextDeadline == .distantFuture)
    }

    @Test("make the oldest wait that of whoever has waited longest")
    func oldestWait() {
        let scene = AdmissionScene.desk(2)
        #expect(scene.admission.oldestWait(now: scene.now.instant) == nil)
        scene.approach(4)
        scene.pass(.seconds(100))
        scene.removeHost(1)
        #expect(scene.waiting == [1, 2, 3, 4])
        scene.pass(.seconds(5))
        #expect(scene.admission.oldestWait(now: scene.now.instant) == .seconds(105))
        scene.drop(1)
        let list = scene.admission.waiting(limit: 2, now: scene.now.instant)
        #expect(
            list.map(\.position) == [2, 3] && list.map(\.waited) == [.seconds(5), .seconds(105)])
        #expect(scene.admission.waiting(limit: -1, now: scene.now.instant).isEmpty)
    }
}
