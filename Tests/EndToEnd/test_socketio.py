# Pages that talk by Socket.IO, over polling, over a WebSocket, and by going from one to the other:
# they are in the same rooms as everybody else, and told the same.
# SPDX-License-Identifier: GPL-3.0-or-later
import threading
from socket import SHUT_RDWR

import pytest

from operators import JSONOperator
from pages import TRANSPORTS, PagePeer
from waiting import eventually

every_transport = pytest.mark.parametrize("transport", TRANSPORTS)


@pytest.fixture
def page(server, closing):
    return lambda *transport, **more: closing(PagePeer(server.port, *transport, **more))


@every_transport
def test_a_page_has_a_name_and_a_conversation(page, json_peer, transport):
    bob = json_peer("bob")
    ann = page(transport, auth={"nick": "ann"})
    assert ann.wait("welcome")["nick"] == "ann"
    bob.wait("joined", nick="ann")
    if transport == "upgrade":
        eventually("the upgrade", lambda: ann.socket.transport() == "websocket")
    ack = ann.call("message", "hello from the page")
    heard = bob.wait("message")
    assert (heard["id"], heard["seq"], heard["from"]) == (ack["id"], ack["seq"], "ann")
    assert ann.wait("message")["text"] == "hello from the page"
    bob.say("hello page")
    ann.wait("message", text="hello page")
    history = ann.call("history", {"room": "#lobby"})
    assert [m["text"] for m in history["messages"]] == ["hello from the page", "hello page"]
    ann.close()
    bob.wait("left", nick="ann")


@every_transport
def test_system_d_names_come_later_and_messages_reach_everyone(page, transport):
    pages = [page(transport) for _ in range(3)]
    for number, one in enumerate(pages):
        one.emit("join", f"page{number}")
        one.wait("renamed", new=f"page{number}")
    pages[0].wait("renamed", new="page2")
    for number, one in enumerate(pages):
        one.emit("message", f"from {number}")
    for one in pages:
        for number in range(3):
            one.wait("message", text=f"from {number}")


def test_system_d_the_list_of_messages_is_the_same_for_all(page):
    pages = [page(transport) for transport in [*TRANSPORTS] * 2]
    for number, one in enumerate(pages):
        one.emit("join", f"page{number}")
        one.wait("renamed", new=f"page{number}")

    def talk(number):
        for count in range(30):
            pages[number].emit("message", f"{number}.{count}")

    threads = [threading.Thread(target=talk, args=(number,)) for number in range(len(pages))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    total = 30 * len(pages)
    lists = []
    for one in pages:
        messages = one.wait_for(total, "message")
        lists.append([(m["seq"], m["id"], m["from"], m["text"]) for m in messages])
    assert all(found == lists[0] for found in lists)
    assert [seq for seq, *_ in lists[0]] == list(range(1, total + 1))
    assert {text for *_, text in lists[0]} == {
        f"{number}.{count}" for number in range(len(pages)) for count in range(30)}


def test_refusals_come_back_to_who_asked(page, json_peer):
    json_peer("ann")
    one = page()
    assert one.call("join", "ann")["error"]["code"] == "nick_taken"
    assert "error" not in one.call("join", "bob")
    one.wait("renamed", new="bob")
    assert one.call("message", "")["error"]["code"] == "empty_message"
    assert one.call("whatever")["error"]["code"] == "unknown_type"


def test_a_stop_is_told(server, page):
    ann = page("websocket", auth={"nick": "ann"})
    ann.wait("names")
    server.stop()
    eventually("the end", lambda: not ann.socket.connected)
    assert ann.wait("bye")["code"] == "shutdown"


def test_a_page_that_vanishes_is_missed(page, json_peer):
    bob = json_peer("bob")
    ann = page("websocket", auth={"nick": "ann"})
    bob.wait("joined", nick="ann")
    # Not a word, not even of WebSocket's: the socket ends.
    ann.socket.eio.ws.sock.shutdown(SHUT_RDWR)
    bob.wait("left", nick="ann")


@every_transport
def test_binary_data_is_refused_and_nobody_minds(page, transport):
    ann = page(transport, auth={"nick": "ann"})
    assert ann.call("message", b"\x00\xff")["error"]["code"] == "binary"
    assert ann.call("message", {"text": b"\x00"})["error"]["code"] == "binary"
    assert ann.call("message", "still here")["seq"] == 1


def test_what_was_said_before_is_told_on_joining(start_server, closing):
    server = start_server("--replay", "2")
    ann = closing(PagePeer(server.port, auth={"nick": "ann"}))
    acks = [ann.call("send", f"number {number}") for number in range(3)]
    bob = closing(PagePeer(server.port, auth={"nick": "bob"}))
    shown = bob.wait("history", replay=True)["messages"]
    assert [(m["id"], m["text"]) for m in shown] == [
        (acks[1]["id"], "number 1"), (acks[2]["id"], "number 2")]


def test_rooms_are_entered_and_left(page, json_peer):
    ann, bob = page(auth={"nick": "ann"}), json_peer("bob", rooms=["#lobby", "#side"])
    assert ann.call("join", {"room": "#side"})["room"] == "#side"
    bob.wait("joined", room="#side", nick="ann")
    ann.call("message", {"room": "#side", "text": "here"})
    assert bob.wait("message", text="here")["room"] == "#side"
    ann.emit("leave", "#side")
    bob.wait("left", room="#side", nick="ann")
    bob.say("alone", room="#side")
    bob.say("again", room="#lobby")
    ann.wait("message", text="again")
    assert not [m for m in ann.of("message") if m["text"] == "alone"]


@every_transport
def test_a_page_waits_for_its_turn(start_server, closing, transport):
    server = start_server("--capacity", "1")
    first, second = (
        closing(PagePeer(server.port, transport, auth={"nick": nick})) for nick in ("ann", "bob"))
    first.wait("names", entered=True)
    place = second.wait("queue")
    assert (place["position"], place["of"]) == (1, 1)
    assert second.call("message", "let me in")["error"]["code"] == "waiting"
    first.close()
    second.wait("admitted")
    second.wait("names", entered=True)
    assert second.call("message", "I am in")["seq"] == 1


@every_transport
def test_a_page_talks_with_an_operator_and_rates(desk, come, closing, transport):
    olga = come(desk, JSONOperator, "olga")
    ann = closing(PagePeer(desk.port, transport, auth={"nick": "ann"}))
    room = olga.take("ann")
    assert ann.wait("admitted")["operator"] == "olga"
    olga.say(room, "how can I help?")
    ann.wait("message", text="how can I help?")
    ann.emit("message", "like this")
    olga.hear_text("ann", "like this")
    olga.close_conversation(room)
    assert ann.wait("ended")["rate"]
    assert ann.call("rate", 6)["error"]["code"] == "bad_rating"
    assert ann.call("rate", {"stars": 4, "comment": "quick"})["stars"] == 4
    assert olga.hear("desk", rating_count=1)["rating_average"] == 4
    assert ann.wait("bye")["code"] == "ended"
    eventually("the end", lambda: not ann.socket.connected)
