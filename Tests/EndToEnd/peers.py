# Clients written directly on a socket, one for each protocol: what a script of somebody else's
# would do. A peer reads only when it is asked to, so one can also be slow on purpose.
# SPDX-License-Identifier: GPL-3.0-or-later
import fcntl
import json
import re
import socket
import struct
import termios
import time

from waiting import PATIENCE


class Peer:
    """A TCP connection, its input taken line by line."""

    def __init__(self, port, receive_buffer=None, source=None):
        self.socket = socket.socket()
        if source:
            self.socket.bind((source, 0))
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(PATIENCE)
        self.socket.connect(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.unread = b""
        self.seen = []
        self.was_reset = False

    def send(self, data):
        self.socket.sendall(data.encode() if isinstance(data, str) else data)

    def receive(self):
        """What there is; empty at the end, however it came about."""
        try:
            return self.socket.recv(65536)
        except (ConnectionResetError, BrokenPipeError):
            self.was_reset = True
            return b""

    def read_line(self):
        """The next line without its end, or None when the connection has ended."""
        while b"\n" not in self.unread:
            piece = self.receive()
            if not piece:
                return None
            self.unread += piece
        line, self.unread = self.unread.split(b"\n", 1)
        text = line.rstrip(b"\r").decode()
        self.seen.append(text)
        return text

    def expect(self, matches, what):
        """The first line for which `matches` is true; those before it are passed over."""
        while (line := self.read_line()) is not None:
            if found := matches(line):
                return found
        raise AssertionError(f"the connection ended before {what}; there was: {self.seen[-20:]}")

    def read_to_end(self):
        """Everything up to the connection's end."""
        data, self.unread = self.unread, b""
        while piece := self.receive():
            data += piece
        return data

    def finish_sending(self):
        self.socket.shutdown(socket.SHUT_WR)

    def reset(self):
        """Closes with RST instead of FIN."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()

    def close(self):
        self.socket.close()


def wait_until_delivered(sock):
    """Waits until all was taken by the other side, and lets it have its turn."""
    deadline = time.monotonic() + PATIENCE
    while struct.unpack("i", fcntl.ioctl(sock, termios.TIOCOUTQ, b"\0" * 4))[0]:
        assert time.monotonic() < deadline, "bytes were never taken"
    # Nothing is proved by this: a pause makes it likely that they are read by themselves.
    time.sleep(0.001)


class PlainPeer(Peer):
    """Says its nick and then lines, as one does with netcat."""

    def __init__(self, port, nick=None, **options):
        super().__init__(port, **options)
        self.nick = nick
        if nick:
            self.send(f"{nick}\n")
            self.wait("Welcome to ")
            self.wait("in #lobby: ")

    def say(self, text):
        self.send(f"{text}\n")

    def wait(self, text):
        """The next line that has `text` in it."""
        return self.expect(lambda line: line if text in line else None, repr(text))

    def read_prompt(self):
        """Waits for the four bytes that ask for a nick, in front of whatever follows."""
        while len(self.unread) < 4:
            piece = self.receive()
            assert piece, "the connection ended before NICK"
            self.unread += piece
        prompt, self.unread = self.unread[:4], self.unread[4:]
        assert prompt == b"NICK"


class JSONPeer(Peer):
    """Speaks JSON lines."""

    def __init__(self, port, nick=None, hello=True, receive_buffer=None, **fields):
        super().__init__(port, receive_buffer)
        self.nick = nick
        self._nonces = 0
        if hello:
            self.request("hello", **({"nick": nick} if nick else {}), **fields)
            self.welcome = self.wait("welcome")
            self.nick = self.welcome["nick"]
            for room in self.welcome["rooms"]:
                self.wait("names", room=room)

    def request(self, type, **fields):
        self.send(json.dumps({"type": type, **fields}) + "\n")

    def wait(self, type, **fields):
        """The next event of that type whose fields have these values."""
        def matches(line):
            event = json.loads(line)
            same = all(event.get(name) == value for name, value in fields.items())
            return event if event["type"] == type and same else None
        return self.expect(matches, f"{type} {fields}")

    def say(self, text, **fields):
        """Posts and waits for the acknowledgement, which it returns."""
        self._nonces += 1
        nonce = f"{self.nick}-{self._nonces}"
        self.request("message", text=text, nonce=nonce, **fields)
        return self.wait("ack", nonce=nonce)

    def history(self, room="#lobby", limit=200):
        """The room's messages as (from, text)."""
        self.request("history", room=room, limit=limit)
        return [(m["from"], m["text"]) for m in self.wait("history")["messages"]]


class IRCPeer(Peer):
    """Speaks IRC without any capabilities."""

    _form = re.compile(r"(?:@\S+ )?(?::(\S+?)(?:!\S*)? )?(\S+)(?: (.*))?$")

    def __init__(self, port, nick=None, **options):
        super().__init__(port, **options)
        self.nick = nick
        if nick:
            self.send(f"NICK {nick}\r\nUSER {nick} 0 * :{nick}\r\n")
            self.wait("001")
            self.wait("366")

    def say(self, text, target="#lobby"):
        self.send(f"PRIVMSG {target} :{text}\r\n")

    def wait(self, command, last=None, source=None):
        """The next (source, command, parameters) with that command, last parameter and source."""
        def matches(line):
            found = IRCPeer.parse(line)
            return found if (
                found[1] == command and (last is None or found[2][-1:] == [last])
                and (source is None or found[0] == source)) else None
        return self.expect(matches, f"{command} {last or ''}")

    @classmethod
    def parse(cls, line):
        source, command, rest = cls._form.match(line).groups()
        rest = f" {rest or ''}"
        words, colon, last = rest.partition(" :")
        return source, command, words.split() + ([last] if colon else [])
