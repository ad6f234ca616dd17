// What the load generator says and listens for in each protocol: how a client introduces itself,
// what shows that the server has taken it in, and the bytes around a published text.
//
// Every text is a marker byte that occurs nowhere else in the traffic, a time stamp of fifteen
// hexadecimal digits, and filling. So deliveries are counted without parsing any protocol. (A
// length in the head of a WebSocket frame could be the marker: none of 16, 100 or 1 000 bytes of
// text is.)
// SPDX-License-Identifier: GPL-3.0-or-later

/// A protocol, as one kind of server speaks it.
enum Dialect {
    /// Lines; the first one is the nick.
    case plain
    /// One JSON object a line.
    case json
    /// IRC from a server that puts everybody into #lobby.
    case ircLobby
    /// IRC from a server that waits to be asked for a room.
    case irc
    /// Redis publish/subscribe (RESP2).
    case redis
    /// WebSocket messages that are JSON objects.
    case webSocketJSON
    /// WebSocket messages that are texts; the nick is in the address.
    case webSocketText
    /// JSON lines where there may be no slot: being told one's place is enough.
    case jsonInLine
}

/// One step of a handshake: what to send, and what in the answer ends the step.
struct Exchange {
    let send: [UInt8]
    /// The step ends when this has been received; any byte does when it is empty.
    let until: [UInt8]

    init(_ send: String, until: String) {
        self.init(Array(send.utf8), until: until)
    }

    init(_ send: [UInt8], until: String) {
        self.send = send
        self.until = Array(until.utf8)
    }
}

/// The place of one connection in a crowd.
struct Seat {
    /// Unique among all clients that a server has seen.
    let number: Int
    /// The room, counting from 0, or nil for the one that everybody is in.
    let room: Int?
    let publishes: Bool

    var nick: String { "u\(number)" }
    var roomName: String { room.map { "r\($0)" } ?? "lobby" }
}

/// Bytes to publish, with the place where the time stamp goes.
struct Frame {
    static let marker = UInt8(ascii: "|")
    static let stampDigits = 15
    /// The shortest text that can be published.
    static let minimumText = 1 + stampDigits

    var bytes: [UInt8]
    let stampOffset: Int
    /// What every byte of the text is masked with (RFC 6455 §5.3); 0 changes none.
    var mask: UInt8 = 0

    /// Writes the low 60 bits of a time into the text.
    @inline(__always)
    mutating func stamp(_ nanoseconds: UInt64) {
        bytes.withUnsafeMutableBufferPointer { bytes in
            var rest = nanoseconds
            var index = stampOffset + Frame.stampDigits
            while index > stampOffset {
                index -= 1
                let digit = UInt8(truncatingIfNeeded: rest & 15)
                bytes[index] = (digit < 10 ? 48 + digit : 87 + digit) ^ mask
                rest >>= 4
            }
        }
    }

    /// The time in the fifteen digits at `digits`.
    @inline(__always)
    static func time(at digits: UnsafePointer<UInt8>) -> UInt64 {
        var time: UInt64 = 0
        for index in 0..<stampDigits {
            let byte = digits[index]
            time = time << 4 | UInt64(byte < 58 ? byte &- 48 : byte &- 87)
        }
        return time
    }
}

extension Dialect {
    /// The longest text that can be published without being cut.
    var maximumText: Int {
        switch self {
        // A line ends at 512 bytes by RFC 1459; the prefix the server adds counts.
        case .irc: 400
        case .plain, .json, .jsonInLine, .ircLobby, .redis, .webSocketJSON, .webSocketText: 4096
        }
    }

    /// How a client gets to where it can send and receive messages.
    func handshake(_ seat: Seat) -> [Exchange] {
        let nick = seat.nick
        let register = "NICK \(nick)\r\nUSER \(nick) 0 * :\(nick)\r\n"
        let join = Exchange("JOIN #\(seat.roomName)\r\n", until: " 366 \(nick) #\(seat.roomName) ")
        switch self {
        case .plain:
            return [Exchange("\(nick)\n", until: "")]
        case .json: return [Exchange(hello(seat) + "\n", until: "\"welcome\"")]
        case .jsonInLine: return [Exchange(hello(seat) + "\n", until: "\"type\"")]
        case .webSocketJSON:
            return [
                Exchange(
                    upgrade("/", "Sec-WebSocket-Protocol: chatkit.v1.json\r\n"), until: "\r\n\r\n"),
                Exchange(WebSocketText.frame(Array(hello(seat).utf8)), until: "\"welcome\""),
            ]
        case .webSocketText:
            return [Exchange(upgrade("/?nick=\(nick)"), until: "in #lobby: ")]
        case .ircLobby:
            let registered = Exchange(register, until: " 366 \(nick) #lobby ")
            return seat.room == nil ? [registered] : [registered, join]
        case .irc:
            return [Exchange(register, until: " 001 \(nick) "), join]
        case .redis where seat.publishes:
            return [Exchange("*1\r\n$4\r\nPING\r\n", until: "PONG")]
        case .redis:
            let room = seat.roomName
            let subscribe = "*2\r\n$9\r\nSUBSCRIBE\r\n$\(room.utf8.count)\r\n\(room)\r\n"
            return [Exchange(subscribe, until: "subscribe")]
        }
    }

    /// How a client registers without joining any room it is not put into.
    func registration(_ seat: Seat) -> [Exchange] {
        self == .irc ? Array(handshake(seat).prefix(1)) : handshake(seat)
    }

    private func hello(_ seat: Seat) -> String {
        "{\"type\":\"hello\",\"nick\":\"\(seat.nick)\","
            + "\"rooms\":[\"#\(seat.roomName)\"],\"replay\":0}"
    }

    private func upgrade(_ target: String, _ fields: String = "") -> String {
        "GET \(target) HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\n"
            + "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\(fields)\r\n"
    }

    /// A message with a text of `textBytes` for the room of `seat`.
    func frame(from seat: Seat, textBytes: Int) -> Frame {
        let room = seat.roomName
        let before: String
        let after: String
        switch self {
        case .plain:
            before = ""
            after = "\n"
        case .webSocketText:
            before = ""
            after = ""
        case .json, .jsonInLine, .webSocketJSON:
            let place = seat.room == nil ? "" : "\"room\":\"#\(room)\","
            before = "{\"type\":\"message\",\(place)\"text\":\""
            after = self == .webSocketJSON ? "\"}" : "\"}\n"
        case .irc, .ircLobby:
            before = "PRIVMSG #\(room) :"
            after = "\r\n"
        case .redis:
            before =
                "*3\r\n$7\r\nPUBLISH\r\n$\(room.utf8.count)\r\n\(room)\r\n$\(textBytes)\r\n"
            after = "\r\n"
        }
        var bytes = Array(before.utf8)
        bytes.append(Frame.marker)
        let stampOffset = bytes.count
        bytes += [UInt8](repeating: 48, count: Frame.stampDigits)
        bytes += [UInt8](
            repeating: UInt8(ascii: "x"), count: max(0, textBytes - Frame.minimumText))
        bytes += after.utf8
        guard self == .webSocketJSON || self == .webSocketText else {
            return Frame(bytes: bytes, stampOffset: stampOffset)
        }
        let head = WebSocketText.headBytes(of: bytes.count)
        return Frame(
            bytes: WebSocketText.frame(bytes), stampOffset: head + stampOffset,
            mask: WebSocketText.mask)
    }
}

/// A client's text messages, each in one frame of less than 64 KiB (RFC 6455 §5.2). All four bytes
/// of the key are the same, so that a time stamp can be written at any place.
enum WebSocketText {
    static let mask: UInt8 = 0x5A

    /// What stands in front of a payload of so many bytes.
    static func headBytes(of count: Int) -> Int { count < 126 ? 6 : 8 }

    static func frame(_ payload: [UInt8]) -> [UInt8] {
        var bytes: [UInt8] = [0x81]
        if payload.count < 126 {
            bytes.append(0x80 | UInt8(payload.count))
        } else {
            bytes += [
                0x80 | 126, UInt8(truncatingIfNeeded: payload.count >> 8),
                UInt8(truncatingIfNeeded: payload.count),
            ]
        }
        bytes += [UInt8](repeating: mask, count: 4)
        return bytes + payload.map { $0 ^ mask }
    }
}
