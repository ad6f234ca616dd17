// The visits that wait, in the order of approaching. That is the order of their numbers, so a visit
// that loses its slot is at the head again without further ado. Visits that dropped and keep their
// place for a while are kept apart, so that the first one present is found at once; both count for a
// position.
// SPDX-License-Identifier: GPL-3.0-or-later

/// The queue.
struct WaitingLine: Sendable {
    /// Sorted. The head is at `start`: taking it moves nothing.
    private var present: [VisitID] = []
    private var start = 0
    /// Sorted.
    private var absent: [VisitID] = []
    /// A visit was added or removed.
    private var hasChanged = false

    var presentCount: Int { present.count - start }
    var count: Int { presentCount + absent.count }

    /// The visit to serve next.
    var first: VisitID? { start < present.count ? present[start] : nil }

    /// Those present, first come first.
    var everyone: ArraySlice<VisitID> { present[start...] }

    /// Whether anybody's place is another one than at the last call.
    mutating func takeChange() -> Bool {
        defer { hasChanged = false }
        return hasChanged
    }

    mutating func insert(_ visit: VisitID) {
        hasChanged = true
        insertPresent(visit)
    }

    /// Whether it was there.
    @discardableResult
    mutating func remove(_ visit: VisitID) -> Bool {
        guard removePresent(visit) || removeAbsent(visit) else { return false }
        hasChanged = true
        return true
    }

    /// It keeps its place, but is not there.
    mutating func setAbsent(_ visit: VisitID) {
        guard removePresent(visit) else { return }
        absent.insert(visit, at: absent.lowerBound(of: visit, from: 0))
    }

    /// The client is present again.
    mutating func setPresent(_ visit: VisitID) {
        if removeAbsent(visit) { insertPresent(visit) }
    }

    private mutating func insertPresent(_ visit: VisitID) {
        if let last = present.last, last < visit || start == present.count {
            return present.append(visit)
        }
        present.insert(visit, at: index(of: visit))
    }

    private mutating func removePresent(_ visit: VisitID) -> Bool {
        let index = index(of: visit)
        guard index < present.count, present[index] == visit else { return false }
        if index == start { start += 1 } else { present.remove(at: index) }
        if start > 64, start > present.count / 2 {
            present.removeSubrange(0..<start)
            start = 0
        }
        return true
    }

    /// From 1.
    func position(of visit: VisitID) -> Int {
        index(of: visit) - start + absent.lowerBound(of: visit, from: 0) + 1
    }

    /// The index in `everyone` of the first one whose number is not smaller.
    func index(of visit: VisitID) -> Int { present.lowerBound(of: visit, from: start) }

    private mutating func removeAbsent(_ visit: VisitID) -> Bool {
        let index = absent.lowerBound(of: visit, from: 0)
        guard index < absent.count, absent[index] == visit else { return false }
        absent.remove(at: index)
        return true
    }
}

extension [VisitID] {
    fileprivate func lowerBound(of visit: VisitID, from start: Int) -> Int {
        var low = start
        var high = count
        while low < high {
            let middle = low + (high - low) / 2
            if self[middle] < visit { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
