# A help desk's server as far as its clients can tell: it says what the test tells it to say, when the
# test does. Figures, names and the order of events are thereby the test's.
# SPDX-License-Identifier: GPL-3.0-or-later
import json
import socket

from waiting import PATIENCE


class FakeDesk:
    """A listening socket on the loopback."""

    def __init__(self):
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(PATIENCE)
        self.port = self._listener.getsockname()[1]
        self.address = f"127.0.0.1:{self.port}"
        self._clients = []

    def accept(self):
        """The next client that connects."""
        self._clients.append(DeskClient(self._listener.accept()[0]))
        return self._clients[-1]

    def close(self):
        for client in self._clients:
            client.close()
        self._listener.close()


class DeskClient:
    """A client's connection, seen from the server."""

    def __init__(self, connection):
        self._socket = connection
        self._socket.settimeout(PATIENCE)
        self._lines = connection.makefile("r", encoding="utf-8")
        self.hello = None
        self.nick = None
        self._numbers = {}
        self._entered = None

    def send(self, type, **fields):
        self._socket.sendall((json.dumps({"type": type, **fields}) + "\n").encode())

    def expect(self, type, **fields):
        """The client's next request of that type with these values."""
        for line in self._lines:
            request = json.loads(line)
            if request["type"] == type and all(
                    request.get(name) == value for name, value in fields.items()):
                return request
        raise AssertionError(f"the client left before {type} {fields}")

    def welcome(self):
        """Takes the client in; its `hello` is kept."""
        self.hello = self.expect("hello")
        self.nick = self.hello.get("nick", "client#1")
        self.send("welcome", v=1, server="Server A", nick=self.nick, resume="r-1", rooms=[])

    def enter(self, room, members=()):
        self._entered = room
        self.send(
            "names", room=room, members=[{"nick": nick} for nick in members],
            last_seq=self._numbers.get(room, 0), entered=True)

    def visitor(self, nick, visit, waited=80, **profile):
        """Gives an operator a visitor."""
        room = f"#visit-{visit}"
        self.send(
            "visitor", visit=visit, room=room, nick=nick, waited_s=waited,
            **({"profile": profile} if profile else {}))
        self.enter(room, (nick, self.nick))

    def ended(self, nick, visit, reason="left", operator=None, rate=False):
        self.send(
            "ended", visit=visit, room=f"#visit-{visit}", reason=reason,
            operator=operator or self.nick, nick=nick, rate=rate)

    def report(self, **changes):
        """An operator's figures; those that are not given are some."""
        fields = {
            "server": "Server A", "attended_today": 12, "attended_month": 148,
            "rating_average": 4.48, "rating_count": 97, "approached": 1210, "lost": 39,
            "current": [], "waiting": 3, "oldest_wait_s": 252, "paused": False, "operators": [],
        }
        self.send("desk", **{**fields, **changes})

    def say(self, room, sender, text):
        """Somebody's message, as the server sends it to everyone in the room."""
        number = self._numbers[room] = self._numbers.get(room, 0) + 1
        self.send(
            "message", id=f"x-{room}-{number}", room=room, seq=number, text=text,
            at="2026-11-21T10:00:00.000Z", **{"from": sender})

    def take(self, text):
        """Expects the client to say `text`, shows it to it and acknowledges it."""
        request = self.expect("message", text=text)
        room = request.get("room", self._entered)
        self.say(room, self.nick, text)
        number = self._numbers[room]
        self.send("ack", nonce=request["nonce"], id=f"x-{room}-{number}", seq=number, room=room)
        return request

    def goodbye(self):
        """Expects the client's farewell and answers it."""
        request = self.expect("bye")
        self.send("bye", code="quit", reason="good-bye", retry=False)
        self.close()
        return request

    def close(self):
        self._lines.close()
        self._socket.close()
