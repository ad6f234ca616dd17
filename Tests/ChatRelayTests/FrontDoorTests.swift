// The relay's machine in single cases: who is sent where, who waits, and what becomes of those whose
// server is gone, busy or to be empty (PRODUCT "relay").
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import Testing

@Suite("The front door")
struct FrontDoorTests {
    @Test("sends everybody to the server with the least load, of equals to the one idle longest")
    func leastLoaded() {
        let scene = FrontDoorScene(["A": 2, "B": 4])
        scene.come(1...6)
        #expect(
            scene.said() == [
                "1 to A as 1", "2 to B as 2", "3 to B as 3", "4 to A as 4", "5 to B as 5",
                "6 to B as 6",
            ])
        scene.free(2, at: "B")
        scene.pass(.seconds(1))
        scene.free(1, at: "A")
        scene.free(4, at: "A")
        scene.free(3, at: "B")
        scene.free(5, at: "B")
        scene.free(6, at: "B")
        _ = scene.said()
        scene.come(7)
        #expect(scene.said() == ["7 to A as 7"])
    }

    @Test("counts those who came to a server by themselves for its load")
    func loadOfOthers() {
        let scene = FrontDoorScene(["A": 10, "B": 10])
        scene.hear("A", 10, others: 8)
        scene.come(1...3)
        #expect(scene.said() == ["1 to B as 1", "2 to B as 2", "3 to B as 3"])
        scene.hear("B", nil)
        scene.hear("A", nil, others: .max)
        scene.come(4)
        #expect(scene.said() == ["4 to B as 4"])
    }

    @Test("lets wait who finds no room, and serves who waits in order")
    func inOrder() {
        let scene = FrontDoorScene(["A": 1])
        scene.come(1...3)
        #expect(scene.said() == ["1 to A as 1", "2: 1/1", "2: 1/2", "3: 2/2"])
        scene.free(1, at: "A")
        #expect(scene.said() == ["1 freed", "2 to A as 2", "3: 1/1"])
        #expect(scene.assigned[2]?.hasWaited == true)
        #expect(scene.assigned[2]?.ticket == "t2")
        scene.free(1, at: "A")
        scene.leave(3)
        scene.leave(2)
        #expect(scene.said().isEmpty)
        #expect(scene.waiting.isEmpty)
    }

    @Test("leaves nobody waiting beside a free slot when arrivals are staggered")
    func staggeredArrivals() {
        // One after the other comes while slots become free between them, one after the other.
        let scene = FrontDoorScene(["A": 2, "B": 1])
        scene.come(1...3)
        for number: UInt64 in 4...40 {
            scene.come(number)
            #expect(scene.waiting == [number])
            scene.pass(.milliseconds(number % 7 * 100))
            let server = ["A", "B"][Int(number % 2)]
            scene.free(scene.served(by: server).first ?? 0, at: server)
            #expect(scene.waiting.isEmpty)
            #expect(scene.served(by: "A").count == 2)
            #expect(scene.served(by: "B").count == 1)
        }
        // Also when two come while one becomes free, and when a server grows.
        scene.come(41...42)
        scene.free(scene.served(by: "B").first ?? 0, at: "B")
        #expect(scene.waiting == [42])
        scene.hear("A", 3)
        #expect(scene.waiting.isEmpty)
    }

    @Test("does not over-fill a server that returns from maintenance to a full queue")
    func fullQueueAfterMaintenance() {
        let scene = FrontDoorScene(["A": 3])
        scene.come(1...3)
        #expect(scene.order(.drain, "A")?.state == .draining)
        scene.come(4...20)
        #expect(scene.waiting == Array(1...20))
        _ = scene.said()
        // Somebody has gone to the server directly meanwhile.
        scene.hear("A", 3, others: 1)
        #expect(scene.said().allSatisfy { !$0.contains("to A") })
        #expect(scene.order(.undrain, "A")?.free == 0)
        #expect(scene.served(by: "A") == [1, 2])
        #expect(scene.waiting == Array(3...20))
        // What it says of itself while they arrive gives away no slot twice.
        scene.hear("A", 3, others: 1)
        scene.hear("A", 3, others: 1)
        #expect(scene.served(by: "A") == [1, 2])
        scene.hear("A", 3)
        #expect(scene.served(by: "A") == [1, 2, 3])
    }

    @Test("does not over-fill a server whose link is lost and comes back")
    func fullQueueAfterLostLink() {
        let scene = FrontDoorScene(["A": 2])
        scene.come(1...9)
        scene.lose("A")
        #expect(scene.served(by: "A").isEmpty)
        _ = scene.said()
        scene.hear("A", 2)
        #expect(scene.said().filter { $0.contains(" to A") } == ["1 to A as 1", "2 to A as 2"])
        #expect(scene.waiting == Array(3...9))
    }

    @Test("puts who loses its server before all who came later")
    func rescued() {
        let scene = FrontDoorScene(["A": 1, "B": 1])
        scene.come(1...4)
        scene.attend(2, at: "B")
        _ = scene.said()
        scene.lose("B")
        #expect(scene.said() == ["2 from B: gone", "2: 1/3", "3: 2/3", "4: 3/3"])
        scene.free(1, at: "A")
        #expect(scene.said().prefix(2) == ["1 freed", "2 to A as 2"])
        #expect(scene.assigned[2]?.reference == "B #visit-2")
    }

    @Test("refers to nothing where nobody has spoken to it")
    func noReference() {
        let scene = FrontDoorScene(["A": 1])
        scene.come(1)
        scene.lose("A")
        scene.hear("A", 1)
        _ = scene.said()
        #expect(scene.assigned[1]?.reference == nil)
        scene.attend(1, at: "A")
        scene.lose("A")
        scene.hear("A", 1)
        scene.lose("A")
        scene.hear("A", 1)
        _ = scene.said()
        #expect(scene.assigned[1]?.reference == "A #visit-1")
    }

    @Test("sends those out who cannot move, and keeps their place by nick and address")
    func cannotMove() {
        let scene = FrontDoorScene(["A": 1])
        scene.come(1, place: "eve", canMove: false)
        scene.come(2)
        _ = scene.said()
        #expect(scene.order(.drain, "A")?.waitingFor == "undrain")
        #expect(scene.said() == ["1 from A: draining, out", "2: 2/2"])
        scene.leave(1, isAbrupt: true)
        scene.come(3, place: "eve", canMove: false)
        #expect(scene.said() == ["3: 1/2"])
        _ = scene.order(.undrain, "A")
        #expect(scene.said() == ["3 to A as 1", "2: 1/1"])
    }

    // MARK: - Busy and lost servers

    @Test("takes back at the head who finds its server busy, and asks that server later")
    func busy() {
        let scene = FrontDoorScene(["A": 2])
        scene.come(1, canMove: false)
        scene.come(2...4)
        _ = scene.said()
        scene.refuse(1)
        #expect(scene.said() == ["1 from A: busy", "1: 1/3", "3: 2/3", "4: 3/3"])
        #expect(scene.row("A")?.waitingFor == "news of its room")
        scene.come(5)
        #expect(scene.said().last == "5: 4/4")
        scene.pass(.milliseconds(1001))
        #expect(scene.said().first == "1 to A as 1")
    }

    @Test("asks a busy server again as soon as it has said something")
    func busyThenNews() {
        let scene = FrontDoorScene(["A": 1])
        scene.come(1)
        scene.refuse(1)
        scene.hear("A", 1, others: 1)
        _ = scene.said()
        scene.pass(.seconds(5))
        #expect(scene.said().isEmpty)
        scene.hear("A", 1)
        #expect(scene.said() == ["1 to A as 1"])
    }

    @Test("asks a server that is busy again and again less and less often")
    func busyAgain() {
        let scene = FrontDoorScene(["A": 1])
        scene.come(1)
        for pause in [1, 2, 4, 8, 16, 16] {
            scene.refuse(1)
            _ = scene.said()
            scene.pass(.milliseconds(pause * 1000 - 1))
            #expect(!scene.said().contains("1 to A as 1"))
            scene.pass(.milliseconds(1))
            #expect(scene.said() == ["1 to A as 1"])
        }
    }

    @Test("lets nobody wait for longer because a server was busy")
    func busyForEver() {
        let scene = FrontDoorScene(["A": 1])
        scene.come(1)
        var tries = 0
        for _ in 0..<301 where scene.door.admission.isKnown(VisitID(number: 1)) {
            if !scene.served(by: "A").isEmpty { tries += 1 }
            scene.refuse(1)
            scene.pass(.seconds(1))
        }
        #expect(tries > 15)
        #expect(scene.records().last == "1 lost expired after 300s")
    }

    @Test("sends who found a busy server to another one at once")
    func busyThenAnother() {
        let scene = FrontDoorScene(["A": 1, "B": 1])
        scene.come(1)
        scene.refuse(1)
        #expect(scene.said() == ["1 to A as 1", "1 from A: busy", "1 to B as 1"])
        #expect(scene.records().isEmpty)
        #expect(scene.assigned[1]?.hasWaited == false)
    }

    @Test("lets go of who loses one server after the other")
    func losses() {
        let scene = FrontDoorScene(["A": 1])
        scene.come(1)
        for _ in 0..<Limits.maxServerLosses {
            scene.abandon(1)
            scene.hear("A", 1)
            #expect(scene.served(by: "A") == [1])
        }
        _ = scene.said()
        scene.abandon(1)
        #expect(scene.said() == ["1 ends no_server"])
        #expect(scene.door.admission.counts.lost == [.serverGone: 1])
    }

    @Test("takes back whom a server has lost the operator of")
    func stranded() {
        let scene = FrontDoorScene(["A": 1, "B": 1])
        scene.come(1...3)
        scene.attend(1, at: "A")
        _ = scene.said()
        scene.strand(1, at: "B")
        scene.strand(3, at: "A")
        #expect(scene.said().isEmpty)
        scene.strand(1, at: "A")
        #expect(scene.said() == ["1 from A: gone", "1: 1/2", "3: 2/2"])
        scene.free(2, at: "B")
        #expect(scene.said().contains("1 to B as 1"))
        #expect(scene.assigned[1]?.reference == "A #visit-1")
    }

    @Test("hears nothing of visits that are not at the server that speaks of them")
    func foreign() {
        let scene = FrontDoorScene(["A": 1, "B": 1])
        scene.come(1...3)
        _ = scene.said()
        scene.free(1, at: "B")
        scene.attend(1, at: "B")
        scene.free(3, at: "A")
        scene.free(99, at: "A")
        scene.refuse(3)
        scene.abandon(3)
        scene.abandon(99)
        scene.leave(99)
        #expect(scene.said().isEmpty)
        #expect(!scene.door.admission.isAttended(VisitID(number: 1)))
    }

    // MARK: - Ends and places

    @Test("ends a wait with its reason")
    func ends() {
        let policy = FrontDoorPolicy(wait: .seconds(20), maxWaiting: 1)
        let scene = FrontDoorScene(["A": 1], policy)
        scene.come(1...3)
        #expect(scene.said() == ["1 to A as 1", "2: 1/1", "3 ends queue_full"])
        scene.pass(.seconds(20))
        #expect(scene.said().last == "2 ends wait_expired")
        scene.come(4)
        scene.lose("A")
        scene.leave(1)
        scene.pass(.seconds(20))
        #expect(scene.said().last == "4 ends no_server")
        #expect(
            scene.door.admission.counts.lost == [
                .queueFull: 1, .expired: 1, .noServer: 1, .left: 1,
            ])
    }

    @Test("waits for announcements only for a while after its start")
    func noServer() {
        let scene = FrontDoorScene()
        #expect(!scene.door.isReady)
        scene.come(1)
        #expect(scene.said() == ["1: 1/1"])
        scene.pass(.seconds(16))
        _ = scene.said()
        scene.come(2)
        #expect(scene.said() == ["2 ends no_server"])
        #expect(scene.announce("A") == nil)
        scene.come(3)
        #expect(scene.said().contains("3: 2/2"))
        scene.hear("A", 5)
        #expect(scene.said() == ["1 to A as 1", "3 to A as 3"])
        #expect(scene.door.isReady)
    }

    @Test("gives its place back to who comes in time, with its ticket or by nick and address")
    func comesBack() {
        let scene = FrontDoorScene(["A": 1])
        scene.come(1...4)
        scene.leave(2, isAbrupt: true)
        scene.leave(3, isAbrupt: true)
        _ = scene.said()
        scene.pass(.seconds(29))
        _ = scene.said()
        scene.come(12, ticket: "t2", place: "elsewhere")
        #expect(scene.said() == ["12: 1/3"])
        scene.come(13, place: "at 3")
        #expect(scene.said() == ["13: 2/3"])
        // A place is taken once, and a ticket of somebody who is there is worth nothing.
        scene.come(14, place: "at 3")
        scene.come(15, ticket: "t2")
        #expect(scene.waiting == [2, 3, 4, 5, 6])
    }

    @Test("knows which tickets are those of kept places")
    func keptTickets() {
        let scene = FrontDoorScene(["A": 1])
        func isKept(_ ticket: String) -> Bool {
            scene.door.keepsPlace(of: RelayTicket(text: ticket, key: "key " + ticket))
        }
        scene.come(1...3)
        #expect(!isKept("t1") && !isKept("t2") && !isKept("t9"))
        scene.leave(2, isAbrupt: true)
        scene.leave(3)
        #expect(isKept("t2") && !isKept("t3"))
        scene.come(12, ticket: "t2")
        #expect(!isKept("t2"))
        scene.leave(12, isAbrupt: true)
        scene.pass(.seconds(30))
        #expect(!isKept("t2"))
    }

    @Test("knows nobody who comes late")
    func comesLate() {
        let scene = FrontDoorScene(["A": 1])
        scene.come(1...3)
        scene.leave(2, isAbrupt: true)
        scene.pass(.seconds(30))
        _ = scene.said()
        scene.come(12, ticket: "t2", place: "at 2")
        #expect(scene.said().last == "12: 2/2")
        #expect(scene.waiting == [3, 4])
    }

    @Test("keeps places over a restart")
    func restart() {
        let scene = FrontDoorScene(lastVisit: 20)
        scene.restore(7, ticket: "old")
        scene.restore(9, ticket: "older", isAttended: true)
        #expect(scene.give("A") == nil)
        scene.hear("A", 1)
        scene.come(1)
        #expect(scene.said() == ["1 to A as 21"])
        scene.come(2, ticket: "older")
        scene.come(3, ticket: "old")
        #expect(scene.said() == ["2: 2/2", "3: 1/2"])
        scene.free(21, at: "A")
        #expect(scene.said().suffix(2) == ["3 to A as 7", "2: 1/1"])
        #expect(scene.assigned[3]?.ticket == "old")
        scene.restore(5, ticket: "oldest")
        scene.pass(.seconds(30))
        #expect(scene.door.admission.counts.lost == [.unanswered: 1, .serverGone: 1])
    }
}
