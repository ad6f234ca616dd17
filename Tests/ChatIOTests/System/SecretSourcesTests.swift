// Secrets from files and variables, as the system has them.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatIO
import Glibc
import Testing

@Suite("Secrets")
struct SecretSourcesTests {
    private func read(_ path: String) -> Result<[UInt8], SecretRefusal> {
        do throws(SecretRefusal) {
            return .success(try SecretSources.live.readFile(path).withBytes { $0 })
        } catch {
            return .failure(error)
        }
    }

    /// A file with that text and mode, for as long as `body` runs.
    private func withFile(_ text: String, mode: mode_t, _ body: (String) -> Void) throws {
        var template = Array("/tmp/chatkit-secret-XXXXXX".utf8CString)
        let descriptor = mkstemp(&template)
        try #require(descriptor >= 0)
        let path = String(decoding: template.dropLast().map(UInt8.init), as: UTF8.self)
        defer {
            close(descriptor)
            unlink(path)
        }
        try #require(write(descriptor, text, text.utf8.count) == text.utf8.count)
        try #require(fchmod(descriptor, mode) == 0)
        body(path)
    }

    @Test("come from files that nobody else may read or write", arguments: [0o600, 0o400, 0o700])
    func privateFiles(mode: mode_t) throws {
        try withFile("secret\n", mode: mode) { path in
            #expect(read(path) == .success(Array("secret\n".utf8)))
        }
    }

    @Test(
        "do not come from files that others may read or write",
        arguments: [0o640, 0o604, 0o620, 0o602, 0o644, 0o666, 0o660, 0o606])
    func exposedFiles(mode: mode_t) throws {
        try withFile("secret\n", mode: mode) { path in
            #expect(read(path) == .failure(.exposed))
        }
    }

    @Test("are small")
    func largeFiles() throws {
        let most = String(repeating: "x", count: SecretSources.maxFileBytes)
        try withFile(most, mode: 0o600) { path in
            #expect(read(path) == .success(Array(most.utf8)))
        }
        try withFile(most + "x", mode: 0o600) { path in
            #expect(read(path) == .failure(.system(.tooLarge)))
        }
    }

    @Test("come with the system's reason where there is none")
    func missing() {
        #expect(read("/nowhere/at/all") == .failure(.system(SystemRefusal(number: ENOENT))))
        #expect(read("/") != .success([]))
    }

    @Test("are taken out of the environment when they are read")
    func variables() {
        let name = "CHATKIT_TEST_SECRET"
        #expect(SecretSources.live.takeVariable(name) == nil)
        setenv(name, "secret", 1)
        let pointer = getenv(name)
        let secret = SecretSources.live.takeVariable(name)
        #expect(secret?.withBytes { $0 == Array("secret".utf8) } == true)
        #expect(getenv(name) == nil)
        #expect(pointer?.pointee == 0)
        #expect(SecretSources.live.takeVariable(name) == nil)
    }

    @Test("are no part of the variables that settings are read from")
    func hiddenVariable() {
        setenv(SecretSources.passwordVariable, "secret", 1)
        defer { unsetenv(SecretSources.passwordVariable) }
        #expect(Surroundings.live().variables[SecretSources.passwordVariable] == nil)
    }
}
