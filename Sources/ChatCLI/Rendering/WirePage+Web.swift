// chatkit(5), continued: WebSocket and HTTP, from the tables in ChatCore.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore

extension WirePage {
    static let webSocket = PageSection(
        "WEBSOCKET",
        [
            .paragraph(
                "A request for a WebSocket is granted at any path. The sub-protocol says what its "
                    + "messages are; the server takes the first that it knows:"),
            .definitions([
                Definition(
                    "`\(WebSocketSubprotocol.json.rawValue)`",
                    "One JSON object a message, in both directions, as above; beginning with a "
                        + "`hello`."),
                Definition(
                    "`\(WebSocketSubprotocol.ircText.rawValue)`, "
                        + "`\(WebSocketSubprotocol.ircBinary.rawValue)`",
                    "One IRC line a message, without its end, in text or in binary frames."),
                Definition(
                    "none",
                    "Plain text. The client is in at once: under the name `nick` in the "
                        + "request's query or, without one or when it is taken, one that the "
                        + "server gives, in the lobby or the room `room`. A message is one "
                        + "message, whatever its lines, and a command when it begins with `/`; a "
                        + "client is sent each line by itself. If the first message is a JSON "
                        + "`hello`, the client speaks JSON from then on: plain text that came "
                        + "before is to be passed over."),
            ]),
            .paragraph(
                "The server pings where it would otherwise ask for a sign of life. Before it "
                    + "closes it says why in the client's protocol; the Close has the code 1000 "
                    + "after a good-bye, 1001 when the server stops or heard nothing, 1013 when "
                    + "trying again later can help, and 1002, 1003, 1007, 1008 or 1009 when the "
                    + "client did something wrong. A browser's page may connect if it is the "
                    + "server's own, or of an origin given by `--allow-origin`."),
        ])

    static let socketIO = PageSection(
        "SOCKET.IO",
        [
            .paragraph(
                "Clients of Socket.IO (protocol 5 over Engine.IO 4, by polling and by WebSocket) find "
                    + "the server at `/socket.io/`. Every request above is an event of its type, "
                    + "whose argument is the object without `type`, or a text alone for the member "
                    + "that matters most; every answer is an event of its type as well. An event "
                    + "that asks for an acknowledgement gets the answer there: the `ack` of a "
                    + "message when it is saved, a refusal as `error`."),
            .paragraph(
                "The `auth` of the connection is a `hello`. Without one the client is a guest, and "
                    + "says later who it is: `join` and a nick. Who opens a session and does not "
                    + "connect within \(Limits.handshake.components.seconds) seconds is not waited "
                    + "for. A sign of life is asked for every "
                    + "\(Limits.pingInterval.components.seconds) seconds and has to come within "
                    + "\(Limits.pingTimeout.components.seconds)."),
            .paragraph(
                "There is one namespace, `/`. Binary data is refused with the code `binary`; the "
                    + "content of a POST has at most \(Limits.maxPayloadBytes) bytes. Pages from "
                    + "elsewhere need `--allow-origin`, as everywhere."),
            .paragraph(
                "A relay ends the session itself, and carries its packets to the server: who has to "
                    + "wait is connected at once, and hears `queue` events until `admitted`. When its "
                    + "server is gone, the client is told `bye` (`shutdown`) and the session ends, "
                    + "upon which clients begin anew by themselves. The place is kept: it is found "
                    + "again by `ticket` in `auth`, by nick and address, or by the cookie "
                    + "`chatkit_place`, which the answer to a first request by polling sets."),
            .code([
                #"const socket = io({ auth: { nick: 'ann' } });"#,
                #"socket.on('message', (m) => console.log(m.seq, m.from, m.text));"#,
                #"socket.emit('message', 'hello', (ack) => console.log(ack.id));"#,
            ]),
        ])

    static let http = PageSection(
        "HTTP",
        [
            .paragraph(
                "HTTP/1.1 and 1.0, with persistent connections. `/` is a web page to chat with, "
                    + "and `/operator` that of a desk's operators. Answers are objects of the "
                    + "JSON vocabulary above where it has them. A room is read and written by "
                    + "anybody who can reach the server, as it can be entered by anybody; with "
                    + "`--capacity` or `--desk` it is not, and every address with rooms in it is "
                    + "answered with 403 (`not_outside`)."),
            .definitions(
                HTTPAPI.rows.map { row in
                    let parameters = row.parameters.map { "`\($0.name)`: \($0.says)." }
                    return Definition(
                        "`\(methods(of: row)) \(row.pattern)`",
                        [CommandPage.sentence(row.says)] + parameters)
                }),
            .paragraph(
                "A post is answered with 201 and the message's `id`, `room` and `seq` when it is "
                    + "saved. With a header `Idempotency-Key` (or a `nonce`), unguessable and new "
                    + "for each message, it can be repeated for 24 hours: the same key from the "
                    + "same nick is never a second message, and is answered as the first was. Who "
                    + "posts faster than `--flood` allows one client is answered with 429 and "
                    + "`Retry-After`."),
            .paragraph(
                "An event stream is what browsers' EventSource reads: messages have their `seq` "
                    + "as id, so that a reader that was cut off goes on where it was; what is no "
                    + "longer to be had is told as a `gap`. A reader is in no list of people."),
            .code([
                "curl -d 'deploy done' -H 'X-Nick: ci' http://127.0.0.1:12000/api/rooms/lobby/messages",
                "curl -N http://127.0.0.1:12000/events?room=lobby",
            ]),
        ])

    static let relay = PageSection(
        "RELAY",
        [
            .paragraph(
                "A relay (chatkit-relay(1)) speaks every protocol of its servers on its own port. It "
                    + "tells clients their place in its queue, and then carries what they say to the "
                    + "server that it has found; the server's `welcome` is the first word from there."
            ),
            .definitions([
                Definition(
                    "`GET /servers`",
                    "The relay's table: an object with `relay` (its name), `id`, `at`, `waiting` (how "
                        + "many), `oldest_wait_s` and `servers`, a list of objects with `name`, "
                        + "`address`, `capacity`, `in_use`, `free`, `state`, `since` and "
                        + "`waiting_for`. `capacity` and `free` are null when there is no limit; "
                        + "`state` is `up`, `down`, `draining` or `paused`; `waiting_for` says in "
                        + "words what the server waits for. `chatkit relay --status` prints it."),
                Definition(
                    "`POST /servers/`<NAME>",
                    "An order: `{\"do\":\"drain\"}`, `undrain` or `pause`, with the header "
                        + "`Authorization: Bearer` and the token of `--relay-token-file`. The answer "
                        + "is the server's row; or 400 (the content is none of these), 401 (not the "
                        + "token) or 404 (no such server)."),
            ]),
        ])

    static let httpErrors = PageSection(
        "HTTP ERRORS",
        [
            .paragraph(
                "An answer that is no success has an object in it, "
                    + #"`{"error":{"code":...,"message":...}}`. "#
                    + "Its code is one of those above, or one of these:"),
            .definitions(
                HTTPError.allCases.map { error in
                    Definition("`\(error.code)`", CommandPage.sentence(error.message))
                }
                    + HTTPAPI.refusals.map {
                        Definition("`\($0.code)`", CommandPage.sentence($0.says))
                    }
            ),
        ])

    /// `GET`, without HEAD, which goes without saying.
    private static func methods(of row: HTTPAPI.Row) -> String {
        row.methods.subtracting(.head).text
    }
}
