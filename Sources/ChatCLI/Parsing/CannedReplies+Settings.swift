// An operator's prepared answers, from the file that an option names, or else from the one beside
// the configuration file, which need not be there.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import ChatIO

extension CannedReplies {
    /// Reads what `option` or the user's directory says.
    init(
        _ option: OptionSpec, _ settings: Settings, _ surroundings: Surroundings
    ) throws(UsageError) {
        let named = try settings.value(option) { path throws(BadValue) in
            let bytes = try surroundings.read(path, atMost: CannedReplies.maxFileBytes)
            do throws(CannedError) {
                return try CannedReplies(bytes)
            } catch {
                throw BadValue(
                    "line \(error.line): \(error.why)", hint: CannedReplies.form,
                    exitCode: .badData)
            }
        }
        if let named {
            self = named
        } else {
            try self.init(besideConfigFile: surroundings)
        }
    }

    private static let form = "a line is NAME = TEXT, or a comment that begins with #"

    private init(besideConfigFile surroundings: Surroundings) throws(UsageError) {
        self.init()
        guard let path = ConfigFile.path(surroundings.variables, to: "canned") else { return }
        let bytes: [UInt8]
        do throws(SystemRefusal) {
            bytes = try surroundings.readFile(path, CannedReplies.maxFileBytes)
        } catch {
            if error.isMissingFile { return }
            throw UsageError(
                "cannot read the prepared answers", value: path,
                why: error == .tooLarge
                    ? "it is larger than \(CannedReplies.maxFileBytes) bytes" : error.reason,
                hint: "--canned names another file",
                exitCode: error.isForbidden ? .notAllowed : .usage)
        }
        do throws(CannedError) {
            self = try CannedReplies(bytes)
        } catch {
            throw UsageError(
                "bad prepared answer", value: "\(path), line \(error.line)", why: error.why,
                hint: CannedReplies.form, exitCode: .badData)
        }
    }
}
