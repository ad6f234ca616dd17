// The table of servers: what a row says, who may have which name, what orders come to, and that the
// directory does not grow for ever.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import Testing

@Suite("The directory of servers")
struct FrontDoorServersTests {
    @Test("has a row for each server, in the order in which they became known")
    func rows() {
        let scene = FrontDoorScene(["B": 2, "A": 1])
        #expect(scene.announce("C", "10.0.0.1:12000") == nil)
        #expect(scene.door.rows.map(\.name) == ["A", "B", "C"])
        #expect(scene.row("C")?.address == "10.0.0.1:12000")
        #expect(scene.door.name(of: scene.id("C")) == "C")
        #expect(scene.door.row(HostID(raw: 99)) == nil)
        #expect(scene.door.name(of: HostID(raw: 99)) == nil)
    }

    @Test("shows how many slots are taken, by whomever, and how many are free")
    func slots() {
        let scene = FrontDoorScene(["A": 4])
        scene.come(1...2)
        scene.hear("A", 4, others: 1)
        #expect(scene.row("A")?.capacity == 4)
        #expect(scene.row("A")?.inUse == 3)
        #expect(scene.row("A")?.free == 1)
        scene.hear("A", 2, others: 1)
        #expect(scene.row("A")?.inUse == 3)
        #expect(scene.row("A")?.free == 0)
        scene.hear("A", nil, others: .max)
        #expect(scene.row("A")?.capacity == nil)
        #expect(scene.row("A")?.inUse == .max)
        #expect(scene.row("A")?.free == nil)
        scene.hear("A", nil, .paused)
        #expect(scene.row("A")?.free == 0)
        scene.lose("A")
        #expect(scene.row("A")?.capacity == 0)
        #expect(scene.row("A")?.inUse == 0)
        #expect(scene.row("A")?.free == 0)
    }

    @Test("takes no number that makes no sense at its word")
    func nonsense() {
        let news = Availability(capacity: -1, others: -2, inUse: -3, state: .up)
        #expect(news == Availability(capacity: 0, others: 0, inUse: 0, state: .up))
        let scene = FrontDoorScene(["A": 1])
        scene.hear("A", .max, others: .max)
        scene.come(1)
        #expect(scene.waiting == [1])
        scene.hear("A", .max, others: .max - 1)
        #expect(scene.served(by: "A") == [1])
        #expect(scene.row("A")?.free == 0)
    }

    @Test("says what a server waits for")
    func waitingFor() {
        let scene = FrontDoorScene(["A": 1])
        #expect(scene.announce("B") == nil)
        func words(_ name: String) -> String? { scene.row(name)?.waitingFor }
        #expect(words("A") == "clients")
        #expect(words("B") == "its announcement")
        scene.come(1)
        #expect(words("A") == "a free slot")
        scene.refuse(1)
        #expect(words("A") == "news of its room")
        scene.hear("A", 0)
        #expect(words("A") == "an operator")
        scene.hear("A", nil)
        #expect(words("A") == "clients")
        scene.hear("A", 1, .paused)
        #expect(words("A") == "its operator")
        scene.hear("A", 1, .draining)
        #expect(words("A") == "its end")
        #expect(scene.order(.pause, "A")?.waitingFor == "its end")
        scene.hear("A", 1)
        #expect(words("A") == "undrain")
        #expect(scene.order(.drain, "A")?.waitingFor == "undrain")
        scene.lose("A")
        #expect(words("A") == "its link")
    }

    @Test("notes since when a server is in its state")
    func since() {
        let scene = FrontDoorScene(["A": 1])
        let start = scene.now.wall
        scene.pass(.seconds(5))
        scene.hear("A", 7)
        #expect(scene.row("A")?.since == start)
        #expect(scene.order(.pause, "A")?.since == scene.now.wall)
        scene.pass(.seconds(5))
        #expect(scene.order(.undrain, "A")?.since == scene.now.wall)
    }

    @Test("does what operators want of a server, whatever it says itself")
    func orders() {
        let scene = FrontDoorScene(["A": 2])
        scene.come(1...2)
        #expect(scene.order(.pause, "B") == nil)
        #expect(scene.order(.pause, "A")?.state == .paused)
        #expect(!scene.door.isReady)
        scene.come(3)
        scene.free(1, at: "A")
        #expect(scene.served(by: "A") == [2])
        #expect(scene.waiting == [3])
        _ = scene.said()
        #expect(scene.order(.drain, "A")?.state == .draining)
        #expect(scene.said().first == "2 from A: draining")
        scene.lose("A")
        #expect(scene.row("A")?.state == .down)
        scene.hear("A", 2)
        #expect(scene.row("A")?.state == .draining)
        #expect(scene.waiting == [2, 3])
        #expect(scene.order(.undrain, "A")?.state == .up)
        #expect(scene.served(by: "A") == [2, 3])
    }

    @Test("gives a name to one server alone")
    func nameTaken() {
        let scene = FrontDoorScene(["A": 1])
        #expect(scene.give("A") == .nameTaken)
        #expect(scene.announce("A") == .nameTaken)
        #expect(scene.announce("B") == nil)
        #expect(scene.announce("B") == .nameTaken)
        #expect(scene.give("B") == .nameTaken)
        scene.hear("B", 1)
        #expect(scene.announce("B") == .nameTaken)
        let id = scene.id("B")
        scene.lose("B")
        #expect(scene.announce("B", "10.0.0.9:1") == nil)
        #expect(scene.id("B") == id)
        #expect(scene.row("B")?.address == "10.0.0.9:1")
    }

    @Test("holds so many servers and no more")
    func full() {
        let scene = FrontDoorScene()
        for number in 0..<Limits.maxServers { #expect(scene.announce("s\(number)") == nil) }
        #expect(scene.announce("one more") == .full)
        #expect(scene.give("one more") == .full)
        // Who went away first makes room.
        scene.lose("s7")
        scene.pass(.seconds(1))
        scene.lose("s3")
        #expect(scene.announce("one more") == nil)
        #expect(scene.row("s7") == nil)
        #expect(scene.row("s3") != nil)
        #expect(scene.door.rows.count == Limits.maxServers)
    }

    @Test("forgets who announced itself and did not come back, unless something is wanted of it")
    func forgets() {
        let policy = FrontDoorPolicy(remembersServers: .seconds(60))
        let scene = FrontDoorScene(["A": 1], policy)
        for name in ["B", "C", "D"] {
            #expect(scene.announce(name) == nil)
            scene.hear(name, 1)
        }
        _ = scene.order(.drain, "C")
        for name in ["A", "B", "C", "D"] { scene.lose(name) }
        scene.pass(.seconds(59))
        #expect(scene.announce("D") == nil)
        scene.pass(.seconds(1))
        #expect(scene.door.rows.map(\.name) == ["A", "C", "D"])
        #expect(scene.announce("B") == nil)
        #expect(scene.order(.undrain, "C")?.state == .down)
        scene.pass(.zero)
        #expect(scene.door.rows.map(\.name) == ["A", "D", "B"])
        #expect(scene.door.nextDeadline == .distantFuture)
    }
}
