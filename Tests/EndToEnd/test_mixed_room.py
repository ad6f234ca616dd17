# Everybody in one room, whatever they speak: the same messages, in the same order, with the same
# numbers.
# SPDX-License-Identifier: GPL-3.0-or-later
import json

from pages import PagePeer
from sockets import JSONSocket

ROUNDS = 30


def test_all_protocols_see_the_same_room(server, loop, closing, plain, json_peer, irc, sockets, web):
    stream = web()
    stream.request("GET", "/events")
    stream.answer(has_content=False)
    netcat, lines, chat = plain("netcat"), json_peer("lines"), irc("chat")
    text = sockets("/?nick=text")
    text.wait_text("in #lobby")
    socket = closing(JSONSocket(loop, server.port, "socket"))
    binary = sockets("/", subprotocol="binary.ircv3.net")
    binary.send(b"NICK binary")
    binary.send(b"USER b 0 * :b")
    binary.expect(lambda line: b" 366 " in line, "366")
    page = closing(PagePeer(server.port, auth={"nick": "page"}))
    poller = closing(PagePeer(server.port, "polling", auth={"nick": "poller"}))
    for each in (page, poller):
        each.wait("names")
    poster = web()

    speakers = {
        "netcat": lambda said: netcat.say(said),
        "lines": lambda said: lines.request("message", text=said),
        "chat": lambda said: chat.say(said),
        "text": lambda said: text.send(said),
        "socket": lambda said: socket.request("message", text=said),
        "binary": lambda said: binary.send(f"PRIVMSG #lobby :{said}".encode()),
        "page": lambda said: page.emit("message", said),
        "poller": lambda said: poller.emit("message", said),
        "poster": lambda said: poster.request(
            "POST", "/api/rooms/lobby/messages", said, X_Nick="poster"),
    }
    for number in range(ROUNDS):
        for name, say in speakers.items():
            say(f"{name} says {number}")
    total = ROUNDS * len(speakers)

    # Who sees every message, and with its number.
    numbered = {
        "lines": lambda: lines.wait("message"),
        "socket": lambda: socket.wait("message"),
        "stream": lambda: stream.expect_event("message")[1],
    }
    seen = {
        name: [(event["seq"], event["id"], event["from"], event["text"])
               for event in (read() for _ in range(total))]
        for name, read in numbered.items()}
    for name, each in (("page", page), ("poller", poller)):
        seen[name] = [(event["seq"], event["id"], event["from"], event["text"])
                      for event in each.wait_for(total, "message")]
    room = seen["lines"]
    assert all(found == room for found in seen.values())
    assert [seq for seq, *_ in room] == list(range(1, total + 1))
    assert {said for *_, said in room} == {
        f"{name} says {number}" for name in speakers for number in range(ROUNDS)}
    saved = web().ask("GET", "/api/rooms/lobby/messages?limit=200&before=201").json["messages"]
    assert [(m["seq"], m["id"], m["from"], m["text"]) for m in saved] == room[:200]

    # Who sees text alone; the plain ones see their own words too, IRC's see the others'.
    order = [(name, said) for _, _, name, said in room]
    for peer, wait in ((netcat, netcat.wait), (text, text.wait_text)):
        assert [tuple(wait(" says ").split(": ", 1)) for _ in order] == order
    others = [(name, said) for name, said in order if name != "chat"]
    assert [(source, words[-1]) for source, _, words in (
        chat.wait("PRIVMSG") for _ in others)] == others
    others = [(name, said) for name, said in order if name != "binary"]
    for name, said in others:
        line = binary.expect(lambda line: line if b" PRIVMSG " in line else None, said)
        assert line.decode().endswith(f" PRIVMSG #lobby :{said}")
        assert line.decode().startswith(f":{name}!")
