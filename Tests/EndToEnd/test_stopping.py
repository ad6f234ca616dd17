# A graceful stop: everyone is told in their own protocol, and the server ends with 0 in time.
# SPDX-License-Identifier: GPL-3.0-or-later
import json
import re
import signal

import pytest

from peers import JSONPeer, Peer, PlainPeer


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_everyone_is_told_in_their_own_words(server, plain, json_peer, irc, connect, number):
    nelly, script, ida = plain("nelly"), json_peer("script"), irc("ida")
    undecided, asked = connect(), plain()
    asked.read_prompt()
    # `stop` holds the server to its exit status and its five seconds.
    server.stop(number)
    bye = json.loads(script.read_to_end().splitlines()[-1])
    assert (bye["type"], bye["code"], bye["retry"]) == ("bye", "shutdown", True)
    assert bye["reason"] == "the server is shutting down"
    said = ida.read_to_end()
    assert said.endswith(b"ERROR :Closing link: the server is shutting down\r\n")
    assert nelly.read_to_end().endswith(b"bye: the server is shutting down\n")
    undecided.read_to_end()
    asked.read_to_end()
    assert not any(peer.was_reset for peer in (nelly, script, ida, undecided, asked))
    with pytest.raises(ConnectionRefusedError):
        Peer(server.port)


def test_what_was_said_before_the_stop_arrives_before_the_goodbye(server, json_peer, plain):
    bob, nelly = json_peer("bob"), plain("nelly")
    for number in range(200):
        bob.request("message", text=f"m{number}")
    bob.wait("message", text="m199")
    server.stop()
    said = nelly.read_to_end().decode().splitlines()
    assert said[-1] == "bye: the server is shutting down"
    assert [line for line in said if "bob: " in line] == [f"bob: m{n}" for n in range(200)]


def test_the_log_tells_start_and_stop_and_never_what_was_said(server, json_peer):
    bob = json_peer("bob")
    bob.say("a secret that nobody logs")
    server.stop()
    assert [entry["event"] for entry in server.log if entry["level"] == "info"][0] == "listening"
    assert server.wait_event("stopping")["signal"] == signal.SIGTERM
    assert server.wait_event("stopped")["messages"] == 1
    assert "secret" not in server.errors


def test_an_empty_server_stops_too(server):
    server.stop()


def test_the_port_can_be_used_again_at_once(start_server, closing):
    first = start_server()
    peers = [closing(Peer(first.port)) for _ in range(20)]
    for number, peer in enumerate(peers):
        peer.send(f"p{number}\n")
        peer.expect(lambda line: "Welcome" in line, "the welcome")
    first.stop()
    second = start_server(port=first.port)
    assert second.port == first.port


def burst(kind, count):
    """What a client says in one go, each message to be acked."""
    if kind == "irc":
        lines = [f"@label=n{n} PRIVMSG #lobby :m{n}\r\n" for n in range(count)]
    else:
        lines = [json.dumps({"type": "message", "text": f"m{n}", "nonce": f"n{n}"}) + "\n"
                 for n in range(count)]
    return "".join(lines)


def acked(kind, data):
    """The numbers of the messages that are acked in what a client read."""
    if kind == "irc":
        return [int(n) for n in re.findall(r"label=n(\d+)", data.decode())]
    return [int(n) for n in re.findall(r'"nonce":"n(\d+)"', data.decode())]


@pytest.mark.parametrize("durability", ["normal", "full"])
@pytest.mark.parametrize("kind", ["json", "irc"])
def test_what_was_taken_is_acked_before_the_goodbye(
        start_server, closing, tmp_path, kind, durability):
    server = start_server(
        "--db", str(tmp_path / "room.db"), "--durability", durability, "--flood", "off")
    witness = closing(PlainPeer(server.port, "witness"))
    if kind == "irc":
        peer = closing(Peer(server.port))
        peer.send("CAP REQ :labeled-response echo-message batch message-tags\r\n"
                  "NICK ida\r\nUSER ida 0 * :ida\r\nCAP END\r\n")
        peer.expect(lambda line: " 366 " in line, "the names")
    else:
        peer = closing(JSONPeer(server.port, "script"))
    # More labels than 64 at a time are not answered.
    peer.send(burst(kind, 60 if kind == "irc" else 150))
    witness.wait("m0")
    server.stop()
    data = peer.read_to_end()
    heard = [int(n) for n in re.findall(r": m(\d+)\n", witness.read_to_end().decode())]
    # The witness read m0 before; everything that was delivered is acked, in order, and once.
    assert acked(kind, data) == [0, *heard]
    assert heard == list(range(1, len(heard) + 1))
    last = data.decode().splitlines()[-1]
    assert last.startswith("ERROR :") if kind == "irc" else json.loads(last)["code"] == "shutdown"


def test_a_post_is_answered_before_the_stop(start_server, closing, tmp_path):
    server = start_server("--db", str(tmp_path / "room.db"), "--durability", "full")
    witness = closing(PlainPeer(server.port, "witness"))
    posts = [closing(Peer(server.port)) for _ in range(8)]
    for number, post in enumerate(posts):
        post.send(f"POST /api/rooms/lobby/messages HTTP/1.1\r\nHost: localhost\r\nX-Nick: ci\r\n"
                  f"Content-Length: 2\r\n\r\np{number}")
    witness.wait(": p")
    server.stop()
    answers = [post.read_to_end() for post in posts]
    assert sum(answer.startswith(b"HTTP/1.1 201 ") for answer in answers) \
        == 1 + witness.read_to_end().count(b": p")
