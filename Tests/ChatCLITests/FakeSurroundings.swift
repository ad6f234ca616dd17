// Surroundings that are values: files in a dictionary, output collected.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCLI
import ChatIO
import ChatRelay
import ChatServer
import ChatTerminal

/// What a command line did, run in memory.
struct Outcome {
    var status: Int32 = 0
    var output = ""
    var error = ""
    var files: [String: String] = [:]
    var served: [ServerConfiguration] = []
    var joined: [JoinConfiguration] = []
    var reported: [StatsConfiguration] = []
    var relayed: [RelayConfiguration] = []
    var controlled: [RelayControlConfiguration] = []
}

/// Runs command lines in memory.
struct FakeSurroundings {
    /// Missing file, no permission, broken pipe, full disk, as Linux numbers them.
    static let missing = SystemRefusal(number: 2)
    static let forbidden = SystemRefusal(number: 13)
    static let brokenPipe = SystemRefusal(number: 32)
    static let diskFull = SystemRefusal(number: 28)

    var variables = ["HOME": "/home/ana"]
    var columns: Int?
    var files: [String: Result<[UInt8], SystemRefusal>] = [:]
    /// What writing to standard output comes to.
    var outputRefusal: SystemRefusal?
    /// Files with secrets.
    var secretFiles: [String: Result<String, SecretRefusal>] = [:]
    /// The variable that has the operators' password.
    var passwordVariable: String?
    /// What is typed when a new password is asked for.
    var newPassword: Result<String, PromptRefusal> = .failure(.ended)
    var loginName: String? = "ana"
    var inputIsTerminal = false

    static let configPath = "/home/ana/.config/chatkit/config"

    init(
        variables: [String: String] = [:], config: String? = nil, columns: Int? = nil,
        outputRefusal: SystemRefusal? = nil
    ) {
        self.variables.merge(variables) { $1 }
        self.columns = columns
        self.outputRefusal = outputRefusal
        if let config { files[FakeSurroundings.configPath] = .success(Array(config.utf8)) }
    }

    func surroundings(_ record: Locked<Outcome>) -> Surroundings {
        let files = files
        let outputRefusal = outputRefusal
        let loginName = loginName
        return Surroundings(
            variables: variables, outputColumns: columns, inputIsTerminal: inputIsTerminal,
            readFile: { path, maxBytes throws(SystemRefusal) in
                guard let file = files[path] else { throw FakeSurroundings.missing }
                let bytes = try file.get()
                if bytes.count > maxBytes { throw .tooLarge }
                return bytes
            },
            writeFile: { path, text throws(SystemRefusal) in
                if path.hasPrefix("/forbidden") { throw FakeSurroundings.forbidden }
                record.withLock { $0.files[path] = text }
            },
            write: { stream, text throws(SystemRefusal) in
                if stream == .output, let outputRefusal { throw outputRefusal }
                record.withLock {
                    if stream == .output { $0.output += text } else { $0.error += text }
                }
            },
            secrets: secrets, loginName: { loginName })
    }

    private var secrets: SecretSources {
        let secretFiles = secretFiles
        let passwordVariable = passwordVariable
        let newPassword = newPassword
        return SecretSources(
            readFile: { path throws(SecretRefusal) in
                guard let file = secretFiles[path] else { throw .system(FakeSurroundings.missing) }
                return Secret(Array(try file.get().utf8))
            },
            takeVariable: { name in
                guard name == SecretSources.passwordVariable else { return nil }
                return passwordVariable.map { Secret(Array($0.utf8)) }
            },
            askForNew: { () throws(PromptRefusal) in Secret(Array(try newPassword.get().utf8)) })
    }

    /// Runs a command line; the actions only take note of what they were given.
    func run(_ arguments: String...) -> Outcome { run(arguments) }

    /// The same, with the arguments in a list.
    func run(_ arguments: [String]) -> Outcome {
        let record = Locked(Outcome())
        let status = CommandLineTool.run(
            arguments: arguments, surroundings: surroundings(record),
            actions: CommandActions(
                serve: { configuration in
                    record.withLock { $0.served.append(configuration) }
                    return 0
                },
                join: { configuration in
                    record.withLock { $0.joined.append(configuration) }
                    return 75
                },
                stats: { configuration in
                    record.withLock { $0.reported.append(configuration) }
                    return 0
                },
                relay: { configuration in
                    record.withLock { $0.relayed.append(configuration) }
                    return 0
                },
                control: { configuration in
                    record.withLock { $0.controlled.append(configuration) }
                    return 0
                }))
        var outcome = record.withLock { $0 }
        outcome.status = status
        return outcome
    }
}
