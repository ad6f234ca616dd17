// What a command line is run in: variables, the terminal's width, files and standard streams, as
// values and closures, so that the command line itself can be run in a test.
// SPDX-License-Identifier: GPL-3.0-or-later
import Glibc

/// Why the system refused, by its own number (`errno`).
package struct SystemRefusal: Error, Hashable, Sendable {
    package let number: Int32

    package init(number: Int32) { self.number = number }

    /// The reader of a pipe or socket has gone.
    package var isBrokenPipe: Bool { number == EPIPE }

    package var isMissingFile: Bool { number == ENOENT || number == ENOTDIR }

    package var isForbidden: Bool { number == EACCES || number == EPERM }

    /// More bytes than the caller wanted.
    package static let tooLarge = SystemRefusal(number: EFBIG)

    /// The system's words, in lower case.
    package var reason: String { Resources.describe(number) }
}

/// Where text is written.
package enum StandardStream: Int32, Sendable {
    case output = 1
    case error = 2
}

/// Everything around the process that the command line looks at or changes.
package struct Surroundings: Sendable {
    package typealias ReadFile =
        @Sendable (_ path: String, _ maxBytes: Int) throws(SystemRefusal) -> [UInt8]
    package typealias WriteFile =
        @Sendable (_ path: String, _ text: String) throws(SystemRefusal) -> Void
    package typealias Write =
        @Sendable (_ stream: StandardStream, _ text: String) throws(SystemRefusal) -> Void

    package var variables: [String: String]
    /// Columns of the terminal that standard output is; nil when it is none.
    package var outputColumns: Int?
    package var inputIsTerminal: Bool
    package var readFile: ReadFile
    package var writeFile: WriteFile
    package var write: Write
    package var secrets: SecretSources
    /// What the system calls the process's user.
    package var loginName: @Sendable () -> String?

    package init(
        variables: [String: String] = [:], outputColumns: Int? = nil,
        inputIsTerminal: Bool = false, readFile: @escaping ReadFile, writeFile: @escaping WriteFile,
        write: @escaping Write,
        secrets: SecretSources, loginName: @escaping @Sendable () -> String?
    ) {
        self.variables = variables
        self.outputColumns = outputColumns
        self.inputIsTerminal = inputIsTerminal
        self.readFile = readFile
        self.writeFile = writeFile
        self.write = write
        self.secrets = secrets
        self.loginName = loginName
    }

    /// The real ones.
    package static func live() -> Surroundings {
        Surroundings(
            variables: processVariables(), outputColumns: terminalColumns(),
            inputIsTerminal: isatty(STDIN_FILENO) == 1,
            readFile: { path, maxBytes throws(SystemRefusal) in
                try readWhole(path, maxBytes: maxBytes)
            },
            writeFile: { path, text throws(SystemRefusal) in try writeWhole(path, text) },
            write: { stream, text throws(SystemRefusal) in
                try writeAll(stream.rawValue, text)
            },
            secrets: .live, loginName: { LoginName.current() })
    }

    /// To be called first: a peer that went away is an error value and not a signal, and the
    /// three standard descriptors are open, so that no socket or file can become one of them.
    package static func prepareProcess() {
        Resources.ignoreBrokenPipes()
        for descriptor: Int32 in 0...2 where fcntl(descriptor, F_GETFD) == -1 && errno == EBADF {
            // The lowest free number is given: exactly the missing one.
            _ = open("/dev/null", O_RDWR)
        }
    }
}

/// The environment of this process, without its secrets. The first of two variables with one name
/// counts.
private func processVariables() -> [String: String] {
    var variables: [String: String] = [:]
    // The pointer belongs to the C library; nothing changes it before threads are started.
    let table: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = environ
    guard var entry = table else { return variables }
    while let pair = entry.pointee {
        let text = String(cString: pair)
        if let equals = text.firstIndex(of: "=") {
            let name = String(text[..<equals])
            if variables[name] == nil, name != SecretSources.passwordVariable {
                variables[name] = String(text[text.index(after: equals)...])
            }
        }
        entry += 1
    }
    return variables
}

private func terminalColumns() -> Int? {
    var size = winsize()
    guard isatty(STDOUT_FILENO) == 1, ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0,
        size.ws_col > 0
    else { return nil }
    return Int(size.ws_col)
}

private func readWhole(_ path: String, maxBytes: Int) throws(SystemRefusal) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw SystemRefusal(number: errno) }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 16_384)
    while true {
        let count = chunk.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
        if count < 0 {
            let number = errno
            if number == EINTR { continue }
            throw SystemRefusal(number: number)
        }
        if count == 0 { return bytes }
        guard bytes.count + count <= maxBytes else { throw .tooLarge }
        bytes += chunk[..<count]
    }
}

private func writeWhole(_ path: String, _ text: String) throws(SystemRefusal) {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw SystemRefusal(number: errno) }
    defer { close(descriptor) }
    try writeAll(descriptor, text)
}

private func writeAll(_ descriptor: Int32, _ text: String) throws(SystemRefusal) {
    let bytes = Array(text.utf8)
    var written = 0
    while written < bytes.count {
        let count = bytes[written...].withUnsafeBytes {
            Glibc.write(descriptor, $0.baseAddress, $0.count)
        }
        if count < 0 {
            let number = errno
            if number == EINTR { continue }
            throw SystemRefusal(number: number)
        }
        written += count
    }
}
