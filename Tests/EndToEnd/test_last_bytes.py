# What a client said before its connection ended counts, as far as the server has it: after a half-close, a
# close, and a reset that the server's own words provoked.
# SPDX-License-Identifier: GPL-3.0-or-later
import json

import pytest

from peers import JSONPeer, Peer, PlainPeer

COUNT = 600


def hello(kind, nick):
    return {"plain": f"{nick}\n", "json": json.dumps({"type": "hello", "nick": nick}) + "\n",
            "irc": f"NICK {nick}\r\nUSER {nick} 0 * :{nick}\r\n"}[kind]


def said(kind, text):
    return {"plain": f"{text}\n", "json": json.dumps({"type": "message", "text": text}) + "\n",
            "irc": f"PRIVMSG #lobby :{text}\r\n"}[kind]


def wait_all(witness, count):
    for number in range(count):
        witness.wait("message", text=f"x {number}")


@pytest.mark.parametrize("kind", ["plain", "json", "irc"])
@pytest.mark.parametrize("end", ["half-close", "close"])
def test_everything_that_was_sent_before_the_end_is_said(start_server, closing, kind, end):
    # Slowed down in the middle of it, while the server writes to a client that reads nothing.
    server = start_server("--flood", "400:200")
    witness = closing(JSONPeer(server.port, "witness"))
    peer = closing(Peer(server.port))
    peer.send(hello(kind, "nelly") + "".join(said(kind, f"x {n}") for n in range(COUNT)))
    peer.finish_sending() if end == "half-close" else peer.close()
    wait_all(witness, COUNT)
    left = witness.wait("left")
    assert left["nick"] == "nelly"


def test_a_line_behind_questions_is_said_though_nobody_reads_the_answers(start_server, closing):
    server = start_server()
    witness = closing(JSONPeer(server.port, "witness"))
    for number in range(8):
        peer = Peer(server.port)
        peer.send(f"nelly{number}\n/search witness\n/search nothing\nx {number}\n")
        peer.close()
        witness.wait("message", text=f"x {number}")


def test_answers_still_reach_a_client_that_has_shut_its_sending_side(start_server, closing):
    server = start_server("--flood", "400:200")
    peer = closing(PlainPeer(server.port, "nelly"))
    peer.send("".join(f"x {n}\n" for n in range(COUNT)) + "/who\n")
    peer.finish_sending()
    data = peer.read_to_end().decode()
    assert "nelly" in data.splitlines()[-2] or "nelly" in data.splitlines()[-1]
    assert not peer.was_reset
