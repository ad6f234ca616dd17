// The calendar of this machine and user: the C library's, which honours TZ and /etc/localtime.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import Glibc

extension LocalCalendar {
    /// Of this process.
    package static let system = LocalCalendar(name: zoneName(), zone: zoneOffset)

    @Sendable private static func zoneOffset(at time: Timestamp) -> ZoneOffset {
        // Rounded down, before 1970 as well.
        let millis = ((time.milliseconds % 1000) + 1000) % 1000
        var seconds = time_t((time.milliseconds - millis) / 1000)
        var fields = tm()
        guard localtime_r(&seconds, &fields) != nil else {
            return ZoneOffset(seconds: 0, abbreviation: "UTC")
        }
        let abbreviation = fields.tm_zone.map { String(cString: $0) } ?? ""
        return ZoneOffset(seconds: fields.tm_gmtoff, abbreviation: abbreviation)
    }

    /// The zone's name in the time zone database: from TZ, or from where /etc/localtime leads.
    private static func zoneName() -> String? {
        if let variable = getenv("TZ") {
            var name = Substring(String(cString: variable))
            if name.hasPrefix(":") { name = name.dropFirst() }
            return databaseName(name) ?? (name.contains("/") || name.isEmpty ? nil : String(name))
        }
        guard let path = realpath("/etc/localtime", nil) else { return nil }
        defer { free(path) }
        return databaseName(Substring(String(cString: path)))
    }

    /// `Europe/Berlin` of `/usr/share/zoneinfo/Europe/Berlin` and of itself; nil for other paths.
    private static func databaseName(_ path: Substring) -> String? {
        guard path.hasPrefix("/") else { return path.contains("/") ? String(path) : nil }
        let parts = path.split(separator: "/")
        guard let database = parts.firstIndex(of: "zoneinfo") else { return nil }
        let name = parts[parts.index(after: database)...].joined(separator: "/")
        return name.isEmpty ? nil : name
    }
}
