// Whether bytes are what a protocol allows a server to send.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore

package enum WireCheck {
    /// What is wrong, and with which bytes.
    package struct Violation: Error, CustomStringConvertible {
        package let description: String

        init(_ what: String, _ bytes: some Sequence<UInt8>) {
            description =
                "\(what): \(String(decoding: Array(bytes), as: UTF8.self).debugDescription)"
        }
    }

    /// Holds everything a client was sent against its protocol.
    package static func check(
        _ output: [UInt8], _ spoken: WireProtocol?
    ) throws(Violation) {
        var output = output[...]
        if output.starts(with: "NICK".utf8) {
            output.removeFirst(4)
            // The prompt's own line ends before the first line of a protocol that has lines.
            if output.isEmpty { return }
            if spoken == .json { output.removeFirst() }
            if spoken == .irc { output.removeFirst(2) }
        }
        switch spoken {
        case .plain: try checkPlain(output)
        case .json: try checkJSON(output)
        case .irc: try checkIRC(output)
        case .http, .tls, .proxy, nil: break
        }
    }

    private static func checkPlain(_ output: ArraySlice<UInt8>) throws(Violation) {
        guard String(validating: output, as: UTF8.self) != nil else {
            throw Violation("no UTF-8", output)
        }
        let control = output.first { $0 < 0x20 && $0 != 0x0A && $0 != 0x09 || $0 == 0x7F }
        if control != nil { throw Violation("a control character", output) }
    }

    private static func checkJSON(_ output: ArraySlice<UInt8>) throws(Violation) {
        if output.isEmpty { return }
        guard output.last == 0x0A else { throw Violation("half a line", output) }
        for line in output.dropLast().split(separator: 0x0A, omittingEmptySubsequences: false) {
            let value = try? Array(line).withUnsafeBytes { bytes in
                Result { () throws(JSONError) in try JSONReader.value(in: bytes) }
            }.get()
            guard value?.object?.members.first?.name == "type" else {
                throw Violation("no object with a type", line)
            }
        }
    }

    /// Holds a packet against Engine.IO and Socket.IO.
    package static func check(packet: String) throws(Violation) {
        let content = packet.dropFirst(2)
        let isFine: Bool
        switch packet.prefix(2) {
        case "1", "2", "6", "3p": isFine = true
        case "0{": isFine = (try? JSONReader.value(in: String(packet.dropFirst())))?.object != nil
        case "40": isFine = (try? JSONReader.value(in: String(content)))?.object?["sid"] != nil
        case "41": isFine = content.isEmpty
        case "42":
            let event = (try? JSONReader.value(in: String(content)))?.array
            isFine =
                event?.count == 2 && event?.first?.string != nil
                && event?.first == event?.last?.object?.members.first?.value
        case "43":
            let id = content.prefix { $0.isNumber }
            let values = (try? JSONReader.value(in: String(content.dropFirst(id.count))))?.array
            isFine = !id.isEmpty && values?.count == 1
        case "44":
            let place = content.split(separator: ",", maxSplits: 1)
            let value = place.count == 2 ? try? JSONReader.value(in: String(place[1])) : nil
            isFine = content.first == "/" && value?.object?["message"] != nil
        default: isFine = false
        }
        guard isFine else { throw Violation("no packet", packet.utf8) }
    }

    private static func checkIRC(_ output: ArraySlice<UInt8>) throws(Violation) {
        if output.isEmpty { return }
        guard output.last == 0x0A else { throw Violation("half a line", output) }
        for line in output.dropLast().split(separator: 0x0A, omittingEmptySubsequences: false) {
            guard line.last == 0x0D else { throw Violation("a line without CR LF", line) }
            let content = line.dropLast()
            guard !content.contains(0), !content.contains(0x0D), !content.isEmpty else {
                throw Violation("a line with NUL or CR, or an empty one", line)
            }
            guard String(validating: content, as: UTF8.self) != nil else {
                throw Violation("no UTF-8", line)
            }
            var body = content
            if body.first == UInt8(ascii: "@") {
                body = body.drop { $0 != 0x20 }.dropFirst()
                let tagBytes = content.count - body.count
                // message-tags: 8191 bytes of tags, `@` and the space among them.
                guard tagBytes <= 8191 else { throw Violation("\(tagBytes) bytes of tags", line) }
            }
            guard body.count + 2 <= Limits.maxIRCLineBytes else {
                throw Violation("a line of \(body.count + 2) bytes", line)
            }
            let word = body.first == UInt8(ascii: ":") ? body.drop { $0 != 0x20 }.dropFirst() : body
            guard let first = word.first, first != 0x20 else {
                throw Violation("a line without a command", line)
            }
        }
    }
}
