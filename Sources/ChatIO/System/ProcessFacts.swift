// What this process is made of at the moment, as the kernel sees it: proc(5).
// SPDX-License-Identifier: GPL-3.0-or-later
import Glibc

package enum ProcessFacts {
    /// The names of all threads, in the order in which they were started.
    package static func threadNames() -> [String] {
        guard let directory = opendir("/proc/self/task") else { return [] }
        defer { closedir(directory) }
        var ids: [Int] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if let id = Int(name) { ids.append(id) }
        }
        return ids.sorted().compactMap { id in
            // A thread may have ended in between.
            read("/proc/self/task/\(id)/comm").map { String($0.dropLast()) }
        }
    }

    /// Memory that is not swapped out, in bytes.
    package static func residentBytes() -> UInt64 {
        let fields = read("/proc/self/statm")?.split(separator: " ") ?? []
        guard fields.count > 1, let pages = UInt64(fields[1]) else { return 0 }
        return pages * UInt64(max(0, sysconf(Int32(_SC_PAGESIZE))))
    }

    /// The text of a small file.
    private static func read(_ path: String) -> String? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 256)
        let count = Glibc.read(descriptor, &bytes, bytes.count)
        return count > 0 ? String(decoding: bytes[..<count], as: UTF8.self) : nil
    }
}
