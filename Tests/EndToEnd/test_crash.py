# A server that is killed again and again while people talk: what was acked is there, once, and
# everyone has the same transcript in the end.
# SPDX-License-Identifier: GPL-3.0-or-later
import os
import random
import time

import pytest

from peers import JSONPeer
from restarting import RestartingServer
from returning import ReturningClient, catch_up, finish, read_room
from waiting import eventually

# The longest time between two crashes, in seconds.
LONGEST_LIFE = 0.5


@pytest.fixture
def seed():
    """CHATKIT_SEED repeats a run, as far as the machine's own timing allows."""
    seed = int(os.environ.get("CHATKIT_SEED", random.randrange(1 << 32)))
    print(f"CHATKIT_SEED={seed}")
    return seed


def wait_for_progress(clients, acked):
    """Waits until something was acked since; a server that is killed before it can do anything
    proves nothing."""
    def went_on():
        for client in clients:
            client.check()
        return sum(len(client.acked) for client in clients) > acked
    eventually("an ack after a restart", went_on)


def check_transcripts(clients, port, closing):
    """Holds everyone's transcript against the room's history."""
    room = read_room(closing(JSONPeer(port, "reader", replay=0)))
    assert [message[0] for message in room] == list(range(1, len(room) + 1)), "holes"
    texts = [message[3] for message in room]
    assert len(set(texts)) == len(texts), "a message is there twice"
    assert len({message[1] for message in room}) == len(room), "an id stands for two messages"
    for client in clients:
        for nonce, (id, seq) in client.acked.items():
            assert room[seq - 1][:3] == (seq, id, client.nick), "an acked message is missing"
            assert room[seq - 1][3].startswith(f"{nonce} ")
        said = [text for _, _, author, text in room if author == client.nick]
        assert said == client.texts, "not what was said, in the order it was said"
        assert catch_up(client, port) == room, f"{client.nick} has another transcript"
    return room


@pytest.mark.parametrize("durability, crashes", [("normal", 50), ("full", 10)])
def test_nothing_acked_is_lost_or_doubled_by_crashes(
        start_server, home, closing, seed, durability, crashes):
    chance = random.Random(seed)
    server = RestartingServer(
        start_server, "--db", home.path / "crash.db", "--durability", durability)
    senders = [
        ReturningClient(server.port, nick, seed + number, cuts=0.001)
        for number, nick in enumerate(["ann", "bob", "cat"])]
    listener = ReturningClient(server.port, "dan", seed + 9, sends=False, cuts=0.001)
    clients = [*senders, listener]
    for client in clients:
        client.start()
    for _ in range(crashes):
        wait_for_progress(senders, sum(len(client.acked) for client in senders))
        time.sleep(chance.random() ** 2 * LONGEST_LIFE)
        server.crash()
    finish(senders)
    finish([listener])
    room = check_transcripts(clients, server.port, closing)
    print(
        f"{crashes} crashes, {len(room)} messages, "
        f"{sum(client.connections for client in clients)} connections, "
        f"{sum(client.voided for client in clients)} read again, "
        f"{sum(client.gaps for client in clients)} gaps")
    assert all(client.connections >= crashes // 2 for client in clients)


def test_a_crash_between_sending_and_reading_the_ack(start_server, home, closing):
    """However far the server had come with it, the same nonce is the same message."""
    server = RestartingServer(start_server, "--db", home.path / "crash.db")
    ann = JSONPeer(server.port, "ann")
    token = ann.welcome["resume"]
    for number in range(10):
        nonce = f"n{number}"
        ann.request("message", text=nonce, nonce=nonce)
        # Not a wait for something: each round crashes at another moment.
        time.sleep(number * 0.0005)
        server.crash()
        ann.close()
        ann = JSONPeer(server.port, "ann", resume=token, replay=0)
        ann.request("message", text=nonce, nonce=nonce)
        first = ann.wait("ack", nonce=nonce)
        ann.request("message", text="another text", nonce=nonce)
        assert ann.wait("ack", nonce=nonce) == first
        assert first["seq"] == number + 1
    assert ann.history() == [("ann", f"n{number}") for number in range(10)]
    ann.close()
