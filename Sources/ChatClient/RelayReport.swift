// The table of a relay back from its JSON (`GET /servers`, chatkit(5)). Members of later versions are passed
// over; what is not exactly such an object is no table.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore

/// A relay's table.
package struct RelayReport: Hashable, Sendable {
    /// A server.
    package struct Row: Hashable, Sendable {
        package var name: String
        package var address: String
        /// nil: unlimited; `free` then is nil too.
        package var capacity: Int64?
        package var inUse: Int64
        package var free: Int64?
        /// `up`, `down`, `draining`, `paused`, or what a later relay says.
        package var state: String
        package var since: Timestamp
        /// In words; empty when it waits for nothing.
        package var waitingFor: String
    }

    package var relay: String
    package var at: Timestamp
    package var waiting: Int64
    /// How long the first one has waited; nil when nobody waits.
    package var oldestWait: Duration?
    package var rows: [Row]

    /// nil when `value` is no table.
    package init?(_ value: JSONValue) {
        guard let object = value.object, let relay = object.text("relay"),
            let at = RelayReport.time(object["at"]),
            let waiting = RelayReport.count(object["waiting"]),
            let servers = object["servers"]?.array
        else { return nil }
        self.relay = relay
        self.at = at
        self.waiting = waiting
        let oldest = object["oldest_wait_s"]?.number ?? 0
        guard (0...1e9).contains(oldest) else { return nil }
        oldestWait = waiting > 0 ? .milliseconds(Int64(oldest * 1000)) : nil
        rows = []
        for server in servers {
            guard let row = server.object.flatMap(Row.init) else { return nil }
            rows.append(row)
        }
    }

    fileprivate static func count(_ value: JSONValue?) -> Int64? {
        value?.integer.flatMap { $0 >= 0 ? $0 : nil }
    }

    fileprivate static func time(_ value: JSONValue?) -> Timestamp? {
        value?.string.flatMap { Timestamp(rfc3339: $0) }
    }
}

extension RelayReport.Row {
    /// nil when it is no row.
    package init?(_ object: JSONObject) {
        guard let name = object.text("name"), let address = object.text("address"),
            let inUse = RelayReport.count(object["in_use"]), let state = object.text("state"),
            let since = RelayReport.time(object["since"])
        else { return nil }
        self.name = name
        self.address = address
        self.inUse = inUse
        self.state = state
        self.since = since
        capacity = RelayReport.count(object["capacity"])
        free = RelayReport.count(object["free"])
        waitingFor = object.text("waiting_for") ?? ""
    }
}
