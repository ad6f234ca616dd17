// chatkit(5)'s tables against the codec they describe.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCLI
import ChatCore
import Testing

@Suite("The wire's tables")
struct WireSchemaTests {
    /// What the JSON session says to one line.
    private func reply(to line: String) -> String {
        var session = JSONSession()
        var input = ByteBuffer()
        var reply = ByteBuffer()
        input.write(#"{"type":"hello"}"# + "\n" + line + "\n")
        for _ in 0..<8 {
            switch session.next(in: &input, reply: &reply) {
            case .needsMore, .close: return String(decoding: reply.readable, as: UTF8.self)
            case .request(let request):
                if case .relay(let bytes) = request.command { reply.write(bytes) }
            case .handled, .carry: continue
            }
        }
        return String(decoding: reply.readable, as: UTF8.self)
    }

    @Test("list only requests that the server knows", arguments: WireSchema.requests.map(\.type))
    func requestsAreKnown(type: String) {
        #expect(!reply(to: #"{"type":"\#(type)"}"#).contains("unknown_type"))
    }

    @Test("would notice a request that the server does not know")
    func unknownRequestsAreTold() {
        #expect(reply(to: #"{"type":"nonsense"}"#).contains(#""code":"unknown_type""#))
    }

    @Test("list the lines of a control link, with the members that they are written with")
    func controlLines() throws {
        let relay = try #require(RelayID("r1"))
        let news = Availability(capacity: 1, others: 0, inUse: 0, state: .up)
        let messages: [[ControlMessage]] = [
            [.announce(Announcement(name: "a", address: "b:1", token: "c"))], [.link(relay)],
            [.linked(.relay(relay)), .linked(.server(name: "a"))], [.availability(news)],
            [.attended(visit: 1)], [.freed(visit: 1, reason: "left")],
            [.left(LeftMessage(nick: Nickname(like: "ann"), text: "t"))], [.beat],
            [.error(.flood, message: "m")],
        ]
        var written: [[String]] = []
        for messages in messages {
            var names: [String] = []
            for message in messages {
                var line = ByteBuffer()
                message.write(into: &line)
                let object = try #require(JSONReader.value(in: line.storage).object)
                for member in object.members where member.name != "type" {
                    if !names.contains(member.name) { names.append(member.name) }
                }
            }
            written.append(names)
        }
        #expect(WireSchema.control.map { $0.fields.map(\.name) } == written)
    }

    @Test("name the limits of welcome, all of them and no others")
    func limitsAreThoseOfWelcome() throws {
        let person = Person(
            nick: try Nickname("ana"), user: "", host: "", realName: "")
        let welcome = Welcome(
            server: "s", person: person, session: "x", statistics: HubStatistics(),
            startedAt: Timestamp(milliseconds: 0))
        var buffer = ByteBuffer()
        JSONWire.encode(.welcome(welcome), tag: .none, rooms: [], into: &buffer)
        let line = String(decoding: buffer.readable, as: UTF8.self)
        let limits = try #require(
            line.split(separator: #""limits":{"#).last?.split(separator: "}").first)
        let told = limits.split(separator: ",").map { String($0) }.sorted()
        let listed = WireFacts.limits.compactMap { limit in
            limit.name.map { "\"\($0)\":\(limit.value.prefix { $0 != " " })" }
        }
        #expect(told == listed.sorted())
    }

    @Test("list every refusal")
    func refusalsAreComplete() {
        // A new case makes this switch incomplete: add it to `WireFacts.refusals` as well.
        func number(_ refusal: HubError) -> Int {
            switch refusal {
            case .nickTaken: 0
            case .badNick: 1
            case .badRoom: 2
            case .noSuchNick: 3
            case .noSuchRoom: 4
            case .notInRoom: 5
            case .tooManyRooms: 6
            case .noRoomForRooms: 7
            case .messageTooLong: 8
            case .emptyMessage: 9
            case .badNonce: 10
            case .badProfile: 11
            case .topicTooLong: 12
            case .alreadyRegistered: 13
            case .notRegistered: 14
            case .badReference: 15
            case .badSearch: 16
            case .badToken: 17
            case .unavailable: 18
            case .notSaved: 19
            case .badRating: 20
            case .alreadyRated: 21
            case .notAttended: 22
            case .badTicket: 23
            case .waiting: 24
            case .tooManyWhileWaiting: 25
            case .notOperator: 26
            case .wrongPassword: 27
            case .tryLater: 28
            case .noDesk: 29
            case .noConversation: 30
            case .operatorBusy: 31
            case .notAtDesk: 32
            case .notOutside: 33
            case .tooFast: 34
            case .cannotSave: 35
            case .noSuchServer: 36
            case .tooManyRows: 37
            case .wrongToken: 38
            case .noReference: 39
            case .alreadyTold: 40
            }
        }
        #expect(WireFacts.refusals.map(number) == Array(0...40))
    }

    @Test("list every code once, and the lines' own codes as the decoder gives them")
    func codes() {
        let codes = WireFacts.errorCodes.map(\.name)
        #expect(Set(codes).count == codes.count)
        let kinds: [JSONError.Kind] = [
            .truncated, .badUTF8, .tooDeep, .tooManyMembers, .duplicateName,
        ]
        let given =
            [JSONLineError.lineTooLong, .notAnObject].map(\.code)
            + kinds.map { JSONLineError.malformed(JSONError($0, at: 0)).code }
        #expect(Set(given).isSubset(of: codes))
        #expect(Set(given + ["unknown_type", "bad_field"]).count == WireFacts.lineRefusals.count)
        #expect(WireFacts.byeCodes.map(\.name) == ByeCode.allCases.map(\.rawValue))
    }

    @Test("have unique types and members")
    func uniqueNames() {
        for messages in [WireSchema.requests, WireSchema.answers] {
            #expect(Set(messages.map(\.type)).count == messages.count)
            for message in messages {
                #expect(Set(message.fields.map(\.name)).count == message.fields.count)
            }
        }
    }
}
