# Visitors on a WebSocket, written directly on a socket: so that a frame can be left half, and many are
# listened to at once.
# SPDX-License-Identifier: GPL-3.0-or-later
import os

from visitors import IRCVisitor, JSONVisitor, PlainVisitor

TEXT, CLOSE, PING, PONG = 1, 8, 9, 10


def frame(payload, opcode=TEXT):
    """A client's frame."""
    size = len(payload)
    head = bytes([0x80 | opcode])
    if size < 126:
        head += bytes([0x80 | size])
    elif size < 1 << 16:
        head += b"\xfe" + size.to_bytes(2, "big")
    else:
        head += b"\xff" + size.to_bytes(8, "big")
    mask = os.urandom(4)
    return head + mask + bytes(byte ^ mask[at % 4] for at, byte in enumerate(payload))


class Framed:
    """What makes a visitor's lines the messages of a WebSocket."""

    path, subprotocol = "/", None

    def introduce(self):
        self.frames, self.close_code = b"", None
        fields = [
            f"GET {self.path.format(nick=self.nick)} HTTP/1.1", "Host: localhost",
            "Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="]
        if self.subprotocol:
            fields.append(f"Sec-WebSocket-Protocol: {self.subprotocol}")
        self.socket.sendall("\r\n".join([*fields, "", ""]).encode())
        while b"\r\n\r\n" not in self.frames:
            piece = super().receive()
            assert piece, f"no WebSocket: {self.frames}"
            self.frames += piece
        head, self.frames = self.frames.split(b"\r\n\r\n", 1)
        assert head.startswith(b"HTTP/1.1 101 "), head
        self.greet()

    def greet(self):
        """Says who it is, where the address has not."""

    def send(self, data):
        self.socket.sendall(frame(data.rstrip("\r\n").encode()))

    def receive(self):
        """The messages that have come, each as a line; empty at the end."""
        lines = b""
        while not lines:
            lines = self._unframe()
            if not lines and self.close_code is None:
                piece = super().receive()
                if not piece:
                    return b""
                self.frames += piece
            elif not lines:
                return b""
        return lines

    def _unframe(self):
        lines = b""
        while len(self.frames) >= 2:
            size, start = self.frames[1] & 0x7F, 2
            if size >= 126:
                start = 4 if size == 126 else 10
                size = int.from_bytes(self.frames[2:start], "big")
            if len(self.frames) < start + size:
                break
            opcode, payload = self.frames[0] & 0x0F, self.frames[start:start + size]
            self.frames = self.frames[start + size:]
            if opcode == TEXT:
                lines += payload + b"\n"
            elif opcode == PING:
                self.socket.sendall(frame(payload, PONG))
            elif opcode == CLOSE:
                self.close_code = int.from_bytes(payload[:2], "big")
        return lines


class FramedPlainVisitor(Framed, PlainVisitor):
    kind, path = "framed plain", "/?nick={nick}"


class FramedJSONVisitor(Framed, JSONVisitor):
    kind, subprotocol = "framed JSON", "chatkit.v1.json"

    def greet(self):
        JSONVisitor.introduce(self)


class PageVisitor(FramedJSONVisitor):
    """As the shipped page does it."""

    kind, path = "page", "/ws"


class FramedIRCVisitor(Framed, IRCVisitor):
    kind, subprotocol = "framed IRC", "text.ircv3.net"

    def greet(self):
        self.send(f"NICK {self.nick}")
        self.send(f"USER {self.nick} 0 * :{self.nick}")


FRAMED = [FramedPlainVisitor, FramedJSONVisitor, PageVisitor]
