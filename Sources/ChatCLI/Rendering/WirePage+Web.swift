// chatkit(5), continued: WebSocket and HTTP, from the tables in ChatCore.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore

extension WirePage {
    static let webSocket = PageSection(
        "WEBSOCKET",
        [
            .paragraph(
                "The server accepts WebSockets at any path. The sub-protocol selects the format of "
                    + "the messages; the server chooses the first one that it knows:"),
            .definitions([
                Definition(
                    "`\(WebSocketSubprotocol.json.rawValue)`",
                    "One JSON object a message, in both directions, as above; the first is a "
                        + "`hello`."),
                Definition(
                    "`\(WebSocketSubprotocol.ircText.rawValue)`, "
                        + "`\(WebSocketSubprotocol.ircBinary.rawValue)`",
                    "One IRC line a message, without its end, in text or in binary frames."),
                Definition(
                    "none",
                    "Plain text. The client is registered at once, with the nick `nick` of the "
                        + "request's query, or one that the server assigns if that is missing or "
                        + "taken; it enters the room `room`, by default the lobby. Each WebSocket "
                        + "message, even of several lines, is one message, or a command if it "
                        + "begins with `/`; the client receives each line as a message of its "
                        + "own. If the first message is a JSON `hello`, the client speaks JSON "
                        + "from then on and must ignore the plain text that came before."),
            ]),
            .paragraph(
                "The server uses WebSocket pings as heartbeats. Before it closes, it gives the "
                    + "reason in the client's protocol; the Close has the code 1000 after a "
                    + "good-bye, 1001 when the server stops or the client was silent, 1013 when it "
                    + "can help to reconnect later, and 1002, 1003, 1007, 1008 or 1009 when the "
                    + "client made an error. A page in a browser may connect if it is the server's "
                    + "own, or of an origin given by `--allow-origin`."),
        ])

    static let socketIO = PageSection(
        "SOCKET.IO",
        [
            .paragraph(
                "Socket.IO clients (protocol 5 over Engine.IO 4, by polling and by WebSocket) "
                    + "find the server at `/socket.io/`. Every request above is an event with the "
                    + "name of its type. Its argument is the object without `type`, or a text "
                    + "alone for the most important member. Every answer is an event of its type "
                    + "as well. An event that asks for an acknowledgement receives the answer "
                    + "there: the `ack` of a message once it is saved, a refusal as `error`."),
            .paragraph(
                "The `auth` of the connection is a `hello`. Without one the client is a guest, "
                    + "which introduces itself later with `join` and a nick. The server ends a "
                    + "session that does not connect within "
                    + "\(Limits.handshake.components.seconds) seconds. It pings every "
                    + "\(Limits.pingInterval.components.seconds) seconds and expects the answer "
                    + "within \(Limits.pingTimeout.components.seconds)."),
            .paragraph(
                "There is one namespace, `/`. The server refuses binary data with the code "
                    + "`binary`; the content of a POST has at most \(Limits.maxPayloadBytes) "
                    + "bytes. Pages of other origins need `--allow-origin`."),
            .paragraph(
                "A relay terminates the session itself, and carries its packets to the server: a "
                    + "client that has to wait is connected at once, and receives `queue` events "
                    + "until `admitted`. When its server is gone, the client receives `bye` "
                    + "(`shutdown`) and the session ends, whereupon Socket.IO clients reconnect by "
                    + "themselves. The relay keeps the client's place and recognises the client by "
                    + "`ticket` in `auth`, by nick and address, or by the cookie `chatkit_place`, "
                    + "which the answer to the first polling request sets."),
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
                "HTTP/1.1 and 1.0, with persistent connections. `/` is the web chat, and "
                    + "`/operator` the page of a desk's operators. Answers are objects of the "
                    + "JSON vocabulary above where it has them. Anyone who can reach the server "
                    + "can read and write its rooms, just as anyone can enter them. With "
                    + "`--capacity` or `--desk` the server answers every request for a room with "
                    + "403 (`not_outside`)."),
            .definitions(
                HTTPAPI.rows.map { row in
                    let parameters = row.parameters.map { "`\($0.name)`: \($0.says)." }
                    return Definition(
                        "`\(methods(of: row)) \(row.pattern)`",
                        [CommandPage.sentence(row.says)] + parameters)
                }),
            .paragraph(
                "The server answers a post with 201 and the message's `id`, `room` and `seq` once "
                    + "it is saved. A post with a header `Idempotency-Key` (or a `nonce`), "
                    + "unguessable and new for each message, can be repeated for 24 hours: the "
                    + "same key from the same nick is never a second message, and receives the "
                    + "first answer again. A client that posts faster than `--flood` allows "
                    + "receives 429 and `Retry-After`."),
            .paragraph(
                "Browsers read an event stream with EventSource. Messages have their `seq` as id, "
                    + "so a reader that was cut off continues where it stopped; messages that are "
                    + "no longer available are reported as a `gap`. Readers do not appear in lists "
                    + "of people."),
            .code([
                "curl -d 'deploy done' -H 'X-Nick: ci' "
                    + "http://127.0.0.1:12000/api/rooms/lobby/messages",
                "curl -N http://127.0.0.1:12000/events?room=lobby",
            ]),
        ])

    static let relay = PageSection(
        "RELAY",
        [
            .paragraph(
                "A relay (chatkit-relay(1)) speaks every protocol of its servers on its own port. "
                    + "It sends clients their position in its queue, and then carries the "
                    + "connection to a free server, whose first answer is the `welcome`."),
            .definitions([
                Definition(
                    "`GET /servers`",
                    "The relay's table: an object with `relay` (its name), `id`, `at`, `waiting` "
                        + "(the length of the queue), `oldest_wait_s` and `servers`, a list of "
                        + "objects with `name`, `address`, `capacity`, `in_use`, `free`, `state`, "
                        + "`since` and `waiting_for`. `capacity` and `free` are null when there "
                        + "is no limit; `state` is `up`, `down`, `draining` or `paused`; "
                        + "`waiting_for` is a phrase for people. `chatkit relay --status` prints "
                        + "the table."),
                Definition(
                    "`POST /servers/`<NAME>",
                    "An order: `{\"do\":\"drain\"}`, `undrain` or `pause`, with the header "
                        + "`Authorization: Bearer` and the token of `--relay-token-file`. The "
                        + "answer is the server's row; or 400 (not an order), 401 (wrong token) "
                        + "or 404 (no such server)."),
            ]),
        ])

    static let httpErrors = PageSection(
        "HTTP ERRORS",
        [
            .paragraph(
                "The content of every error answer is an object, "
                    + #"`{"error":{"code":...,"message":...}}`. "#
                    + "The code is one of those above, or one of these:"),
            .definitions(
                HTTPError.allCases.map { error in
                    Definition("`\(error.code)`", CommandPage.sentence(error.message))
                }
                    + HTTPAPI.refusals.map {
                        Definition("`\($0.code)`", CommandPage.sentence($0.says))
                    }
            ),
        ])

    /// `GET`, without HEAD, which every GET implies.
    private static func methods(of row: HTTPAPI.Row) -> String {
        row.methods.subtracting(.head).text
    }
}
