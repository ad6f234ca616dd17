// Packets, requests, ids and the table of sessions: what a client may write, and what it is told when
// it may not.
// SPDX-License-Identifier: GPL-3.0-or-later

import ChatCore
import Testing

@Suite struct EngineIOPacketTests {
    private func packet(
        _ text: String, over transport: EngineIOTransport = .polling
    ) throws -> EngineIOPacket {
        try EngineIOPacket(Array(text.utf8)[...], over: transport)
    }

    @Test(
        "A digit is the kind, the rest is content",
        arguments: zip("0123456", EngineIOPacket.Kind.allCases))
    func kinds(digit: Character, kind: EngineIOPacket.Kind) throws {
        #expect(try packet("\(digit)") == .text(kind, content: []))
        let content = Array("hé{}".utf8)[...]
        #expect(try packet("\(digit)hé{}", over: .webSocket) == .text(kind, content: content))
    }

    @Test("Binary content is known by its mark, where there is one")
    func binary() throws {
        #expect(try packet("bAQIDBA==") == .binary)
        #expect(throws: EngineIOPacketError.unknownKind) {
            try packet("bAQIDBA==", over: .webSocket)
        }
    }

    @Test(
        "What is no packet is an error",
        arguments: [
            ("", EngineIOPacketError.empty), ("7", .unknownKind), ("abc", .unknownKind),
            ("é", .unknownKind), ("\0", .unknownKind), (" 4", .unknownKind),
            ("4a\u{1E}4b", .separator), ("\u{1E}", .unknownKind),
        ])
    func malformed(text: String, error: EngineIOPacketError) {
        #expect(throws: error) { try packet(text, over: .webSocket) }
    }

    @Test("A body is cut at its separators, and nothing of it is lost")
    func parts() {
        func parts(_ body: String) -> [String] {
            EngineIOPacket.parts(ofBody: Array(body.utf8)[...])
                .map { String(decoding: $0, as: UTF8.self) }
        }
        #expect(parts("4a") == ["4a"])
        #expect(parts("4a\u{1E}2\u{1E}bAA==") == ["4a", "2", "bAA=="])
        #expect(parts("4a\u{1E}") == ["4a", ""])
        #expect(parts("") == [""])
    }

    // MARK: - Requests

    private func request(
        _ query: [String: String], method: String = "GET", isUpgrade: Bool = false
    ) throws -> EngineIORequest {
        try EngineIORequest(method: method, isUpgrade: isUpgrade) { query[$0] }
    }

    private static let sid = "00abcdefghijklmnop"

    @Test("The method and the query say what is asked")
    func requests() throws {
        let id = try #require(EngineIOSessionID(Self.sid))
        var query = ["EIO": "4", "transport": "polling", "t": "N8hyd6w"]
        #expect(try request(query) == .open(.polling))
        query["sid"] = Self.sid
        #expect(try request(query) == .poll(id))
        #expect(try request(query, method: "POST") == .post(id))
        query["transport"] = "websocket"
        #expect(try request(query, isUpgrade: true) == .upgrade(id))
        query["sid"] = nil
        #expect(try request(query, isUpgrade: true) == .open(.webSocket))
    }

    @Test(
        "What cannot be asked is refused with the protocol's number",
        arguments: [
            ("GET", "transport=polling", 5), ("GET", "EIO=3&transport=polling", 5),
            ("GET", "EIO=abc&transport=polling", 5), ("GET", "EIO=4", 0),
            ("GET", "EIO=4&transport=abc", 0), ("GET", "EIO=4&transport=", 0), ("GET", "", 0),
            ("POST", "EIO=4&transport=polling", 2), ("PUT", "EIO=4&transport=polling", 2),
            ("GET", "EIO=4&transport=websocket", 3), ("UP", "EIO=4&transport=polling", 3),
            ("PUT", "EIO=4&transport=polling&sid=00abcdefghijklmnop", 3),
            ("GET", "EIO=4&transport=polling&sid=nobody", 1),
            ("GET", "EIO=4&transport=polling&sid=", 1),
            ("GET", "EIO=4&transport=websocket&sid=00abcdefghijklmnop", 3),
            ("UP", "EIO=4&transport=polling&sid=00abcdefghijklmnop", 3),
        ])
    func refusals(method: String, query: String, code: Int) throws {
        var members: [String: String] = [:]
        for pair in query.split(separator: "&") {
            let parts = pair.split(separator: "=", omittingEmptySubsequences: false)
            members[String(parts[0])] = parts.count > 1 ? String(parts[1]) : ""
        }
        let refusal = try #require(EngineIORefusal(rawValue: code))
        #expect(throws: refusal) {
            try request(members, method: method == "UP" ? "GET" : method, isUpgrade: method == "UP")
        }
    }

    @Test("A refusal is an object with number and words; only what is forbidden is no bad request")
    func refusalBodies() throws {
        for refusal in EngineIORefusal.allCases {
            let answer = EngineIOAnswer.refusal(refusal)
            #expect(answer.status == (refusal == .forbidden ? 403 : 400))
            #expect(answer.contentType == "application/json")
            let object = try JSONReader.value(in: answer.body).object
            #expect(object?["code"] == .int(Int64(refusal.rawValue)))
            #expect(object?["message"] == .string(refusal.message))
        }
        #expect(EngineIORefusal.allCases.map(\.rawValue) == Array(0...5))
        let unknown = EngineIOAnswer.refusal(.unknownSession).body
        #expect(
            String(decoding: unknown, as: UTF8.self)
                == #"{"code":1,"message":"Session ID unknown"}"#)
    }

    // MARK: - Ids and the directory

    @Test("An id says which loop its session lives on, and can be read again")
    func ids() throws {
        let token = "0123456789abcdefghijklmnopqrstuv"
        for loop in [0, 1, 35, 36, 255] {
            let id = try #require(EngineIOSessionID(loop: loop, token: token))
            #expect(EngineIOSessionID(id.text) == id)
            #expect(EngineIOSessionID(id.text)?.loop == loop)
        }
        #expect(EngineIOSessionID(loop: 256, token: token) == nil)
        #expect(EngineIOSessionID(loop: -1, token: token) == nil)
        #expect(EngineIOSessionID(loop: 0, token: "short") == nil)
    }

    @Test(
        "What no server gave out is no id",
        arguments: [
            "", "0", "00", "00short", "zzabcdefghijklmnop", "+0abcdefghijklmnop",
            "-1abcdefghijklmnop", "00ABCDEFGHIJKLMNOP", "00abcdefghijklmno!",
            "éeabcdefghijklmnop", "00" + String(repeating: "a", count: 65), "A0abcdefghijklmnop",
            "e\u{301}00abcdefghijklmnop",
        ])
    func badIDs(text: String) {
        #expect(EngineIOSessionID(text) == nil)
    }

    @Test("A directory has its own loop's sessions, so many at most, and nothing of the dead")
    func directory() throws {
        func id(_ loop: Int, _ number: Int) throws -> EngineIOSessionID {
            try #require(
                EngineIOSessionID(loop: loop, token: String(repeating: "\(number)", count: 16)))
        }
        var directory = EngineIODirectory<String>(loop: 3, limit: 2)
        #expect(directory.insert("a", as: try id(3, 1)))
        #expect(!directory.insert("b", as: try id(3, 1)))
        #expect(!directory.insert("b", as: try id(2, 2)))
        #expect(directory.insert("b", as: try id(3, 2)))
        #expect(!directory.insert("c", as: try id(3, 3)))
        guard case .here("a") = directory.find(try id(3, 1)) else {
            Issue.record("a is not here")
            return
        }
        guard case .elsewhere(loop: 7) = directory.find(try id(7, 1)) else {
            Issue.record("loop 7 is not asked")
            return
        }
        directory.remove(try id(3, 1))
        guard case .unknown = directory.find(try id(3, 1)) else {
            Issue.record("a is still here")
            return
        }
        #expect(directory.count == 1)
        #expect(directory.insert("c", as: try id(3, 3)))
    }
}
