# Peers that do not read: bounded, told why, dropped; and nobody else notices.
# SPDX-License-Identifier: GPL-3.0-or-later
import json
import signal

import pytest

from peers import IRCPeer, JSONPeer, PlainPeer

TEXT = "x" * 4000
# The last thing that a peer of each kind is told.
GOODBYE = {
    JSONPeer: b'{"type":"bye","code":"slow_consumer"',
    IRCPeer: b"ERROR :Closing link: you are not reading fast enough",
    PlainPeer: b"bye: you are not reading fast enough",
}


@pytest.fixture
def server(start_server):
    # One sender makes all the traffic here.
    return start_server("--flood", "off")


def say(writer, count):
    """Posts that many long messages; they are accepted when it returns."""
    for _ in range(count - 1):
        writer.request("message", text=TEXT)
    writer.say(TEXT)


def send_until_dropped(server, writer):
    """Posts until a client was dropped for not reading; returns how many it took."""
    before = len(server.events("slow consumer"))
    count = 0
    while len(server.events("slow consumer")) == before:
        say(writer, 8)
        count += 8
        assert count < 20_000, "nobody was dropped"
    return count


@pytest.mark.parametrize("kind", [JSONPeer, IRCPeer, PlainPeer])
def test_who_does_not_read_is_told_so_and_dropped(server, json_peer, closing, kind):
    bob, carol = json_peer("bob"), json_peer("carol")
    slow = closing(kind(server.port, "slow", receive_buffer=4096))
    count = send_until_dropped(server, bob)
    # More than what is kept for one client was on its way, and it did not stop the others.
    assert count * len(TEXT) > 1 << 20
    numbers, reasons = [], []
    while len(numbers) < count or not reasons:
        event = carol.expect(json.loads, "everything")
        if event["type"] == "message":
            numbers.append(event["seq"])
        if event["type"] == "left" and event["nick"] == "slow":
            reasons.append(event["reason"])
    assert (numbers, reasons) == (list(range(1, count + 1)), ["slow_consumer"])
    last = slow.read_to_end().rstrip().split(b"\n")[-1]
    assert last.startswith(GOODBYE[kind]), last[:100]
    assert not slow.was_reset


def test_the_goodbye_says_that_trying_again_helps(server, json_peer, closing):
    bob = json_peer("bob")
    slow = closing(JSONPeer(server.port, "slow", receive_buffer=4096))
    send_until_dropped(server, bob)
    last = slow.read_to_end().rstrip().split(b"\n")[-1]
    assert json.loads(last)["retry"] is True


def test_who_reads_in_time_has_missed_nothing(server, json_peer, closing):
    bob = json_peer("bob")
    sleeper = closing(JSONPeer(server.port, "sleeper", receive_buffer=4096))
    say(bob, 250)
    assert [sleeper.wait("message")["seq"] for _ in range(250)] == list(range(1, 251))


@pytest.fixture
def blocked(server, json_peer, closing):
    """A peer that has not read for so long that words for it wait in the server."""
    bob = json_peer("bob")
    closing(JSONPeer(server.port, "first", receive_buffer=4096))
    limit = send_until_dropped(server, bob)
    slow = closing(JSONPeer(server.port, "second", receive_buffer=4096))
    # Half of what is kept for one client.
    say(bob, limit - (1 << 19) // len(TEXT))
    return slow


def test_a_stop_does_not_wait_for_who_does_not_read(server, blocked, plain):
    alice = plain("alice")
    server.stop()
    assert alice.read_to_end().endswith(b"bye: the server is shutting down\n")


def test_a_second_signal_ends_at_once(server, blocked):
    server.signal(signal.SIGTERM)
    server.wait_event("stopping")
    server.signal(signal.SIGTERM)
    assert server.wait() == 128 + signal.SIGTERM
    server.was_killed = True
