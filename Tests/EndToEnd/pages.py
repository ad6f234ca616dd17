# Pages that talk by Socket.IO: Debian's `python3-socketio`, which keeps the connection on threads of
# its own.
# SPDX-License-Identifier: GPL-3.0-or-later
import threading
import time

import socketio
from socketio import packet
from socketio.packet import Packet

from waiting import PATIENCE, eventually

# What a page may be told to use; nothing: it polls, and goes over to a WebSocket.
TRANSPORTS = {"polling": ["polling"], "websocket": ["websocket"], "upgrade": None}


class PagePeer:
    """A page's side of a conversation; every event that comes is kept."""

    def __init__(self, port, transport="upgrade", auth=None):
        self.events = []
        self._news = threading.Condition()
        self.socket = socketio.Client(reconnection=False)
        # The library handles each message on a thread of its own, in any order; here, as they come.
        trigger = self.socket.eio._trigger_event
        self.socket.eio._trigger_event = lambda *event, run_async=False: trigger(*event)
        self.socket.on("*", self._keep)
        self.socket.connect(
            f"http://127.0.0.1:{port}", transports=TRANSPORTS[transport], auth=auth,
            wait_timeout=PATIENCE)

    def _keep(self, name, data=None):
        with self._news:
            self.events.append((name, data))
            self._news.notify_all()

    def emit(self, *what):
        self.socket.emit(*what)

    def call(self, *what):
        """Emits and returns what the server acknowledges it with."""
        return self.socket.call(*what, timeout=PATIENCE)

    def of(self, name):
        """What came with all events of that name so far."""
        with self._news:
            return [data for found, data in self.events if found == name]

    def wait_for(self, count, name):
        """The first so many events of that name."""
        with self._news:
            self._wait(lambda: len(self.of(name)) >= count, f"{count} of {name}")
            return self.of(name)[:count]

    def wait(self, name, **fields):
        """The first event of that name whose fields have these values."""
        def matching():
            return [data for data in self.of(name)
                    if all(data.get(field) == value for field, value in fields.items())]
        with self._news:
            self._wait(matching, f"{name} {fields}")
            return matching()[0]

    def _wait(self, condition, what):
        there = self._news.wait_for(condition, PATIENCE)
        assert there, f"there was no {what}; there was: {self.events[-9:]}"

    def close(self):
        # Told to end while it still posts what was said before, the library would never post that it
        # leaves; the server would learn of it by silence.
        transport = self.socket.eio
        self.socket._send_packet(Packet(packet.DISCONNECT))
        eventually("everything posted", lambda: (
            transport.state != "connected" or not transport.queue.unfinished_tasks))
        self.socket.disconnect()
