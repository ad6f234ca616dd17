# A graceful stop: everyone is told in their own protocol, and the server ends with 0 in time.
# SPDX-License-Identifier: GPL-3.0-or-later
import json
import signal

import pytest

from peers import Peer


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
