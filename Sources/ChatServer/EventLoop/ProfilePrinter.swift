// System B's output: each client's block is printed whole, never mixed with another's, because it is
// one write under one lock. Where an operator's console has the terminal it is a line there.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import ChatIO
import Glibc

/// Prints profiles on a descriptor.
package final class ProfilePrinter: Sendable {
    // Guards the descriptor: a write that the system cuts short is finished before the next begins.
    private let descriptor: Locked<Int32>
    private let notices: NoticeQueue?

    /// With `notices`, a terminal is left to the console that shows these.
    package init(descriptor: Int32 = STDOUT_FILENO, notices: NoticeQueue? = nil) {
        self.notices = isatty(descriptor) == 1 ? notices : nil
        self.descriptor = Locked(descriptor)
    }

    /// Prints one block. A closed descriptor is nobody's error here: the log has the event too.
    func print(_ nick: Nickname, _ profile: Profile) {
        if let notices {
            let facts = [profile.name, profile.studentID, profile.github].filter { !$0.isEmpty }
            let text = "\(nick.text) is \(facts.joined(separator: ", "))"
            return notices.post(text, isWarning: false)
        }
        var block = ByteBuffer()
        block.write(visible: "Nick:       \(nick.text)")
        block.write(0x0A)
        block.write(visible: "Name:       \(profile.name)")
        block.write(0x0A)
        block.write(visible: "Student ID: \(profile.studentID)")
        block.write(0x0A)
        block.write(visible: "GitHub:     \(profile.github)")
        block.write(literal: "\n\n")
        descriptor.withLock { descriptor in
            while !block.isEmpty {
                let count = block.withReadable { write(descriptor, $0.baseAddress, $0.count) }
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { return }
                block.skip(count)
            }
        }
    }
}
