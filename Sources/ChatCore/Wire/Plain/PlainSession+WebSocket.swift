// Plain text where messages have ends of their own: nobody is asked for a nick, and a message may have
// several lines (PRODUCT "HTTP", system E).
// SPDX-License-Identifier: GPL-3.0-or-later

extension PlainSession {
    /// The request that lets somebody in at once, and what is to be said of a name that cannot be
    /// one: who has none is given one.
    mutating func arrive(nick: String?, room: String?) -> (request: HubRequest, notice: String?) {
        var notice: String?
        var wantedNick: Nickname?
        if let nick, !nick.isEmpty {
            do throws(NameError) {
                wantedNick = try Nickname(nick)
            } catch {
                notice =
                    "\(nick.prefix(Limits.maxNickCharacters)) cannot be a nick: \(error.reason)"
            }
        }
        if let room, !room.isEmpty {
            do throws(NameError) {
                firstRooms = [try RoomName(room)]
            } catch {
                let shown = room.prefix(Limits.maxRoomNameBytes)
                notice = "\(shown) cannot be a room: \(error.reason)"
            }
        }
        stage = .asking
        let registration = Registration(
            nick: wantedNick, user: "~websocket", host: "websocket.chatkit", rooms: firstRooms,
            memberLimit: 8)
        return (HubRequest(.register(registration)), notice)
    }

    /// Whether the event refuses the name that was asked for.
    func isRefusal(_ event: ClientEvent) -> Bool {
        if case .error = event { stage == .asking } else { false }
    }

    /// Takes a whole message.
    mutating func take(
        message: ArraySlice<UInt8>, reply: inout ByteBuffer
    ) -> SessionAction {
        var message = message
        while message.last == 0x0A || message.last == 0x0D { message.removeLast() }
        return take(message, reply: &reply)
    }
}
