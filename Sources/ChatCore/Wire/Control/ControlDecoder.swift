// Reads the lines of a control link, at either end (chatkit(5), "CONTROL LINK"). Members and types that
// are not known are passed over, so that a newer end can say more.
// Invariant: the results do not depend on how the input was cut up; after an error comes nothing more.
// SPDX-License-Identifier: GPL-3.0-or-later

/// Why a line is none of a control link. The link ends with it.
package enum ControlError: Error, Hashable, Sendable {
    /// Longer than `Limits.maxControlLineBytes`, terminator not counted.
    case tooLong
    /// Not one JSON object.
    case notAnObject
    /// A member that is missing or not what it must be.
    case badMember(String)
    /// A version that is not spoken here.
    case badVersion
    /// More than `Limits.controlLinesPerSecond`.
    case tooMany

    /// How the other end is told.
    package var code: ControlErrorCode { self == .tooMany ? .flood : .badLine }

    /// The reason for people.
    package var reason: String {
        switch self {
        case .tooLong: "a line may have at most \(Limits.maxControlLineBytes) bytes"
        case .notAnObject: "a line must be one JSON object"
        case .badMember(let name): "\(name) is missing or is not what it must be"
        case .badVersion: "v must be \(ControlMessage.version)"
        case .tooMany: "more than \(Limits.controlLinesPerSecond) lines a second"
        }
    }
}

/// Decodes a control link.
package struct ControlDecoder: Sendable {
    private var failure: ControlError?
    private var rate = TokenBucket(
        rate: Limits.controlLinesPerSecond, burst: Limits.controlLinesPerSecond)

    package init() {}

    /// Takes the next line that says something; nil: more is needed. Lines that are passed over count.
    package mutating func next(
        in input: inout ByteBuffer, now: Instant
    ) throws(ControlError) -> ControlMessage? {
        if let failure { throw failure }
        do throws(ControlError) {
            while let length = input.distance(to: 0x0A) {
                let content = input.peek(length - 1) == 0x0D ? length - 1 : length
                guard content <= Limits.maxControlLineBytes else { throw ControlError.tooLong }
                let line = Array(input.readable.prefix(content))
                input.skip(length + 1)
                guard rate.admit(now: now) == nil else { throw ControlError.tooMany }
                guard !line.isEmpty else { continue }
                if let message = try ControlDecoder.message(of: line) { return message }
            }
            // One more for a CR.
            guard input.readableBytes <= Limits.maxControlLineBytes + 1 else {
                throw ControlError.tooLong
            }
            return nil
        } catch {
            failure = error
            throw error
        }
    }

    private static func message(of line: [UInt8]) throws(ControlError) -> ControlMessage? {
        guard case .object(let object)? = try? JSONReader.value(in: line) else {
            throw .notAnObject
        }
        let line = ControlLine(object: object)
        switch try line.text("type") {
        case "announce":
            try line.checkVersion()
            return .announce(
                Announcement(
                    name: try line.text("name"), address: try line.text("address"),
                    token: try line.text("token")))
        case "link":
            try line.checkVersion()
            return .link(try line.relay())
        case "linked":
            try line.checkVersion()
            return .linked(
                object["relay"] == nil
                    ? .server(name: try line.text("name")) : .relay(try line.relay()))
        case "availability": return .availability(try line.availability())
        case "attended": return .attended(visit: try line.number("visit"))
        case "freed":
            return .freed(visit: try line.number("visit"), reason: try line.text("reason"))
        case "left":
            return .left(LeftMessage(nick: try line.text("nick"), text: try line.text("text")))
        case "beat": return .beat
        case "error":
            return .error(
                ControlErrorCode(rawValue: try line.text("code")),
                message: try line.text("message"))
        default: return nil
        }
    }
}

/// The members of a line, each read as what it must be.
private struct ControlLine {
    let object: JSONObject

    /// A text without control characters: names go to screens and logs.
    func text(_ name: String) throws(ControlError) -> String {
        guard let text = object[name]?.string, text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F })
        else { throw .badMember(name) }
        return text
    }

    func number(_ name: String) throws(ControlError) -> UInt64 {
        guard let value = object[name], let number = JSONFields.natural(value) else {
            throw .badMember(name)
        }
        return number
    }

    private func count(_ name: String) throws(ControlError) -> Int {
        guard let number = Int(exactly: try number(name)) else { throw .badMember(name) }
        return number
    }

    func checkVersion() throws(ControlError) {
        guard object["v"]?.integer == Int64(ControlMessage.version) else { throw .badVersion }
    }

    func relay() throws(ControlError) -> RelayID {
        guard let relay = RelayID(try text("relay")) else { throw .badMember("relay") }
        return relay
    }

    func availability() throws(ControlError) -> Availability {
        guard let state = Availability.State(rawValue: try text("state")) else {
            throw .badMember("state")
        }
        let isUnlimited = object["capacity"]?.isNull ?? true
        return Availability(
            capacity: isUnlimited ? nil : try count("capacity"), others: try count("others"),
            inUse: try count("in_use"), state: state)
    }
}
