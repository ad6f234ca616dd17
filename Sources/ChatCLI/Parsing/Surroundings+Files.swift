// Files that settings name, with the system's refusal turned into a bad value.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatIO

extension Surroundings {
    /// A file's bytes, for a setting whose value is its path.
    func read(_ path: String, atMost maxBytes: Int) throws(BadValue) -> [UInt8] {
        do throws(SystemRefusal) {
            return try readFile(path, maxBytes)
        } catch {
            if error == .tooLarge { throw BadValue("it is larger than \(maxBytes) bytes") }
            throw BadValue(
                error.reason, hint: "check the path and its permissions",
                exitCode: error.isForbidden ? .notAllowed : .usage)
        }
    }

    /// A file with a secret, which only its owner may read.
    func secret(in path: String) throws(BadValue) -> Secret {
        do throws(SecretRefusal) {
            return try secrets.readFile(path)
        } catch {
            switch error {
            case .exposed:
                throw BadValue(
                    "others than its owner may read or write it",
                    hint: "chmod 600 \(Visible.text(path))", exitCode: .notAllowed)
            case .system(.tooLarge):
                throw BadValue("it is larger than \(SecretSources.maxFileBytes) bytes")
            case .system(let refusal):
                throw BadValue(
                    refusal.reason, hint: "check the path and its permissions",
                    exitCode: refusal.isForbidden ? .notAllowed : .usage)
            }
        }
    }

    /// The configuration file; empty when there is none.
    func configFile() throws(UsageError) -> ConfigFile {
        guard let path = ConfigFile.path(variables) else { return .empty }
        let bytes: [UInt8]
        do throws(SystemRefusal) {
            bytes = try readFile(path, ConfigFile.maxFileBytes)
        } catch {
            if error.isMissingFile { return .empty }
            throw UsageError(
                "cannot read the configuration file", value: path,
                why: error == .tooLarge
                    ? "it is larger than \(ConfigFile.maxFileBytes) bytes" : error.reason,
                hint: "set XDG_CONFIG_HOME to use another one",
                exitCode: error.isForbidden ? .notAllowed : .usage)
        }
        return try ConfigFile(bytes, path: path)
    }
}
