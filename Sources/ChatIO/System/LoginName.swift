// Who runs this process, as the system names them.
// SPDX-License-Identifier: GPL-3.0-or-later
import Glibc

package enum LoginName {
    /// The name of the process's user; nil when the system knows none. May ask a directory service.
    package static func current() -> String? {
        guard let entry = getpwuid(getuid()), let name = entry.pointee.pw_name else { return nil }
        return String(cString: name)
    }
}
