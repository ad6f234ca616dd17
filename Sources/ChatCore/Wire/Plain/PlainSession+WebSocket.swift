// Plain text where messages have ends of their own: nobody is asked for a nick, and a message may have
// several lines (PRODUCT "HTTP", system E).
// SPDX-License-Identifier: GPL-3.0-or-later

/// How somebody comes in who is asked nothing.
struct PlainArrival {
    /// Each is made when those before it were refused: under the name that was asked for, then
    /// under one that the server gives.
    let requests: [HubRequest]
    /// What is to be said of a name that cannot be one.
    let notice: String?

    init(nick: String?, room: String?) {
        var notice: String?
        var nicks: [Nickname?] = [nil]
        if let nick, !nick.isEmpty {
            do throws(NameError) {
                nicks.insert(try Nickname(nick), at: 0)
            } catch {
                let shown = nick.prefix(Limits.maxNickCharacters)
                notice = "\(shown) cannot be a nick: \(error.reason)"
            }
        }
        var rooms: [RoomName]?
        if let room, !room.isEmpty {
            do throws(NameError) {
                rooms = [try RoomName(room)]
            } catch {
                let shown = room.prefix(Limits.maxRoomNameBytes)
                notice = "\(shown) cannot be a room: \(error.reason)"
            }
        }
        self.notice = notice
        requests = nicks.map { nick in
            HubRequest(
                .register(
                    Registration(
                        nick: nick, user: "~websocket", host: "websocket.chatkit", rooms: rooms,
                        memberLimit: 8)))
        }
    }
}

extension PlainSession {
    /// Takes a whole message.
    package mutating func take(
        message: ArraySlice<UInt8>, reply: inout ByteBuffer
    ) -> SessionAction {
        var message = message
        while message.last == 0x0A || message.last == 0x0D { message.removeLast() }
        return take(message, reply: &reply)
    }
}
