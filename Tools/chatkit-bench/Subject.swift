// The servers that are measured: where their programs are found and how they are started. One
// table; everything else treats them alike.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatJournal
import Glibc

/// What a server is started with.
struct Launch {
    let port: UInt16
    /// An empty directory of its own.
    let directory: String
    /// Where chatkit keeps its messages: never where its user's are.
    let database: String
    let durability: Durability
    /// Event loops for chatkit; nil for its default.
    let threads: Int?
}

/// One server, spoken to in one protocol.
struct Subject {
    /// Which program it is.
    enum Program: String {
        case floor = "chatkit-floor", chatkit, redis = "redis-server", inspircd, haproxy, wrk

        /// Whether others can be measured without it.
        var isOptional: Bool { self != .floor && self != .chatkit }
    }

    let name: String
    let title: String
    let program: Program
    let dialect: Dialect
    /// Whether clients can be spread over rooms.
    let hasRooms: Bool
    let arguments: @Sendable (Launch) throws -> [String]

    /// chatkit with one slot and a queue of any length.
    static let queue = Subject(
        name: "queue", title: "chatkit JSON", program: .chatkit, dialect: .json, hasRooms: true,
        arguments: {
            chatkitArguments($0) + ["--capacity", "1", "--wait", "3600", "--max-waiting", "20000"]
        })

    /// chatkit's name when its clients speak through WebSockets.
    static let sockets = ["ws-json", "ws-text"]

    static let all: [Subject] = [
        Subject(
            name: "floor", title: "floor", program: .floor, dialect: .plain, hasRooms: false,
            arguments: { ["\($0.port)"] }),
        Subject(
            name: "plain", title: "chatkit plain", program: .chatkit, dialect: .plain,
            hasRooms: false, arguments: chatkitArguments),
        Subject(
            name: "json", title: "chatkit JSON", program: .chatkit, dialect: .json,
            hasRooms: true, arguments: chatkitArguments),
        Subject(
            name: "irc", title: "chatkit IRC", program: .chatkit, dialect: .ircLobby,
            hasRooms: true, arguments: chatkitArguments),
        Subject(
            name: "ws-json", title: "chatkit WebSocket JSON", program: .chatkit,
            dialect: .webSocketJSON, hasRooms: true, arguments: chatkitArguments),
        Subject(
            name: "ws-text", title: "chatkit WebSocket text", program: .chatkit,
            dialect: .webSocketText, hasRooms: false, arguments: chatkitArguments),
        Subject(
            name: "redis", title: "Redis pub/sub", program: .redis, dialect: .redis,
            hasRooms: true, arguments: redisArguments),
        Subject(
            name: "inspircd", title: "InspIRCd", program: .inspircd, dialect: .irc,
            hasRooms: true, arguments: inspircdArguments),
    ]
}

/// chatkit without flood limits, which are for people, and with its journal in a file.
@Sendable func chatkitArguments(_ launch: Launch) -> [String] {
    let threads = launch.threads.map { ["--threads", "\($0)"] } ?? []
    return ["serve", "--listen", "127.0.0.1:\(launch.port)", "--flood", "off"]
        + ["--log-level", "warning", "--db", launch.database]
        + ["--durability", launch.durability.rawValue] + threads
}

/// Redis without persistence and without a bound on what a subscriber may be behind.
@Sendable private func redisArguments(_ launch: Launch) -> [String] {
    [
        "--port", "\(launch.port)", "--bind", "127.0.0.1", "--dir", launch.directory,
        "--save", "", "--appendonly", "no", "--maxclients", "15000", "--tcp-backlog", "4096",
        "--client-output-buffer-limit", "pubsub 0 0 0", "--daemonize", "no",
    ]
}

/// InspIRCd on the loopback with no penalties, look-ups or bounds that the load would meet.
@Sendable private func inspircdArguments(_ launch: Launch) throws -> [String] {
    let configuration = """
        <server name="irc.bench.invalid" description="benchmark" network="bench" id="001">
        <admin name="bench" nick="bench" email="bench@bench.invalid">
        <bind address="127.0.0.1" port="\(launch.port)" type="clients">
        <connect name="all" allow="*" timeout="60" pingfreq="3600" hardsendq="1073741824"
         softsendq="1073741824" recvq="1048576" threshold="1000000" commandrate="1000000000"
         fakelag="no" localmax="100000" globalmax="100000" maxconnwarn="no" maxchans="100"
         resolvehostnames="no" useident="no" useconnectban="no" useconnflood="no" limit="100000"
         modes="">
        <class name="Shutdown" commands="DIE RESTART REHASH LOADMODULE UNLOADMODULE RELOAD">
        <performance softlimit="100000" somaxconn="4096" netbuffersize="65536"
         quietbursts="yes" timeskipwarn="0">
        <options defaultmodes="" prefixquit="" nosnoticestack="no">
        <pid file="\(launch.directory)/pid">
        <path configdir="\(launch.directory)" datadir="\(launch.directory)"
         logdir="\(launch.directory)" runtimedir="\(launch.directory)">
        """
    let path = launch.directory + "/inspircd.conf"
    try write(configuration, toFile: path)
    return ["--nofork", "--nolog", "--nopid", "--config", path]
        + (geteuid() == 0 ? ["--runasroot"] : [])
}

/// Where the programs are, and which version they say they are.
struct Programs {
    private var paths: [Subject.Program: String] = [:]

    /// Looks for what was not given by path: chatkit and the floor beside this program, the
    /// others on the search path and where Debian keeps servers.
    init(chatkit: String?, floor: String?) {
        let beside = Programs.ownDirectory()
        let search = (getenv("PATH").map { String(cString: $0) } ?? "").split(separator: ":")
        let directories = search.map(String.init) + ["/usr/sbin", "/usr/local/sbin"]
        paths[.chatkit] = chatkit ?? "\(beside)/chatkit"
        paths[.floor] = floor ?? "\(beside)/chatkit-floor"
        for program in [Subject.Program.redis, .inspircd, .haproxy, .wrk] {
            paths[program] = directories.lazy.map { "\($0)/\(program.rawValue)" }
                .first { access($0, X_OK) == 0 }
        }
    }

    /// The path of a program that is there, or nil.
    func path(of program: Subject.Program) -> String? {
        paths[program].flatMap { access($0, X_OK) == 0 ? $0 : nil }
    }

    /// Where a program is looked for, for messages.
    func expectedPath(of program: Subject.Program) -> String {
        paths[program] ?? program.rawValue
    }

    /// The first line of what it says its version is; the floor has none.
    func version(of program: Subject.Program) -> String? {
        guard program != .floor, let path = path(of: program) else { return nil }
        let option = program == .haproxy || program == .wrk ? "-v" : "--version"
        // wrk says its version and fails.
        let output = ServerProcess.output(of: [path, option], evenIfItFails: program == .wrk)
        return output?.split(separator: "\n").first.map(String.init)
    }

    private static func ownDirectory() -> String {
        var buffer = [CChar](repeating: 0, count: 4096)
        let count = readlink("/proc/self/exe", &buffer, buffer.count)
        let path = String(
            decoding: buffer.prefix(max(0, count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
    }
}
