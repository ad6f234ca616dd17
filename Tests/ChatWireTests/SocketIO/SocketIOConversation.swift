// One Socket.IO client over a WebSocket, with a hub in process: packets as text, one a line.
// SPDX-License-Identifier: GPL-3.0-or-later

import ChatCore
import ChatTestKit
import Testing

/// One client whose WebSocket is a transcript's two sides.
final class SocketIOConversation {
    /// How every conversation begins that is not about beginning.
    static let connect = #"""
        > 40{"nick":"ann"}
        < 40{"sid":"s0"}
        < 42["welcome",{"type":"welcome","v":1,"server":"test","nick":"ann","session":"secret","rooms":["#lobby"],"resume":"secret","limits":{*}}]
        < 42["joined",{"type":"joined","room":"#lobby","nick":"ann","at":"2026-11-21T09:30:00.000Z"}]
        < 42["names",{"type":"names","room":"#lobby","topic":"","members":[{"nick":"ann"}],"count":1,"last_seq":0,"entered":true}]

        """#

    var server = VirtualSocketIO()
    let socket: Int
    let client: Int

    init() {
        (client, socket) = server.open(.webSocket)
        _ = server.take(socket)
    }

    func run(_ transcript: String) throws {
        try GoldenTranscript(transcript).run { bytes in
            for line in bytes.split(separator: 0x0A) { self.server.text(line, over: self.socket) }
            return self.server.take(self.socket).flatMap { Array($0.utf8) + [0x0A] }
        }
        #expect(server.faults == [])
    }

    var requests: [String] { server.clients[client].actions }
}
