// Fault loops: the n-th write, sync or truncation fails, for n = 1, 2, 3 … until a run needs no more.
// Whatever failed, what was reported committed is in the file, once and in order.
// SPDX-License-Identifier: GPL-3.0-or-later
import CFaultVFS
import ChatCore
import ChatIO
import ChatJournal
import Glibc
import Testing

@Suite struct JournalFaultTests {
    let directory = TemporaryDirectory()

    private func configuration(
        _ path: String, _ layer: FaultLayer?, _ durability: Durability = .full
    ) -> JournalConfiguration {
        JournalConfiguration(
            location: .file(path), durability: durability, vfs: layer?.name)
    }

    /// What the file says, read without the layer.
    private func stored(_ path: String) throws -> (numbers: [Int64], seqs: [Int64]) {
        let database = try Database(.file(path), access: .readOnly)
        #expect(try database.prepare("PRAGMA integrity_check").firstText() == "ok")
        let list = try database.prepare("SELECT id, seq FROM message ORDER BY id")
        var found: (numbers: [Int64], seqs: [Int64]) = ([], [])
        while try list.step() {
            found.numbers.append(list.number(0))
            found.seqs.append(list.number(1))
        }
        return found
    }

    @Test(arguments: [(FAULT_IO, Durability.full), (FAULT_IO, .normal), (FAULT_FULL, .full)])
    func aFaultInACommitLosesAndDoublesNothing(
        kind: fault_kind, durability: Durability
    ) throws {
        var n = 0
        var faults = 0
        repeat {
            n += 1
            let path = directory.file("\(n).db")
            let layer = try FaultLayer()
            let harness = try JournalHarness(configuration(path, layer, durability))
            var author = Author()
            harness.append(try author.many(1))
            #expect(harness.waits { harness.committed.count == 1 })
            layer.arm(kind, at: n)
            for batch in 1...3 {
                harness.append(try author.many(3, in: "#room\(batch)") + author.many(2))
                #expect(harness.waits { harness.committed.count == 1 + 5 * batch })
            }
            faults = layer.failures
            layer.disarm()
            #expect(harness.journal.state == .healthy)
            #expect(harness.journal.close() == 0)
            #expect(harness.committed.messages.map(\.id.number) == Array(1...16))
            #expect(try stored(path).numbers == Array(1...16))
        } while faults > 0 && n < 200
        #expect(n > 3)
        #expect(faults == 0)
    }

    @Test func aFaultWhileOpeningIsAnErrorAndTheNextOpeningSucceeds() throws {
        var n = 0
        var faults = 0
        repeat {
            n += 1
            let path = directory.file("open-\(n).db")
            let layer = try FaultLayer()
            layer.arm(FAULT_IO, at: n)
            do throws(DatabaseError) {
                _ = try Journal(
                    configuration(path, layer), origin: 7, now: Timestamp(milliseconds: 0)
                ).close()
            } catch {
                #expect(error.operation == "cannot open the database")
            }
            faults = layer.failures
            layer.disarm()
            let harness = try JournalHarness(configuration(path, layer))
            var author = Author()
            harness.append(try author.many(2))
            #expect(harness.journal.close() == 0)
            #expect(try stored(path).numbers == [1, 2])
        } while faults > 0 && n < 200
        #expect(n > 3)
        #expect(faults == 0)
    }

    @Test func aFaultInTheBackgroundNeverStopsCommits() throws {
        var n = 0
        var faults = 0
        repeat {
            n += 3
            let path = directory.file("background-\(n).db")
            let layer = try FaultLayer()
            let harness = try JournalHarness(configuration(path, layer, .normal))
            var author = Author()
            harness.append(try author.many(40))
            #expect(harness.waits { harness.committed.count == 40 })
            layer.arm(FAULT_IO, at: n)
            _ = try harness.search(SearchQuery("message", rooms: [.lobby]))
            faults = layer.failures
            layer.disarm()
            harness.append(try author.many(5))
            #expect(harness.waits { harness.committed.count == 45 })
            #expect(harness.journal.close() == 0)
            #expect(try stored(path).seqs == Array(1...45))
            try Database(.file(path), access: .readWrite).execute(
                "INSERT INTO search (search, rank) VALUES ('integrity-check', 1)")
        } while faults > 0 && n < 60
        #expect(n > 3)
    }

    @Test func aFullDiskIsSaidAndEverythingIsCommittedWhenThereIsRoomAgain() throws {
        let path = directory.file()
        let layer = try FaultLayer()
        let harness = try JournalHarness(configuration(path, layer))
        var author = Author()
        harness.append(try author.many(10))
        #expect(harness.waits { harness.committed.count == 10 })
        layer.arm(FAULT_FULL, at: 1, persists: true)
        harness.append(try author.many(10))
        #expect(harness.waits { harness.journal.state != .healthy })
        harness.append(try author.many(10))
        guard case .failing(let reason) = harness.journal.state else {
            Issue.record("the journal is healthy on a full disk")
            return
        }
        #expect(reason == "the disk is full")
        #expect(harness.committed.count == 10)
        // What is in the file can still be read.
        #expect(try harness.history(HistoryQuery(room: .lobby)).seqs == Array(1...10))
        let now = SystemClock.wall()
        let question = StatisticsQuestion(
            from: nil, to: now, grouping: nil, server: nil, now: now, calendar: .system)
        let figures = try answer { done in
            harness.journal.statistics(question) { done(.success($0)) }
        }
        guard case .statistics = figures else {
            Issue.record("\(figures)")
            return
        }
        layer.disarm()
        #expect(harness.waits { harness.committed.count == 30 })
        #expect(harness.told.withLock { $0.states } == [.failing(reason), .healthy])
        #expect(harness.journal.close() == 0)
        #expect(harness.committed.messages.map(\.id.number) == Array(1...30))
        #expect(try stored(path).seqs == Array(1...30))
    }

    @Test func closingAFailingJournalGivesUpAndSaysHowMuchWasLeft() throws {
        let path = directory.file()
        let layer = try FaultLayer()
        let harness = try JournalHarness(configuration(path, layer))
        var author = Author()
        harness.append(try author.many(2))
        #expect(harness.waits { harness.committed.count == 2 })
        layer.arm(FAULT_IO, at: 1, persists: true)
        harness.append(try author.many(3))
        #expect(harness.waits { harness.journal.state != .healthy })
        harness.append(try author.many(4))
        #expect(harness.journal.close(patience: .milliseconds(10)) == 7)
        layer.disarm()
        #expect(harness.committed.count == 2)
        #expect(try stored(path).numbers.count == 2)
    }

    @Test func recordsThatContradictTheFileAreNeitherStoredNorDropped() throws {
        let path = directory.file()
        let harness = try JournalHarness(configuration(path, nil))
        var author = Author()
        harness.commit(try author.many(3))
        author.seqs = [:]
        harness.append(try author.many(1))
        #expect(
            harness.waits { harness.journal.state == .failing("it contradicts what is stored") })
        #expect(harness.journal.close(patience: .milliseconds(1)) == 1)
        #expect(try stored(path).numbers == [1, 2, 3])
    }

    @Test func recordsOfACommitWhoseEndWasNotSeenAreNotDoubled() throws {
        let path = directory.file()
        var author = Author()
        let messages = try author.many(5)
        for _ in 0..<2 {
            let harness = try JournalHarness(configuration(path, nil))
            harness.append(messages)
            #expect(harness.journal.close() == 0)
            #expect(harness.committed.count == 5)
        }
        #expect(try stored(path).numbers == Array(1...5))
    }
}

extension Statement {
    fileprivate func firstText() throws -> String {
        defer { reset() }
        return try step() ? text(0) : ""
    }
}
