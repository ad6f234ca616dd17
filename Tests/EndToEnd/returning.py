# A client that comes back: it keeps one session over every lost connection and every crash of the
# server, sends what was not acked again with its nonce, and has one transcript of its room.
#
# What it relies on: a message is delivered before it is committed, and messages are committed in
# the order of their numbers. So an ack vouches for everything up to its number, and what came after
# it is void until it was seen again.
# SPDX-License-Identifier: GPL-3.0-or-later
import json
import random
import threading
import time

from peers import JSONPeer
from waiting import PATIENCE

# Messages under way at a time.
WINDOW = 12


def facts(message):
    """What must be the same wherever a message is seen."""
    return message["seq"], message["id"], message["from"], message["text"]


class ReturningClient(threading.Thread):
    """Talks and listens until it is told to finish, and then until nothing is unacked."""

    def __init__(self, port, nick, seed, sends=True, cuts=0.0, room="#lobby"):
        super().__init__(daemon=True)
        self.port, self.nick, self.room = port, nick, room
        self.sends, self.cuts = sends, cuts
        self.random = random.Random(seed)
        self.token = None
        # The messages as facts, of number 1, 2, 3 …; and up to which of them they are certain.
        self.transcript = []
        self.certain = 0
        # Texts by nonce, in the order of sending; what was acked, as (id, seq).
        self.unacked = {}
        self.acked = {}
        self.texts = []
        self.connections = 0
        self.voided = 0
        self.gaps = 0
        self.finishing = threading.Event()
        self.has_caught_up = False
        self.failure = None

    def run(self):
        try:
            while not self.token:
                self.begin_session()
            while not self.has_finished():
                self.come_and_talk()
        except BaseException as failure:  # Told by the test's own thread.
            self.failure = failure

    def begin_session(self):
        """Comes for the first time, into no room yet."""
        try:
            peer = JSONPeer(self.port, hello=False)
            peer.request("hello", nick=self.nick, rooms=[])
            while event := json.loads(peer.read_line() or "null"):
                if event["type"] == "welcome":
                    self.token = event["resume"]
                    break
            peer.close()
        except OSError:
            time.sleep(0.005)

    def has_finished(self):
        return self.finishing.is_set() and not self.unacked

    def come_and_talk(self):
        try:
            peer = JSONPeer(self.port, hello=False)
        except OSError:
            time.sleep(0.005)
            return
        self.connections += 1
        try:
            self.come_back(peer)
            while not self.has_finished():
                self.say_something(peer)
                line = peer.read_line()
                if line is None:
                    return
                self.take(json.loads(line), peer)
                if self.random.random() < self.cuts:
                    self.random.choice([peer.close, peer.reset])()
                    return
        except OSError:
            return
        finally:
            peer.close()

    def come_back(self, peer):
        """Continues the session after the last message that is certain."""
        self.certain = min(self.certain, len(self.transcript))
        self.voided += len(self.transcript) - self.certain
        del self.transcript[self.certain:]
        peer.request(
            "hello", nick=self.nick, resume=self.token, seen={self.room: self.certain},
            rooms=[self.room])
        for nonce, text in self.unacked.items():
            peer.request("message", room=self.room, text=text, nonce=nonce)

    def say_something(self, peer):
        while self.sends and not self.finishing.is_set() and len(self.unacked) < WINDOW:
            nonce = f"{self.nick}-{len(self.texts)}"
            text = f"{nonce} " + "x" * self.random.choice([0, 0, 50, 1000])
            self.texts.append(text)
            self.unacked[nonce] = text
            peer.request("message", room=self.room, text=text, nonce=nonce)

    def take(self, event, peer):
        kind = event["type"]
        if kind == "message":
            self.see(event)
        elif kind == "ack":
            self.unacked.pop(event["nonce"], None)
            ack = (event["id"], event["seq"])
            assert self.acked.setdefault(event["nonce"], ack) == ack, "two messages of one nonce"
            self.certain = max(self.certain, event["seq"])
        elif kind == "welcome":
            assert self.token == event["resume"], "the session did not go on"
        elif kind == "gap":
            assert event["from_seq"] == len(self.transcript) + 1, event
            self.gaps += 1
            self.fill(event["to_seq"], peer)
        elif kind == "pong":
            self.has_caught_up = True
        else:
            assert kind in ("joined", "left", "names", "notice", "bye"), event

    def see(self, message):
        assert message["seq"] == len(self.transcript) + 1, (
            f"{self.nick}: {message['seq']} comes after {len(self.transcript)}")
        self.transcript.append(facts(message))

    def fill(self, to, peer):
        """Reads what the server leaves out; what comes meanwhile is taken afterwards."""
        later = []
        while len(self.transcript) < to:
            limit = min(200, to - len(self.transcript))
            peer.request(
                "history", room=self.room, after=len(self.transcript), limit=limit, id="fill")
            while (event := self.read(peer)).get("re") != "fill":
                later.append(event)
            for message in event["messages"]:
                self.see(message)
        for event in later:
            self.take(event, peer)

    def read(self, peer):
        line = peer.read_line()
        if line is None:
            raise ConnectionError
        return json.loads(line)

    def check(self):
        """Fails when this client has."""
        if self.failure:
            raise self.failure


def finish(clients):
    """Waits until everything that was said is acked."""
    for client in clients:
        client.finishing.set()
    deadline = time.monotonic() + PATIENCE
    for client in clients:
        while client.sends and client.is_alive() and time.monotonic() < deadline:
            client.join(0.05)
        client.check()
        assert not client.unacked, f"{client.nick} waits for {len(client.unacked)} acks"


def read_room(peer, room="#lobby", page=200):
    """A room's whole history, read forwards."""
    messages = []
    while True:
        after = messages[-1]["seq"] if messages else 0
        peer.request("history", room=room, after=after, limit=page)
        answer = peer.wait("history", room=room)
        messages += answer["messages"]
        if answer["complete"]:
            return [facts(message) for message in messages]
        assert answer["messages"], "a page that is not the last has messages"


def catch_up(client, port):
    """The client's transcript when it has come back a last time, without a word of its own."""
    client.finishing.clear()
    client.sends = False
    peer = JSONPeer(port, hello=False)
    try:
        client.come_back(peer)
        peer.request("ping", nonce="end")
        # What was missed comes before the answer to whatever was asked later.
        while not client.has_caught_up:
            client.take(client.read(peer), peer)
    finally:
        peer.close()
    return client.transcript
