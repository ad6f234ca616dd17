# A relay as a server sees it: connections that begin with a PROXY header, and control links, dialled by
# either side. It decides nothing; what it is told is kept.
# SPDX-License-Identifier: GPL-3.0-or-later
import contextlib
import json
import socket
import threading
import time

from peers import Peer
from waiting import PATIENCE

SIGNATURE = b"\r\n\r\n\0\r\nQUIT\n"
# Where relayed clients say they come from: an address for documentation (RFC 5737).
SOURCE = "192.0.2.7"
RELAY = "r1"


def header(visit=None, relay=RELAY, reference=None, source=SOURCE, additions=b""):
    """A header of version 2; without a visit, what other proxies send."""
    family = socket.AF_INET6 if ":" in source else socket.AF_INET
    here = "::1" if ":" in source else "127.0.0.1"
    body = socket.inet_pton(family, source) + socket.inet_pton(family, here)
    body += (40001).to_bytes(2, "big") + (12000).to_bytes(2, "big") + additions
    if visit is not None:
        text = f"{relay} {visit}" + (f" {reference}" if reference else "")
        body += b"\xe0" + len(text.encode()).to_bytes(2, "big") + text.encode()
    kind = b"\x21" if ":" in source else b"\x11"
    return SIGNATURE + b"\x21" + kind + len(body).to_bytes(2, "big") + body


def brought(kind, prefix):
    """That kind of client, which somebody has passed on with these bytes in front."""
    class Brought(kind):
        is_begun = False

        def send(self, data):
            if not self.is_begun:
                self.is_begun = True
                super().send(prefix)
            super().send(data)

    Brought.__name__ = f"Brought{kind.__name__}"
    return Brought


def passed_on(port, prefix):
    """A connected socket on which these bytes were sent."""
    connected = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
    connected.sendall(prefix)
    connected.settimeout(None)
    connected.setblocking(False)
    return connected


class Link:
    """A relay's end of a control link, on a connection that stands; it gives signs of life."""

    def __init__(self, connected):
        self.socket = connected
        self.socket.settimeout(0.1)
        self.told = []
        self.heard = 0
        self.is_over = False
        self._news = threading.Condition()
        self._stops = threading.Event()
        self._reader = threading.Thread(target=self._run, daemon=True)
        self._reader.start()

    @classmethod
    def dial(cls, port, relay=RELAY):
        """The relay dials the server."""
        link = cls(socket.create_connection(("127.0.0.1", port)))
        link.send(type="link", v=1, relay=relay)
        return link

    def _run(self):
        unread = b""
        beat = time.monotonic() + 1
        while not self._stops.is_set():
            if time.monotonic() > beat:
                beat = time.monotonic() + 1
                with contextlib.suppress(OSError):
                    self.send(type="beat")
            try:
                piece = self.socket.recv(65536)
            except TimeoutError:
                continue
            except OSError:
                piece = b""
            unread += piece
            *lines, unread = unread.split(b"\n")
            with self._news:
                self.told += [json.loads(line) for line in lines]
                self.is_over = not piece
                self._news.notify_all()
            if not piece:
                break

    def send(self, **fields):
        self.send_raw(json.dumps(fields) + "\n")

    def send_raw(self, text):
        self.socket.sendall(text.encode())

    def hear(self, type, **fields):
        """The next line of that type with these values; those before it are passed over."""
        wanted = {"type": type, **fields}
        deadline = time.monotonic() + PATIENCE
        with self._news:
            while True:
                while self.heard < len(self.told):
                    self.heard += 1
                    line = self.told[self.heard - 1]
                    if wanted.items() <= line.items():
                        return line
                ends = self.is_over or not self._news.wait(max(0, deadline - time.monotonic()))
                assert not ends, f"the relay never heard {wanted}; there was: {self.told[-9:]}"

    def hear_slots(self, capacity, in_use, others, state="up"):
        return self.hear(
            "availability", capacity=capacity, in_use=in_use, others=others, state=state)

    def lines(self, type):
        with self._news:
            return [line for line in self.told if line["type"] == type]

    def wait_over(self):
        deadline = time.monotonic() + PATIENCE
        with self._news:
            while not self.is_over:
                assert self._news.wait(max(0, deadline - time.monotonic())), "the link goes on"

    def close(self):
        self._stops.set()
        self._reader.join(PATIENCE)
        self.socket.close()


class Door:
    """Where servers announce themselves to a relay."""

    def __init__(self, port=0):
        self.listener = socket.create_server(("127.0.0.1", port))
        self.listener.settimeout(PATIENCE)
        self.port = self.listener.getsockname()[1]

    def answer(self, relay=RELAY, **error):
        """Takes in the next server that dials: its announcement, and its link if it is welcome."""
        connected, _ = self.listener.accept()
        peer = Peer.__new__(Peer)
        connected.settimeout(PATIENCE)
        peer.socket, peer.unread, peer.seen, peer.was_reset = connected, b"", [], False
        announcement = json.loads(peer.read_line())
        if error:
            peer.send(json.dumps({"type": "error", **error}) + "\n")
            assert peer.read_line() is None
            peer.close()
            return announcement, None
        link = Link(connected)
        link.send(type="linked", v=1, relay=relay)
        return announcement, link

    def close(self):
        self.listener.close()
