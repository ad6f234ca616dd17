// Opening: what is refused, and that what was refused is left as it was.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import ChatJournal
import Glibc
import Testing

@Suite struct JournalOpeningTests {
    let directory = TemporaryDirectory()

    private func open(_ path: String, vfs: String? = nil) throws -> Journal {
        try Journal(
            JournalConfiguration(location: .file(path), vfs: vfs), origin: 7,
            now: Timestamp(milliseconds: 0))
    }

    /// The code of the error with which opening fails.
    private func refusal(_ path: String, vfs: String? = nil) -> DatabaseError.Code? {
        do {
            _ = try open(path, vfs: vfs).close()
            return nil
        } catch let error as DatabaseError {
            #expect(error.message.hasPrefix("cannot "))
            #expect(error.path.hasPrefix(directory.path))
            return error.code
        } catch {
            return nil
        }
    }

    private func write(_ bytes: [UInt8], to path: String) {
        let descriptor = Glibc.open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        #expect(Glibc.write(descriptor, bytes, bytes.count) == bytes.count)
        close(descriptor)
    }

    private func read(_ path: String) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 1 << 20)
        let descriptor = Glibc.open(path, O_RDONLY)
        let count = Glibc.read(descriptor, &bytes, bytes.count)
        close(descriptor)
        return Array(bytes.prefix(max(0, count)))
    }

    private func foreign(_ path: String, _ sql: String) throws -> [UInt8] {
        try Database(.file(path), access: .readWrite).execute(sql)
        return read(path)
    }

    @Test func missingDirectoriesAreCreatedForTheirOwnerAlone() throws {
        let path = directory.path + "/a/b/c.db"
        #expect(try open(path).close() == 0)
        for (name, mode) in [("/a", 0o700), ("/a/b", 0o700), ("/a/b/c.db", 0o600)] {
            var status = stat()
            #expect(stat(directory.path + name, &status) == 0)
            #expect(status.st_mode & 0o777 == UInt32(mode))
        }
    }

    @Test func aSecondServerOnTheSameDatabaseIsRefusedUntilTheFirstHasClosed() throws {
        let path = directory.file()
        let first = try open(path)
        #expect(refusal(path) == .locked)
        #expect(first.close() == 0)
        #expect(refusal(path) == nil)
    }

    @Test func aDatabaseThatAnotherProgramIsWritingIsRefused() throws {
        let path = directory.file()
        #expect(try open(path).close() == 0)
        let other = try Database(.file(path), access: .readWrite)
        try other.execute("BEGIN IMMEDIATE")
        #expect(refusal(path) == .locked)
        try other.execute("ROLLBACK")
        #expect(refusal(path) == nil)
    }

    @Test func anotherProgramsDatabaseIsRefusedAndLeftAsItWas() throws {
        let path = directory.file()
        let bytes = try foreign(path, "CREATE TABLE theirs (a); INSERT INTO theirs VALUES (1)")
        #expect(refusal(path) == .foreign)
        #expect(read(path) == bytes)
        let marked = directory.file("marked.db")
        let markedBytes = try foreign(marked, "PRAGMA application_id = 77; PRAGMA user_version = 1")
        #expect(refusal(marked) == .foreign)
        #expect(read(marked) == markedBytes)
    }

    @Test func aNewerDatabaseIsRefusedAndLeftAsItWas() throws {
        let path = directory.file()
        #expect(try open(path).close() == 0)
        let bytes = try foreign(path, "PRAGMA user_version = \(Schema.version + 1)")
        #expect(refusal(path) == .newer)
        #expect(read(path) == bytes)
    }

    @Test func aFileThatIsNoDatabaseIsRefusedAndLeftAsItWas() {
        let path = directory.file()
        let text = Array(String(repeating: "not a database\n", count: 100).utf8)
        write(text, to: path)
        #expect(refusal(path) == .foreign)
        #expect(read(path) == text)
    }

    @Test func aDamagedDatabaseIsRefused() throws {
        let path = directory.file()
        #expect(try open(path).close() == 0)
        var bytes = read(path)
        for index in 100..<4096 { bytes[index] = 0x5A }
        write(bytes, to: path)
        #expect(refusal(path) == .corrupt)
    }

    @Test func aDatabaseThatCannotBeWrittenIsRefused() throws {
        let path = directory.file()
        #expect(try open(path).close() == 0)
        let layer = try FaultLayer()
        layer.setReadOnly(true)
        #expect(refusal(path, vfs: layer.name) == .readOnly)
        layer.setReadOnly(false)
        #expect(refusal(path, vfs: layer.name) == nil)
    }

    @Test func aDirectoryWhereTheFileShouldBeIsRefused() {
        #expect(mkdir(directory.file(), 0o700) == 0)
        #expect(refusal(directory.file()) == .cannotOpen)
    }

    @Test func aFileWhereADirectoryShouldBeIsRefused() {
        write([1], to: directory.file("plain"))
        #expect(refusal(directory.path + "/plain/x.db") == .cannotOpen)
    }

    @Test func everyRefusalThatHasAWayOutNamesIt() {
        for code in [
            DatabaseError.Code.newer, .foreign, .corrupt, .locked, .readOnly, .notAllowed, .full,
        ] {
            let error = DatabaseError(code, operation: "o", path: "p", reason: "r")
            #expect(error.hint != nil)
            #expect(error.exitStatus != 0)
            #expect(error.message == "o: p: r")
        }
    }
}
