// What becomes of clients: the definitions of PRODUCT "Admission", one by one.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import Testing

@Suite("Admission")
struct AdmissionTests {
    @Test("serves who comes while there is a slot; without a desk that is being attended")
    func served() {
        let scene = AdmissionScene(slots: 2)
        #expect(scene.approach() == 1)
        #expect(
            scene.said() == [
                "record 1 approached n t", "record 1 served h1 0s", "1 admitted by 1",
                "record 1 attended",
            ])
        #expect(scene.admission.isAttended(VisitID(number: 1)))
        #expect(scene.admission.host(of: VisitID(number: 1)) == HostID(raw: 1))
        #expect(scene.admission.counts.attended == 1 && scene.admission.counts.serving == 0)
    }

    @Test("lets who comes then wait, and gives the first of them a freed slot at once")
    func waits() {
        let scene = AdmissionScene(slots: 1)
        scene.approach(3)
        #expect(
            scene.said().dropFirst(4) == [
                "record 2 approached n t", "record 2 waiting", "2: 1/1", "record 3 approached n t",
                "record 3 waiting", "2: 1/2", "3: 2/2",
            ])
        #expect(scene.admission.counts.waiting == 2 && scene.admission.waitingCount == 2)
        scene.pass(.seconds(7))
        _ = scene.said()
        scene.leave(1)
        #expect(
            scene.said() == [
                "record 1 ended left 7s", "1 ended left", "record 2 served h1 7s",
                "2 admitted by 1", "record 2 attended", "3: 1/1",
            ])
    }

    @Test("at a desk serves until the operator speaks, and attends from then on")
    func desk() {
        let scene = AdmissionScene.desk(1)
        scene.approach()
        #expect(scene.admission.counts.serving == 1 && scene.admission.counts.attended == 0)
        scene.pass(.seconds(3))
        _ = scene.said()
        scene.attend(1)
        scene.attend(1)
        #expect(scene.said() == ["record 1 attended"])
        #expect(scene.admission.counts.serving == 0 && scene.admission.counts.attended == 1)
        scene.pass(.seconds(4))
        scene.close(1)
        #expect(scene.said() == ["record 1 ended closed 7s", "1 ended closed"])
        #expect(
            scene.admission.counts.attended == 1 && !scene.admission.isKnown(VisitID(number: 1)))
    }

    @Test("counts who was never attended as lost, with the reason")
    func lost() {
        let scene = AdmissionScene(
            AdmissionPolicy(wait: .seconds(60), maxWaiting: 2, isDesk: true), slots: 2)
        scene.approach(5)
        scene.close(1)
        scene.pass(.seconds(60))
        scene.leave(2)
        scene.approach()
        scene.cutOff(6)
        #expect(
            scene.admission.counts.lost == [
                .queueFull: 1, .unanswered: 1, .left: 1, .expired: 1, .serverGone: 1,
            ])
        #expect(scene.admission.counts.isBalanced && scene.admission.counts.approached == 6)
        #expect(scene.admission.counts.attended == 0)
        #expect(
            scene.records().filter { $0.contains("lost") } == [
                "5 lost queue_full 0s", "1 lost unanswered 0s", "4 lost expired 60s",
                "2 lost left 0s", "6 lost server_gone 0s",
            ])
    }

    @Test("turns away who finds the queue full, and takes in again when it is shorter")
    func fullQueue() {
        let scene = AdmissionScene(AdmissionPolicy(maxWaiting: 2), slots: 1)
        scene.approach(3)
        _ = scene.said()
        scene.approach()
        #expect(
            scene.said() == [
                "record 4 approached n t", "record 4 lost queue_full 0s", "4 lost queue_full",
            ])
        scene.drop(2)
        scene.approach()
        #expect(scene.said().last == "5 lost queue_full")
        scene.leave(3)
        scene.approach()
        #expect(scene.waiting == [6])
        let nobody = AdmissionScene(AdmissionPolicy(maxWaiting: 0), slots: 1)
        nobody.approach(2)
        #expect(nobody.said().last == "2 lost queue_full")
    }

    @Test("knows nothing of who is over, and takes nothing amiss")
    func unknown() {
        let scene = AdmissionScene.desk(1)
        scene.approach(2)
        scene.close(1)
        scene.leave(2)
        let counts = scene.admission.counts
        _ = scene.said()
        for id: UInt64 in [0, 1, 2, 3, .max] {
            scene.leave(id)
            scene.drop(id)
            scene.attend(id)
            scene.close(id)
            scene.cutOff(id)
            scene.sendBack(id)
            scene.look(id)
            #expect(!scene.comeBack(id) && !scene.move(id, to: 1) && !scene.move(id, to: 9))
        }
        for host: UInt64 in [0, 9, .max] {
            scene.open(host, true)
            scene.takeNext(host)
            scene.removeHost(host)
        }
        #expect(scene.said().isEmpty && scene.admission.counts == counts)
    }

    @Test("does to who waits only what can be done to it")
    func waitingOnly() {
        let scene = AdmissionScene.desk(0)
        scene.approach()
        _ = scene.said()
        scene.attend(1)
        scene.close(1)
        scene.cutOff(1)
        scene.sendBack(1)
        #expect(!scene.comeBack(1) && !scene.move(1, to: 1))
        #expect(scene.said().isEmpty && scene.waiting == [1])
    }

    // MARK: - Dropping

    @Test("keeps the place of who drops for 30 seconds, and no longer")
    func keepsPlace() {
        let scene = AdmissionScene(slots: 1)
        scene.approach(3)
        scene.drop(2)
        scene.drop(2)
        scene.pass(.milliseconds(29_999))
        #expect(scene.waiting == [3] && scene.admission.waitingCount == 2)
        _ = scene.said()
        #expect(scene.comeBack(2))
        #expect(scene.said() == ["2: 1/2"])
        scene.drop(2)
        scene.pass(.seconds(29))
        _ = scene.said()
        scene.pass(.seconds(1))
        #expect(scene.said() == ["record 2 lost left 59s", "2 lost left", "3: 1/1"])
        #expect(!scene.comeBack(2))
    }

    @Test("gives a place back only in time, even if nobody has cleared it away")
    func late() {
        let scene = AdmissionScene(slots: 0)
        scene.approach()
        scene.drop(1)
        let host = scene.admission
        scene.oversleep(.zero)
        _ = scene.said()
        var admission = host
        var actions: [AdmissionAction] = []
        let late = Now(instant: scene.now.instant + .seconds(30), wall: scene.now.wall)
        #expect(!admission.cameBack(VisitID(number: 1), now: late, actions: &actions))
        admission.deadlineReached(now: late, actions: &actions)
        #expect(admission.counts.lost == [.left: 1])
        scene.pass(.seconds(1))
    }

    @Test("passes over who has dropped, and serves it when it is back")
    func absentHead() {
        let scene = AdmissionScene(slots: 1)
        scene.approach(3)
        scene.drop(2)
        _ = scene.said()
        scene.leave(1)
        #expect(scene.served(by: 1) == [3])
        scene.leave(3)
        #expect(scene.comeBack(2))
        #expect(scene.served(by: 1) == [2])
        scene.approach()
        scene.drop(4)
        scene.leave(2)
        scene.approach()
        #expect(scene.served(by: 1) == [5])
    }

    @Test("does not wait longer for who has dropped than for others")
    func absentExpires() {
        let scene = AdmissionScene(AdmissionPolicy(wait: .seconds(10)), slots: 0)
        scene.approach()
        scene.drop(1)
        scene.pass(.seconds(10))
        #expect(scene.said().last == "1 lost expired")
    }

    @Test("frees the slot of who drops while it is served")
    func droppedServed() {
        let scene = AdmissionScene(slots: 1)
        scene.approach(2)
        scene.drop(1)
        #expect(scene.served(by: 1) == [2])
        let strict = AdmissionScene(AdmissionPolicy(keepsPlace: .zero), slots: 0)
        strict.approach()
        strict.drop(1)
        #expect(strict.said().last == "1 lost left")
    }

    @Test("counts and records who passes where nobody waits, and keeps nothing of it")
    func passing() {
        let scene = AdmissionScene()
        #expect(scene.pass("house") == 1)
        #expect(scene.records() == ["1 approached n ", "1 served house 0s", "1 attended"])
        #expect(scene.admission.counts.approached == 1 && scene.admission.counts.attended == 1)
        #expect(scene.admission.counts.isBalanced && !scene.admission.isKnown(VisitID(number: 1)))
        scene.passed(1, .left, .seconds(4))
        #expect(scene.said() == ["record 1 ended left 4s"])
        #expect(scene.approach() == 2)
    }

    @Test("forgets nothing that counts when many have come and gone")
    func manyGone() {
        let scene = AdmissionScene(AdmissionPolicy(wait: .seconds(3600)), slots: 0)
        scene.approach(3)
        scene.drop(2)
        for id: UInt64 in 4..<9000 {
            scene.approach()
            scene.leave(id)
            if id == 5000 { scene.pass(.seconds(10)) }
        }
        scene.pass(.seconds(19))
        #expect(scene.admission.waitingCount == 3)
        scene.pass(.seconds(1))
        #expect(scene.admission.counts.lost == [.left: 8997])
        scene.pass(.seconds(3569))
        #expect(scene.waiting == [1, 3])
        scene.pass(.seconds(1))
        #expect(scene.admission.counts.lost == [.left: 8997, .expired: 2])
        scene.pass(.seconds(10))
        #expect(scene.admission.nextDeadline == .distantFuture)
    }

    // MARK: - Restarts

    @Test("keeps places over a restart, in order and before everybody new")
    func restored() {
        let scene = AdmissionScene(slots: 0, last: 9)
        scene.restore(7)
        scene.restore(5, isAttended: true)
        scene.restore(7)
        #expect(scene.admission.counts.approached == 2)
        #expect(scene.admission.counts.attended == 1 && scene.admission.counts.waiting == 1)
        #expect(scene.approach() == 10)
        #expect(scene.said().contains("10: 3/3"))
        #expect(scene.comeBack(7))
        #expect(scene.said() == ["7: 2/3"])
        scene.host(1, 1)
        #expect(scene.served(by: 1) == [7])
        scene.pass(.seconds(30))
        #expect(scene.records().contains("5 ended server_gone 0s"))
        #expect(scene.admission.counts.isBalanced)
    }

    @Test("counts who does not come back after a restart as lost with the server")
    func unclaimed() {
        let scene = AdmissionScene(slots: 1)
        scene.restore(1)
        scene.restore(2)
        #expect(scene.comeBack(2))
        scene.leave(2)
        scene.pass(.seconds(30))
        #expect(scene.admission.counts.lost == [.serverGone: 1])
        #expect(scene.admission.counts.attended == 1)
        scene.restore(3)
        scene.host(1, 0)
        #expect(scene.comeBack(3))
        scene.drop(3)
        scene.pass(.seconds(30))
        #expect(scene.admission.counts.lost == [.serverGone: 1, .left: 1])
    }

    @Test("gives nobody the slots of a server that ends, whatever else happens")
    func ending() {
        let scene = AdmissionScene(slots: 2)
        scene.approach(5)
        _ = scene.said()
        scene.cutOff(1)
        #expect(scene.said() == ["record 1 ended server_gone 0s", "1 ended server_gone"])
        scene.leave(4)
        scene.drop(2)
        scene.pass(.seconds(5))
        #expect(scene.waiting == [3, 5] && scene.served(by: 1).isEmpty)
    }
}
