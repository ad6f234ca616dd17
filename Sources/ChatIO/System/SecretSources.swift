// Secrets come from a file that only its owner may read, from a variable that is removed once read,
// or from the person at the terminal; never from an argument (PRODUCT "Files").
// SPDX-License-Identifier: GPL-3.0-or-later
import COpenSSL
import ChatCore
import Glibc

/// Why a file's secret is not read.
package enum SecretRefusal: Error, Hashable, Sendable {
    case system(SystemRefusal)
    /// Others than its owner may read or change the file.
    case exposed
}

/// Where secrets come from.
package struct SecretSources: Sendable {
    /// The variable that may have the operators' password.
    package static let passwordVariable = EnvironmentName.operatorPassword
    /// The largest file with a secret, in bytes.
    package static let maxFileBytes = 8192

    package typealias ReadFile = @Sendable (_ path: String) throws(SecretRefusal) -> Secret
    package typealias TakeVariable = @Sendable (_ name: String) -> Secret?
    package typealias AskForNew = @Sendable () throws(PromptRefusal) -> Secret

    /// Reads a file, if nobody but its owner may read or write it.
    package var readFile: ReadFile
    /// Reads a variable and removes it from the process's own environment; nil when it is not set.
    package var takeVariable: TakeVariable
    /// Asks for a new password: at a terminal twice and unseen, elsewhere a line of standard input.
    package var askForNew: AskForNew

    package init(
        readFile: @escaping ReadFile, takeVariable: @escaping TakeVariable,
        askForNew: @escaping AskForNew
    ) {
        self.readFile = readFile
        self.takeVariable = takeVariable
        self.askForNew = askForNew
    }

    /// The real ones.
    package static let live = SecretSources(
        readFile: { path throws(SecretRefusal) in try readSecret(path) },
        takeVariable: { name in takeFromEnvironment(name) },
        askForNew: { () throws(PromptRefusal) in try PasswordPrompt.askForNew() })
}

private func readSecret(_ path: String) throws(SecretRefusal) -> Secret {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .system(SystemRefusal(number: errno)) }
    defer { close(descriptor) }
    var info = stat()
    guard fstat(descriptor, &info) == 0 else { throw .system(SystemRefusal(number: errno)) }
    guard info.st_mode & (S_IRWXG | S_IRWXO) & ~(S_IXGRP | S_IXOTH) == 0 else { throw .exposed }
    var bytes = [UInt8](repeating: 0, count: SecretSources.maxFileBytes + 1)
    var filled = 0
    while filled < bytes.count {
        let count = bytes.withUnsafeMutableBytes {
            read(descriptor, $0.baseAddress?.advanced(by: filled), $0.count - filled)
        }
        if count < 0 {
            let number = errno
            if number == EINTR { continue }
            Secret.wipe(&bytes)
            throw .system(SystemRefusal(number: number))
        }
        if count == 0 { break }
        filled += count
    }
    guard filled < bytes.count else {
        Secret.wipe(&bytes)
        throw .system(.tooLarge)
    }
    bytes.removeLast(bytes.count - filled)
    return Secret(bytes)
}

/// To be called before there are other threads: they could be reading the environment.
private func takeFromEnvironment(_ name: String) -> Secret? {
    guard let value = getenv(name) else { return nil }
    let length = strlen(value)
    let secret = Secret(Array(UnsafeRawBufferPointer(start: value, count: length)))
    // Where the system shows a process's first environment, there is nothing left to see either.
    OPENSSL_cleanse(value, length)
    unsetenv(name)
    return secret
}
