// A session in process, with a closure in the hub's place: bytes in, bytes out, nothing in between
// but values. `exchange` is what a `GoldenTranscript` runs on.
// SPDX-License-Identifier: GPL-3.0-or-later

import ChatCore

/// One client's session and the hub that answers it.
package final class ScriptedSession<Session: SessionCodec> {
    /// What the hub has for this client.
    package enum HubReply {
        case direct(ClientEvent, RequestTag)
        case room(RoomEvent)
    }

    package private(set) var session: Session
    /// Every request but the relayed bytes, in order.
    package private(set) var requests: [HubRequest] = []
    /// Why the session closed; input after it is not read.
    package private(set) var closed: Bye?
    private var input = ByteBuffer()
    private var output = ByteBuffer()
    private let encodeRoom: (RoomEvent, inout ByteBuffer) -> Void
    private let hub: (HubRequest) -> [HubReply]
    private let now: Timestamp

    /// - Parameters:
    ///   - encodeRoom: the wire format's encoder of room events.
    ///   - hub: answers requests; relayed bytes come back by themselves.
    package init(
        _ session: Session, now: Timestamp = Timestamp(milliseconds: 0),
        encodeRoom: @escaping (RoomEvent, inout ByteBuffer) -> Void,
        hub: @escaping (HubRequest) -> [HubReply]
    ) {
        self.session = session
        self.now = now
        self.encodeRoom = encodeRoom
        self.hub = hub
    }

    /// Sends `bytes` to the session and returns what it answered, also since the last call.
    package func exchange(_ bytes: [UInt8]) -> [UInt8] {
        input.write(bytes)
        reading: while closed == nil {
            switch session.next(in: &input, reply: &output) {
            case .needsMore: break reading
            case .handled, .carry: continue
            case .close(let bye): closed = bye
            case .request(let request):
                if case .relay(let bytes) = request.command {
                    deliver([.direct(.raw(bytes), request.tag)])
                } else {
                    requests.append(request)
                    deliver(hub(request))
                }
            }
        }
        input.discardReadBytes()
        defer { output.clear() }
        return output.storage
    }

    /// Has the hub tell the client something unasked.
    package func deliver(_ replies: [HubReply]) {
        for reply in replies {
            switch reply {
            case .direct(let event, let tag):
                session.encode(event, tag: tag, now: now, into: &output)
            case .room(let event):
                encodeRoom(event, &output)
            }
        }
    }
}
