// What clients are told and given, held against what was journalled of them: everything journalled that
// concerns somebody who is there is done in the same event, and nothing else is.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore

extension RelayWitness {
    func told(_ client: Int, _ status: QueueStatus, _ ticket: String) {
        guard let id = byClient[client], visits[id].stage == .waiting else {
            return fail("client \(client) told of a queue in which it is not")
        }
        checkSilence(id)
        if ticket != tickets[id] { fail("\(id): told another ticket, \(ticket)") }
        if status.of != present.count + absent.count { fail("\(id): the queue has \(status.of)") }
        if status.position != position(of: id) { fail("\(id) is not at \(status.position)") }
        if Int(status.waited.wholeNanoseconds) != now - visits[id].since
            || Int(status.expiresIn.wholeNanoseconds) != max(0, visits[id].until - now)
        {
            fail("\(id): told wrong times")
        }
        visits[id].toldAt = now
        visits[id].wasTold = true
        visits[id].hasWaited = true
    }

    func connected(_ client: Int, _ assignment: RelayAssignment) {
        let id = Int(assignment.visit.number)
        guard pay(id, .connection), byClient[client] == id else {
            return fail("client \(client) connected as \(id)")
        }
        let visit = visits[id]
        if Int(assignment.server.raw) != visit.server || assignment.ticket != tickets[id]
            || assignment.serverName != servers[visit.server].name
            || assignment.hasWaited != visit.hasWaited || assignment.reference != visit.reference
        {
            fail("\(id): a wrong assignment: \(assignment)")
        }
        visits[id].isSpokenTo = false
    }

    func detached(
        _ client: Int, _ name: String, _ reason: DetachReason, _ canMove: Bool
    ) {
        guard let id = byClient[client], pay(id, .detachment) else {
            return fail("client \(client) detached")
        }
        let server = servers[visits[id].server]
        var expected = server.state == .draining ? DetachReason.draining : .gone
        if case .abandon = cause { expected = .gone }
        if case .refuse = cause { expected = .busy }
        if name != server.name || reason != expected
            || canMove != (visits[id].canMove || reason == .busy)
        {
            fail("\(id) detached from \(name): \(reason), \(canMove)")
        }
        if visits[id].isSpokenTo { visits[id].reference = "\(name) #visit-\(id)" }
        guard !canMove else { return }
        byClient[client] = nil
        visits[id].client = 0
        byPlace[visits[id].place] = id
    }

    func settled(_ client: Int, _ debt: Debt) {
        guard let id = byClient.removeValue(forKey: client), pay(id, debt) else {
            return fail("client \(client): \(debt)")
        }
    }

    private func pay(_ id: Int, _ debt: Debt) -> Bool {
        guard let index = owed.firstIndex(where: { $0.visit == id && $0.what == debt }) else {
            return false
        }
        owed.remove(at: index)
        return true
    }

    func checkSilence(_ id: Int) {
        if now - visits[id].toldAt > 15 * RelayWitness.second + lag {
            fail("\(id) was told nothing for long")
        }
    }

    func position(of id: Int) -> Int {
        RelayWitness.index(of: id, in: present) + RelayWitness.index(of: id, in: absent) + 1
    }
}
