// Clients that a relay has brought, and what the relay is told of them.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import ChatTestKit
import Testing

@Suite("A server behind a relay")
struct RelayedTests {
    @Test("A link is told how many can come, at once and on every change")
    func slots() {
        var scene = RelayedScene(capacity: 2)
        let link = scene.link()
        #expect(
            scene.told(link) == [
                .linked(.server(name: "Server A")), RelayedScene.slots(2, inUse: 0, others: 0),
            ])
        let ann = scene.bring("ann", 7)
        #expect(
            scene.told(link) == [
                .attended(visit: 7), RelayedScene.slots(2, inUse: 1, others: 0),
            ])
        _ = scene.come("bob")
        #expect(scene.told(link) == [RelayedScene.slots(2, inUse: 2, others: 1)])
        // Whoever waits takes no slot.
        _ = scene.come("cat")
        #expect(scene.told(link) == [])
        scene.server.finish(ann)
        #expect(
            scene.told(link) == [
                .freed(visit: 7, reason: "left"), RelayedScene.slots(2, inUse: 2, others: 2),
            ])
    }

    @Test("Who would have to wait is let go without a word, and was never there")
    func busy() {
        var scene = RelayedScene(capacity: 1)
        let link = scene.link()
        _ = scene.come("ann")
        _ = scene.told(link)
        let visits = scene.server.visits.count
        let bob = scene.bring("bob", 7)
        #expect(scene.server.clients[bob].isClosed)
        #expect(scene.server.take(bob) == [])
        #expect(scene.server.visits.count == visits)
        #expect(scene.told(link) == [])
    }

    @Test("A relay hears of its own clients alone")
    func twoRelays() {
        var scene = RelayedScene(capacity: 3)
        let first = scene.link("r1")
        let second = scene.link("r2")
        _ = (scene.told(first), scene.told(second))
        let ann = scene.bring("ann", 7, relay: "r1")
        #expect(
            scene.told(first) == [
                .attended(visit: 7), RelayedScene.slots(3, inUse: 1, others: 0),
            ])
        #expect(scene.told(second) == [RelayedScene.slots(3, inUse: 1, others: 1)])
        scene.server.finish(ann)
        #expect(scene.toldOfVisits(first) == [.freed(visit: 7, reason: "left")])
        #expect(scene.toldOfVisits(second) == [])
    }

    @Test("Without a limit every client of the relay's is attended, and freed when it leaves")
    func unlimited() {
        var scene = RelayedScene(capacity: nil)
        let link = scene.link()
        _ = scene.told(link)
        let ann = scene.bring("ann", 7)
        _ = scene.come("bob")
        #expect(
            scene.told(link) == [
                .attended(visit: 7), RelayedScene.slots(nil, inUse: 1, others: 0),
                RelayedScene.slots(nil, inUse: 2, others: 1),
            ])
        scene.say(#"{"type":"bye"}"#, ann)
        #expect(
            scene.told(link) == [
                .freed(visit: 7, reason: "left"), RelayedScene.slots(nil, inUse: 1, others: 1),
            ])
    }

    @Test("An operator is told where the client was before")
    func reference() {
        var scene = RelayedScene(capacity: 1, isDesk: true)
        let olga = scene.seat("olga")
        _ = scene.bring("ann", 7, reference: "Server B #visit-12")
        #expect(
            scene.server.text(olga).contains(
                ##""text":"#visit-1: ann was at Server B #visit-12 before""##))
    }

    @Test("A desk's client is freed by the operator's close, and can still rate")
    func closed() {
        var scene = RelayedScene(capacity: 1, isDesk: true)
        let link = scene.link()
        let olga = scene.seat("olga")
        let ann = scene.bring("ann", 7)
        #expect(scene.toldOfVisits(link) == [.linked(.server(name: "Server A"))])
        scene.say(##"{"type":"message","room":"#visit-1","text":"hello"}"##, olga)
        #expect(scene.toldOfVisits(link) == [.attended(visit: 7)])
        scene.say(#"{"type":"desk","do":"close"}"#, olga)
        #expect(scene.toldOfVisits(link) == [.freed(visit: 7, reason: "closed")])
        #expect(!scene.server.clients[ann].isClosed)
        scene.say(#"{"type":"rate","stars":5}"#, ann)
        #expect(scene.server.text(ann).contains(#""type":"rated","stars":5"#))
        #expect(scene.told(link) == [])
    }

    @Test("Who loses the operator is given back without a word; with another one it goes on")
    func operatorGone() {
        var scene = RelayedScene(capacity: 1, isDesk: true)
        let link = scene.link()
        let olga = scene.seat("olga")
        let ann = scene.bring("ann", 7)
        let pete = scene.seat("pete")
        _ = (scene.told(link), scene.server.text(ann))
        scene.server.finish(olga)
        // The other one had a slot.
        #expect(scene.server.text(ann).contains(#""type":"admitted""#))
        #expect(scene.told(link) == [RelayedScene.slots(1, inUse: 1, others: 0)])
        scene.server.finish(pete)
        // It sees who leaves its room, and is told nothing itself.
        let heard = scene.server.text(ann).split(separator: "\n")
        #expect(heard.count == 1 && heard.allSatisfy { $0.contains(#""type":"left""#) })
        #expect(scene.server.clients[ann].isClosed)
        #expect(
            scene.told(link) == [
                .freed(visit: 7, reason: "server_gone"),
                RelayedScene.slots(0, inUse: 0, others: 0),
            ])
    }

    @Test("What is taken at a paused operator's is no slot for others")
    func paused() {
        var scene = RelayedScene(capacity: 1, isDesk: true)
        let link = scene.link()
        let olga = scene.seat("olga")
        _ = scene.bring("ann", 7)
        _ = scene.told(link)
        scene.say(#"{"type":"desk","do":"pause"}"#, olga)
        #expect(scene.told(link) == [RelayedScene.slots(1, inUse: 1, others: 0, .paused)])
        _ = scene.seat("pete")
        #expect(scene.told(link) == [RelayedScene.slots(2, inUse: 1, others: 0)])
        scene.say(#"{"type":"desk","do":"close"}"#, olga)
        #expect(scene.told(link).last == RelayedScene.slots(1, inUse: 0, others: 0))
    }

    @Test("A server that is about to end says so, and takes nobody from a relay")
    func draining() {
        var scene = RelayedScene(capacity: 2)
        let link = scene.link()
        _ = scene.told(link)
        scene.server.drain()
        #expect(scene.told(link) == [RelayedScene.slots(2, inUse: 0, others: 0, .draining)])
        let ann = scene.bring("ann", 7)
        #expect(scene.server.clients[ann].isClosed)
        let bob = scene.come("bob")
        #expect(!scene.server.clients[bob].isClosed)
    }

    @Test("A client that comes back by itself keeps its slot, which is no longer the relay's")
    func resumed() {
        var scene = RelayedScene(capacity: 1)
        let link = scene.link()
        let ann = scene.bring("ann", 7)
        _ = scene.told(link)
        let ticket = VirtualServer.ticket(ann)
        let itself = scene.server.connect()
        scene.say(#"{"type":"hello","nick":"ann","ticket":"\#(ticket)"}"#, itself)
        #expect(scene.server.clients[ann].isClosed)
        #expect(
            scene.told(link) == [
                .freed(visit: 7, reason: "left"), RelayedScene.slots(1, inUse: 1, others: 1),
            ])
        scene.server.finish(itself)
        #expect(scene.told(link) == [RelayedScene.slots(1, inUse: 0, others: 0)])
    }
}
