// One running server under test: started on a free loopback port in a directory of its own, asked
// for its processor time and memory, and ended by its process id, whatever happens. Also the
// watch that ends all of them when the benchmark is interrupted or overruns its time.
// SPDX-License-Identifier: GPL-3.0-or-later
import CLoad
import ChatJournal
import Glibc
import Synchronization

/// A server was gone before it listened.
struct ServerEnded: Error, CustomStringConvertible {
    let lastWords: String

    var description: String { "did not start: \(lastWords)" }
}

/// A child process that listens on `port`.
final class ServerProcess {
    let port: UInt16
    let pid: pid_t
    /// chatkit's database.
    let database: String
    private let directory: String
    private let clock: clockid_t

    /// Starts `subject` and waits until it accepts connections, 10 s at most. chatkit gets the
    /// database at that path, or a new one. Without a port it is any that is free.
    init(
        starting subject: Subject, executable: String, placement: Placement,
        durability: Durability = .normal, database: String? = nil, port given: UInt16? = nil
    ) throws {
        port = try given ?? freePort()
        directory = try TemporaryFiles.makeDirectory()
        self.database = database ?? directory + "/bench.db"
        let arguments: [String]
        do {
            arguments = try subject.arguments(
                Launch(
                    port: port, directory: directory, database: self.database,
                    durability: durability, threads: placement.threads))
            pid = try ServerProcess.spawn(
                [executable] + arguments, log: directory + "/log",
                processor: placement.serverProcessor)
        } catch {
            TemporaryFiles.remove(directory)
            throw error
        }
        var clock = clockid_t()
        clock_getcpuclockid(pid, &clock)
        self.clock = clock
        do { try waitUntilItListens() } catch {
            stop()
            throw error
        }
    }

    /// User and system time of all threads, in seconds.
    var processorSeconds: Double {
        var time = timespec()
        guard clock_gettime(clock, &time) == 0 else { return 0 }
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    /// What it and each of its threads has used so far.
    var usage: ServerUsage {
        var usage = ServerUsage(processorSeconds: processorSeconds)
        for thread in names(inDirectory: "/proc/\(pid)/task") {
            usage.threads[thread] = ThreadTimes(
                schedulerStatistics: "/proc/\(pid)/task/\(thread)/schedstat")
        }
        return usage
    }

    /// Waits until it does nothing any more, half a second at most: what it still writes or indexes
    /// would disturb the next one's turn.
    func awaitRest() {
        let deadline = Deadline(in: 0.5)
        repeat {
            let before = processorSeconds
            usleep(10_000)
            if processorSeconds - before < 0.001 { return }
        } while !deadline.hasPassed
    }

    /// Resident memory in kilobytes.
    var residentKilobytes: Double {
        for (file, label) in [("smaps_rollup", "Rss:"), ("status", "VmRSS:")] {
            for line in (contents(ofFile: "/proc/\(pid)/\(file)") ?? "").split(separator: "\n")
            where line.hasPrefix(label) {
                if let value = line.split(whereSeparator: \.isWhitespace).dropFirst().first {
                    return Double(value) ?? 0
                }
            }
        }
        return 0
    }

    /// Ends it as a crash would.
    func crash() {
        if ServerProcess.running.withLock({ $0.pids.contains(pid) }) { kill(pid, SIGKILL) }
    }

    /// Ends it: politely, and by force when it is still there after two seconds.
    func stop() {
        if ServerProcess.running.withLock({ $0.pids.contains(pid) }) {
            kill(pid, SIGTERM)
            if !hasEnded(within: 2) {
                kill(pid, SIGKILL)
                _ = hasEnded(within: 2)
            }
        }
        TemporaryFiles.remove(directory)
    }

    /// The end of what it wrote to its outputs, on one line.
    private var lastWords: String {
        let lines = (contents(ofFile: directory + "/log") ?? "").split(separator: "\n")
        if lines.isEmpty { return "it said nothing" }
        return lines.suffix(3).map { String($0).trimmed }.joined(separator: " / ")
    }

    private func waitUntilItListens() throws {
        let deadline = Deadline(in: 10)
        while !deadline.hasPassed {
            if hasEnded(within: 0) { throw ServerEnded(lastWords: lastWords) }
            if let descriptor = connectToLoopback(port) {
                close(descriptor)
                return
            }
            usleep(5000)
        }
        throw BenchError("did not listen within 10 s: \(lastWords)")
    }

    private func hasEnded(within seconds: Double) -> Bool {
        let deadline = Deadline(in: seconds)
        while true {
            let ended = ServerProcess.running.withLock { running in
                var status: Int32 = 0
                guard waitpid(pid, &status, WNOHANG) == pid else { return false }
                running.pids.remove(pid)
                return true
            }
            if ended { return true }
            if deadline.hasPassed { return false }
            usleep(2000)
        }
    }

    // MARK: All of them

    /// The children that have not been reaped, and whether there may be more.
    private struct Children {
        var pids: Set<pid_t> = []
        var isClosed = false
    }

    private static let running = Mutex(Children())

    private static func spawn(
        _ arguments: [String], log: String, processor: Int32
    ) throws -> pid_t {
        let output = open(log, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard output >= 0 else { throw BenchError(errno: "cannot write \(log)") }
        defer { close(output) }
        var argv: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) }
        argv.append(nil)
        defer { argv.forEach { free($0) } }
        return try running.withLock { running in
            if running.isClosed { throw BenchError("interrupted") }
            let pid = cload_spawn(&argv, output, processor)
            guard pid > 0 else { throw BenchError(errno: "cannot start a process") }
            running.pids.insert(pid)
            return pid
        }
    }

    /// Kills every server that still runs and lets no other be started. Reaped ones are not in the
    /// set, so no stranger that was given the same process id can be hit.
    static func killAll() {
        running.withLock { running in
            running.isClosed = true
            running.pids.forEach { kill($0, SIGKILL) }
        }
    }

    /// Runs a program to its end and returns what it printed, or nil when it cannot be run.
    static func output(of arguments: [String], evenIfItFails: Bool = false) -> String? {
        guard let directory = try? TemporaryFiles.makeDirectory() else { return nil }
        defer { TemporaryFiles.remove(directory) }
        let log = directory + "/out"
        guard let pid = try? spawn(arguments, log: log, processor: -1) else { return nil }
        return waitForEnd(of: pid) == 0 || evenIfItFails ? contents(ofFile: log)?.trimmed : nil
    }

    /// The wall time of one run of a program that ends by itself, in milliseconds.
    static func wallMilliseconds(of arguments: [String], processor: Int32) throws -> Double {
        let start = monotonicNanoseconds()
        let pid = try spawn(arguments, log: "/dev/null", processor: processor)
        guard waitForEnd(of: pid) == 0 else {
            throw BenchError("\(arguments.joined(separator: " ")) failed")
        }
        return secondsSince(start) * 1e3
    }

    private static func waitForEnd(of pid: pid_t) -> Int32 {
        var information = siginfo_t()
        // WNOWAIT: it is reaped only together with its entry in the set.
        while waitid(P_PID, id_t(pid), &information, WEXITED | WNOWAIT) == -1 && errno == EINTR {}
        return running.withLock { running in
            var status: Int32 = 0
            waitpid(pid, &status, 0)
            running.pids.remove(pid)
            return status
        }
    }
}

/// The directories the benchmark makes below the temporary directory, all removed at its end.
enum TemporaryFiles {
    /// The directories that are there; nil when no more may be made.
    private static let directories = Mutex<Set<String>?>([])

    static func makeDirectory() throws -> String {
        let parent = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        return try directories.withLock { directories in
            if directories == nil { throw BenchError("interrupted") }
            var template = Array("\(parent)/chatkit-bench.XXXXXX".utf8CString)
            guard mkdtemp(&template) != nil else {
                throw BenchError(errno: "cannot make a directory in \(parent)")
            }
            let path = String(
                decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
            directories?.insert(path)
            return path
        }
    }

    static func remove(_ path: String) {
        if directories.withLock({ $0?.remove(path) }) != nil { removeDirectory(path) }
    }

    /// Removes them all and lets no other be made.
    static func removeAll() {
        let left = directories.withLock { directories in
            defer { directories = nil }
            return directories ?? []
        }
        for path in left { removeDirectory(path) }
    }
}

/// Ends everything on SIGINT, SIGTERM, SIGHUP, and on SIGALRM, which comes when the run overruns.
enum InterruptWatch {
    /// Must be called before any other thread or process is started.
    static func start(limitSeconds: UInt32) {
        var watched = sigset_t()
        sigemptyset(&watched)
        for signal in [SIGINT, SIGTERM, SIGHUP, SIGALRM] { sigaddset(&watched, signal) }
        pthread_sigmask(SIG_BLOCK, &watched, nil)
        signal(SIGPIPE, SIG_IGN)
        alarm(limitSeconds)
        var thread = pthread_t()
        pthread_create(
            &thread, nil,
            { _ in
                var watched = sigset_t()
                sigemptyset(&watched)
                for signal in [SIGINT, SIGTERM, SIGHUP, SIGALRM] { sigaddset(&watched, signal) }
                var received: Int32 = 0
                sigwait(&watched, &received)
                ServerProcess.killAll()
                TemporaryFiles.removeAll()
                printError("\nchatkit-bench: ended by signal \(received)")
                _exit(received == SIGINT ? 130 : received == SIGALRM ? 75 : 143)
            }, nil)
    }
}
