// A real server in the test's process: its own threads, a port the system chose, ended with the test.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import ChatIO
import ChatServer
import Glibc
import Testing

/// A `ChatServer` that runs until `stop`.
final class RunningServer {
    let server: ChatServer
    let port: UInt16
    private let thread: Thread
    private let status = Locked<Int32?>(nil)
    private var isStopped = false

    struct NotStarted: Error {}

    init(
        threads: Int = 2, flood: FloodLimit = .off, idleTimeout: Duration? = .seconds(300),
        profiles: ProfilePrinter = ProfilePrinter(), capacity: Int? = nil,
        deskPassword: String? = nil
    ) throws {
        let server = try ChatServer(
            ServerConfiguration(
                listen: [Endpoint(host: "127.0.0.1", port: 0)], threads: threads, flood: flood,
                idleTimeout: idleTimeout, motd: ["Be kind."], logLevel: .error, version: "1",
                capacity: capacity, isDesk: deskPassword != nil,
                operatorPassword: deskPassword.map { .plain(Secret(Array($0.utf8))) }),
            profiles: profiles)
        guard let port = server.endpoints.first?.port,
            let thread = Thread(
                name: "server",
                { [status] in
                    let code = server.run(handling: .none)
                    status.withLock { $0 = code }
                })
        else { throw NotStarted() }
        self.server = server
        self.port = port
        self.thread = thread
    }

    deinit { stop() }

    /// Ends it gracefully and waits for that; its exit status.
    @discardableResult
    func stop() -> Int32? {
        if !isStopped {
            isStopped = true
            server.shutDown()
            thread.join()
        }
        return status.withLock { $0 }
    }

    /// Waits until the hub knows so many people.
    func waitForPeople(_ count: Int) {
        wait("\(count) people") { self.server.statistics.people == count }
    }

    /// Waits until it holds, or records that it never did.
    func wait(_ what: String, until condition: () throws -> Bool) rethrows {
        for _ in 0..<TestSocket.patience {
            if try condition() { return }
            usleep(1000)
        }
        Issue.record("waited in vain for \(what)")
    }
}
