# Peers that break off, come in hundreds, dawdle or talk too much. The others never notice.
# SPDX-License-Identifier: GPL-3.0-or-later
import threading
import time

import pytest

from peers import IRCPeer, JSONPeer, Peer, PlainPeer


@pytest.fixture
def bystanders(json_peer):
    """Two who talk; call it to see that they still can."""
    alice, bob = json_peer("alice"), json_peer("bob")

    def still_talk(text="still here"):
        alice.say(text)
        bob.wait("message", text=text)

    return still_talk


def test_who_finishes_sending_still_gets_every_answer(server, plain, json_peer, irc, closing):
    bob = json_peer("bob")
    script, ida, nelly = json_peer("script"), irc("ida"), plain("nelly")
    script.request("message", text="from script", nonce="n")
    script.finish_sending()
    assert b'"type":"ack","nonce":"n"' in script.read_to_end()
    ida.send("PRIVMSG #lobby :from ida\r\nVERSION\r\n")
    ida.finish_sending()
    assert b" 351 ida " in ida.read_to_end()
    nelly.send("from nelly\n/who\nunfinished")
    nelly.finish_sending()
    assert b"in #lobby: " in nelly.read_to_end()
    for nick in ("script", "ida", "nelly"):
        bob.wait("left", nick=nick)
    # A last line counts even when its newline is missing, as in a text file.
    assert [text for _, text in bob.history()] == [
        "from script", "from ida", "from nelly", "unfinished"]


def test_a_reset_in_the_middle_of_a_line_is_a_leaving(plain, json_peer, irc, bystanders):
    bob = json_peer("witness")
    for peer, half in (
            (json_peer("script"), '{"type":"message","text":"ha'), (irc("ida"), "PRIVMSG #lob"),
            (plain("nelly"), "half a li")):
        peer.send(half)
        peer.reset()
        bob.wait("left", nick=peer.nick)
    bystanders()


def test_a_reset_before_any_word_is_nothing(server, bystanders):
    for first in (b"", b"{", b"CAP", b"\x16", b"GET ", b"ali"):
        peer = Peer(server.port)
        peer.send(first)
        peer.reset()
    bystanders()


def test_five_hundred_who_say_nothing_cost_nobody_anything(plain, json_peer, bystanders):
    crowd = [plain() for _ in range(500)]
    bystanders("while they come")
    for peer in crowd:
        peer.read_prompt()
    bystanders("while they stay")
    for peer in crowd[::2]:
        peer.reset()
    bystanders("while half of them go")
    someone = crowd[1]
    someone.say("someone")
    someone.wait("Welcome to chatkit, someone.")


def test_five_hundred_at_once_from_many_threads(server, bystanders):
    def knock():
        for _ in range(25):
            Peer(server.port).reset()

    threads = [threading.Thread(target=knock) for _ in range(20)]
    for thread in threads:
        thread.start()
    bystanders()
    for thread in threads:
        thread.join()
    bystanders("afterwards")


def test_at_the_descriptor_limit_the_others_wait_and_then_come_in(start_server, closing):
    server = start_server(wrapper=["prlimit", "--nofile=64:64"])
    assert server.wait_event("listening")["max_clients"] < 64
    alice = closing(PlainPeer(server.port, "alice"))
    crowd = [closing(Peer(server.port)) for _ in range(100)]
    server.wait_event("cannot accept")
    alice.say("/who")
    alice.wait("in #lobby: alice")
    for peer in crowd:
        peer.reset()
    bob = closing(PlainPeer(server.port, "bob"))
    alice.wait("bob joined")
    bob.say("at last")
    alice.wait("bob: at last")


def test_who_talks_too_much_is_slowed_down_and_loses_nothing(start_server, closing):
    server = start_server("--flood", "200:20")
    alice, bob, carol = (
        closing(JSONPeer(server.port, nick)) for nick in ("alice", "bob", "carol"))
    for number in range(100):
        alice.request("message", text=f"m{number}")
    server.wait_event("client slowed down")
    carol.say("I am not slowed down")
    texts = [bob.wait("message", **{"from": "alice"})["text"] for _ in range(100)]
    assert texts == [f"m{number}" for number in range(100)]


def test_those_who_never_finish_their_handshake_are_sent_away(
        server, plain, json_peer, irc, connect, bystanders):
    silent, dawdler, ida, refused = plain(), json_peer(hello=False), irc(), plain()
    half = connect()
    half.send("GE")  # Could still become HTTP.
    ida.send("NICK ida\r\n")
    refused.send("a b\n")
    hello = b'{"type":"hello","nick":"slow"}'

    def dawdle():
        # One byte a second is no reason to be kept for ever.
        for byte in hello:
            try:
                dawdler.send(bytes([byte]))
            except OSError:
                return
            time.sleep(1)

    thread = threading.Thread(target=dawdle, daemon=True)
    thread.start()
    bystanders("meanwhile")
    reason = b"no handshake within 10 seconds"
    for peer in (silent, dawdler, ida, refused, half):
        assert reason in peer.read_to_end()
    assert dawdler.unread == b"" and not dawdler.was_reset
    bystanders("afterwards")


def test_who_is_silent_is_asked_for_a_sign_of_life_and_dropped(start_server, closing):
    server = start_server("--idle", "1")
    polite = closing(JSONPeer(server.port, "polite"))
    mute, ida = closing(JSONPeer(server.port, "mute")), closing(IRCPeer(server.port, "ida"))
    nelly = closing(PlainPeer(server.port, "nelly"))
    gone = set()
    while gone != {"mute", "ida"}:
        event = polite.expect(lambda line: line, "an event")
        if '"type":"ping"' in event:
            polite.request("pong")
        if '"type":"left"' in event:
            assert "idle_timeout" in event
            gone |= {nick for nick in ("mute", "ida") if f'"{nick}"' in event}
    assert b'"type":"bye","code":"idle_timeout"' in mute.read_to_end()
    assert b"ERROR :Closing link: you were silent for too long" in ida.read_to_end()
    # netcat cannot answer, and TCP says that it is alive.
    polite.request("message", text="still there?")
    nelly.wait("polite: still there?")
