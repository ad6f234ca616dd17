# `chatkit join` behind a relay, which is played by the test: waiting before the welcome, being sent on,
# and another server on the same connection.
# SPDX-License-Identifier: GPL-3.0-or-later
import json
import socket

import pytest

from fake_desk import FakeDesk
from waiting import eventually

WAITING = {"of": 3, "eta_s": 60, "waited_s": 1, "expires_in_s": 299, "ticket": "t-1"}


@pytest.fixture
def relay(closing):
    return closing(FakeDesk())


@pytest.fixture
def other(closing):
    return closing(FakeDesk())


@pytest.fixture
def join(binary, start_program):
    def start(relay, *options):
        return start_program(binary, "join", relay.address, "--nick", "ann", *options)
    return start


def enter(client, room, last_seq=0):
    client.send(
        "names", room=room, topic="", members=[{"nick": "ann"}], count=1, last_seq=last_seq,
        entered=True)


def events(program, type):
    return [found for line in program.lines if (found := json.loads(line))["type"] == type]


def test_waiting_before_the_welcome(relay, join):
    program = join(relay)
    client = relay.accept()
    client.expect("hello")
    client.send("queue", position=2, **WAITING)
    program.wait_output("You are number 2 of 3 waiting")
    client.send("queue", position=1, **WAITING)
    program.wait_output("You are number 1 of 3 waiting")
    program.write("hello\n")
    client.send("welcome", v=1, server="Server A", nick="ann", resume="r", rooms=["#lobby"])
    enter(client, "#lobby")
    assert client.expect("message")["text"] == "hello"


def test_sent_on(relay, other, join):
    program = join(relay, "--json")
    client = relay.accept()
    client.expect("hello")
    client.send("queue", position=1, **WAITING)
    client.send("redirect", host="127.0.0.1", port=other.port, ticket="t-9")
    served = other.accept()
    assert served.expect("hello")["ticket"] == "t-9"
    served.send("welcome", v=1, server="Server A", nick="ann", resume="r", rooms=["#lobby"])
    enter(served, "#lobby")
    program.write("hi\n")
    nonce = served.expect("message", text="hi")["nonce"]
    served.send("ack", nonce=nonce, id="x-1", room="#lobby", seq=1)
    program.close_input()
    served.expect("bye")
    served.send("bye", code="quit", reason="", retry=False)
    assert program.wait() == 0
    types = [json.loads(line)["type"] for line in program.lines]
    assert types[:3] == ["queue", "redirect", "welcome"]
    assert f"[redirected to {other.address}]" in program.errors


def test_sent_on_in_circles(relay, join):
    program = join(relay)
    for _ in range(6):
        client = relay.accept()
        client.expect("hello")
        client.send("redirect", host="127.0.0.1", port=relay.port, ticket="t")
    assert program.wait() == 69
    assert "redirected 5 times in a row" in program.errors


def test_sent_on_to_where_nobody_is(relay, join):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    program = join(relay)
    client = relay.accept()
    client.expect("hello")
    client.send("redirect", host="127.0.0.1", port=port, ticket="t")
    # It asks again where it was sent from.
    assert relay.accept().expect("hello")["nick"] == "ann"
    assert "cannot connect: connection refused" in program.errors


def test_another_server_takes_over(relay, join):
    program = join(relay, "--json")
    client = relay.accept()
    client.expect("hello")
    client.send("welcome", v=1, server="Server A", nick="ann", resume="r-1", rooms=["#lobby"])
    enter(client, "#lobby", last_seq=41)
    client.send("message", id="a-1", room="#lobby", seq=42, **{"from": "bob"}, text="before")
    program.write("not acked\n")
    nonce = client.expect("message", text="not acked")["nonce"]
    # It dies in the middle of a line, which the relay ends.
    client._socket.sendall(b'{"type":"message","id":"a-2","room":"#lob\n')
    client.send("returned", server="Server A")
    client.send("queue", position=1, **WAITING)
    client.send("welcome", v=1, server="Server B", nick="ann", resume="r-2", rooms=["#lobby"])
    enter(client, "#lobby", last_seq=3)
    assert client.expect("message", text="not acked")["nonce"] == nonce
    client.send("ack", nonce=nonce, id="b-4", room="#lobby", seq=4)
    client.send("message", id="b-4", room="#lobby", seq=4, **{"from": "ann"}, text="not acked")
    client.send("message", id="b-5", room="#lobby", seq=5, **{"from": "bob"}, text="after")
    eventually("the message after", lambda: [
        message["text"] for message in events(program, "message")
    ] == ["before", "not acked", "after"], look=lambda: program.output + program.errors)
    assert [event["server"] for event in events(program, "welcome")] == ["Server A", "Server B"]
    assert events(program, "gap") == []
    assert "[now with Server B]" in program.errors


def test_another_server_takes_over_on_a_terminal(relay, binary, start_terminal):
    terminal = start_terminal(binary, "join", relay.address, "--nick", "ann")
    client = relay.accept()
    client.expect("hello")
    client.send("queue", position=2, **WAITING)
    terminal.wait_text("2 of 3")
    client.send("welcome", v=1, server="Server A", nick="ann", resume="r-1", rooms=["#lobby"])
    enter(client, "#lobby", last_seq=41)
    terminal.wait_line("#lobby ann>")
    client.send("welcome", v=1, server="Server B", nick="ann", resume="r-2", rooms=["#lobby"])
    enter(client, "#lobby", last_seq=3)
    terminal.wait_text("\u2014 now with Server B \u2014")
    client.send("message", id="b-4", room="#lobby", seq=4, **{"from": "bob"}, text="welcome here")
    terminal.wait_text("bob: welcome here")
    assert "missing" not in terminal.text and "lost" not in terminal.text


def test_half_a_line_at_the_beginning(relay, join):
    join(relay)
    client = relay.accept()
    client.expect("hello")
    client._socket.sendall(b'{"type":"welc\n')
    client.send("welcome", v=1, server="Server B", nick="ann", resume="r-2", rooms=["#lobby"])
    enter(client, "#lobby")
    client.send("ping")
    client.expect("pong")
