// Hosts: operators, or the server itself. Who gets whom, and what happens when one goes.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import Testing

@Suite("Admission's hosts")
struct AdmissionHostTests {
    @Test("none: nobody is served; the first one serves in order")
    func noHost() {
        let scene = AdmissionScene()
        scene.approach(3)
        #expect(scene.waiting == [1, 2, 3])
        scene.host(1, 2)
        #expect(scene.served(by: 1) == [1, 2] && scene.waiting == [3])
    }

    @Test("the least loaded is chosen, then the one that was idle longest")
    func choice() {
        let scene = AdmissionScene.desk(4, 2)
        scene.approach(4)
        #expect(scene.served(by: 1) == [1, 3, 4] && scene.served(by: 2) == [2])
        let even = AdmissionScene.desk(1, 1, 1)
        even.approach(3)
        for id: UInt64 in [2, 3, 1] {
            even.pass(.seconds(1))
            even.close(id)
        }
        even.approach(3)
        #expect(even.served(by: 2) == [4] && even.served(by: 3) == [5] && even.served(by: 1) == [6])
    }

    @Test("with fewer slots than it serves keeps them all, and takes in nobody")
    func shrinking() {
        let scene = AdmissionScene(slots: 3)
        scene.approach(4)
        scene.host(1, 1)
        #expect(scene.served(by: 1) == [1, 2, 3])
        scene.leave(1)
        scene.leave(2)
        #expect(scene.served(by: 1) == [3] && scene.waiting == [4])
        scene.leave(3)
        #expect(scene.served(by: 1) == [4])
        scene.host(1, -5)
        #expect(scene.admission.state(of: HostID(raw: 1))?.capacity == 0)
    }

    @Test("that has no limit serves everybody")
    func unlimited() {
        let scene = AdmissionScene(slots: .max)
        scene.host(2, .max)
        scene.host(3, 1)
        scene.approach(100)
        #expect(scene.waiting.isEmpty && scene.admission.counts.attended == 100)
    }

    @Test("that is paused takes in nobody but whom it asks for")
    func paused() {
        let scene = AdmissionScene.desk(2)
        scene.approach()
        scene.open(1, false)
        scene.approach(3)
        #expect(scene.served(by: 1) == [1])
        scene.drop(2)
        scene.takeNext(1)
        #expect(scene.served(by: 1) == [1, 3])
        scene.takeNext(1)
        #expect(scene.served(by: 1) == [1, 3])
        scene.close(1)
        #expect(scene.served(by: 1) == [3] && scene.waiting == [4])
        scene.open(1, true)
        #expect(scene.served(by: 1) == [3, 4])
        scene.takeNext(1)
        #expect(scene.admission.state(of: HostID(raw: 1))?.inUse == 2)
    }

    @Test("that goes returns its visits to the head of the queue, and others take them")
    func removed() {
        let scene = AdmissionScene.desk(2, 1)
        scene.approach(5)
        scene.attend(2)
        scene.pass(.seconds(10))
        _ = scene.said()
        #expect(scene.served(by: 1) == [1, 3] && scene.served(by: 2) == [2])
        scene.removeHost(1)
        #expect(
            scene.said() == [
                "record 1 returned", "1 returned from 1", "record 3 returned", "3 returned from 1",
                "1: 1/4", "3: 2/4", "4: 3/4", "5: 4/4",
            ])
        #expect(scene.admission.counts.waiting == 4 && scene.admission.counts.serving == 0)
        scene.removeHost(2)
        #expect(scene.waiting == [1, 2, 3, 4, 5])
        #expect(scene.admission.counts.attended == 1 && scene.admission.counts.waiting == 4)
        _ = scene.said()
        scene.pass(.seconds(2))
        scene.host(3, 2)
        #expect(scene.records() == ["1 served h3 2s", "2 served h3 2s"])
        scene.pass(.seconds(3))
        scene.close(2)
        #expect(scene.records().first == "2 ended closed 13s")
    }

    @Test("another one takes at once whom one that goes has left, if it has slots")
    func takenOver() {
        let scene = AdmissionScene(slots: 1)
        scene.approach()
        scene.host(2, 1)
        _ = scene.said()
        scene.removeHost(1)
        #expect(
            scene.said() == [
                "record 1 returned", "1 returned from 1", "record 1 served h2 0s",
                "1 admitted by 2",
            ])
    }

    @Test("whoever was returned waits as long as any other, also after a long conversation")
    func returnedExpires() {
        let scene = AdmissionScene(AdmissionPolicy(wait: .seconds(60), isDesk: true), slots: 0)
        scene.approach(2)
        scene.host(1, 2)
        scene.attend(1)
        scene.pass(.seconds(500))
        scene.removeHost(1)
        _ = scene.said()
        scene.pass(.seconds(59))
        #expect(scene.waiting == [1, 2])
        scene.pass(.seconds(1))
        #expect(
            scene.records() == ["1 ended expired 500s", "2 lost expired 60s"])
    }

    @Test("sends back whom it cannot serve, to the head of the queue")
    func sentBack() {
        let scene = AdmissionScene(slots: 1)
        scene.approach(3)
        scene.host(1, 0)
        _ = scene.said()
        scene.sendBack(1)
        #expect(
            scene.said() == [
                "record 1 returned", "1 returned from 1", "1: 1/3", "2: 2/3", "3: 3/3",
            ])
        scene.host(2, 1)
        #expect(scene.served(by: 2) == [1])
    }

    @Test("that had no slot after all costs nobody its wait, nor lengthens it")
    func refused() {
        let scene = AdmissionScene(AdmissionPolicy(wait: .seconds(60), isDesk: true), slots: 0)
        scene.approach()
        scene.pass(.seconds(20))
        scene.host(1, 1)
        scene.pass(.seconds(10))
        scene.host(1, 0)
        _ = scene.said()
        scene.refuse(1)
        let told = scene.statuses()
        #expect(told.map(\.status.waited) == [.seconds(30)])
        #expect(told.map(\.status.expiresIn) == [.seconds(30)])
        scene.host(1, 1)
        scene.attend(1)
        scene.pass(.seconds(40))
        // Its time is over meanwhile.
        scene.host(1, 0)
        _ = scene.said()
        scene.refuse(1)
        scene.pass(.zero)
        #expect(scene.records().suffix(2) == ["1 returned", "1 ended expired 0s"])
    }

    @Test("that vanish again and again are the end of it")
    func givenUp() {
        let scene = AdmissionScene.desk(2)
        scene.approach(3)
        scene.attend(2)
        _ = scene.said()
        scene.giveUp(1)
        scene.giveUp(2)
        scene.giveUp(2)
        scene.giveUp(9)
        #expect(
            scene.records() == [
                "1 lost server_gone 0s", "3 served h1 0s", "2 ended server_gone 0s",
            ])
    }

    @Test("are loaded by those whom others serve there")
    func others() {
        let scene = AdmissionScene()
        scene.host(1, 2, others: 8)
        scene.host(2, 4)
        scene.approach(4)
        #expect(scene.served(by: 1).isEmpty && scene.served(by: 2) == [1, 2, 3, 4])
        scene.host(2, .max, others: .max)
        scene.host(1, .max, others: -1)
        scene.approach()
        #expect(scene.served(by: 1) == [5])
    }

    @Test("hands over whom it serves to one with a slot, and then serves the next")
    func moved() {
        let scene = AdmissionScene.desk(1, 1)
        scene.approach(3)
        #expect(!scene.move(1, to: 2) && !scene.move(1, to: 1) && !scene.move(3, to: 2))
        scene.attend(1)
        scene.pass(.seconds(5))
        scene.close(2)
        scene.open(2, false)
        scene.close(3)
        scene.approach()
        _ = scene.said()
        #expect(scene.served(by: 1) == [1] && scene.waiting == [4])
        #expect(scene.move(1, to: 2))
        #expect(
            scene.said() == [
                "record 1 served h2 0s", "1 admitted by 2", "record 4 served h1 0s",
                "4 admitted by 1",
            ])
        scene.pass(.seconds(5))
        scene.close(1)
        #expect(scene.records() == ["1 ended closed 10s"])
    }

    @Test("are told how many of their slots are taken")
    func states() {
        let scene = AdmissionScene.desk(3)
        scene.approach(2)
        scene.open(1, false)
        let state = scene.admission.state(of: HostID(raw: 1))
        #expect(state?.capacity == 3 && state?.inUse == 2 && state?.isOpen == false)
        #expect(scene.admission.state(of: HostID(raw: 2)) == nil)
        #expect(scene.admission.visits(of: HostID(raw: 2)).isEmpty)
    }
}
