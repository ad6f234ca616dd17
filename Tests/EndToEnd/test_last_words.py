# A connection keeps its protocol to its last byte, whatever ends it: what a room still says to a client
# whose session has ended is in the client's own words, and its own goodbye is the last of them.
# SPDX-License-Identifier: GPL-3.0-or-later
import json

import pytest

from peers import IRCPeer, JSONPeer, Peer, PlainPeer

HELLO = b'{"type":"hello","nick":"%s"}\n'
UPGRADE = (
    b"GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    b"Sec-WebSocket-Protocol: chatkit.v1.json\r\n\r\n")


def json_lines(data):
    """Every line of the stream, which must be JSON from its first byte to its last."""
    assert data.endswith(b"\n"), data[-200:]
    return [json.loads(line) for line in data.decode().splitlines()]


def irc_lines(data):
    """Every line of the stream, which must be IRC: a source and a command, or a bare command."""
    assert data.endswith(b"\r\n"), data[-200:]
    lines = data.decode().split("\r\n")[:-1]
    for line in lines:
        words = line.lstrip(":").split(" ")
        command = words[1] if line.startswith(":") else words[0]
        assert command.isdigit() or command.isupper(), (line, lines)
    return lines


def frames(data):
    """The frames of the stream, which must hold nothing else; each as (opcode, payload)."""
    found, at = [], 0
    while at < len(data):
        opcode, size = data[at] & 15, data[at + 1]
        assert data[at] & 0x70 == 0 and size < 128, (found, data[at:at + 80])
        at += 2
        if size == 126:
            size = int.from_bytes(data[at:at + 2], "big")
            at += 2
        assert at + size <= len(data), (found, data[at:])
        found.append((opcode, data[at:at + size]))
        at += size
    return found


class WebSocketPeer(Peer):
    """A page that is silent, or says a byte string behind the upgrade."""

    def __init__(self, port, nick):
        super().__init__(port)
        self.send(UPGRADE + client_frame(HELLO.strip() % nick.encode()))
        while b"\r\n\r\n" not in self.unread:
            piece = self.receive()
            assert piece, self.unread
            self.unread += piece
        self.unread = self.unread.split(b"\r\n\r\n", 1)[1]


def client_frame(payload, opcode=1):
    """A masked frame; the mask is of zeroes."""
    return bytes([0x80 | opcode, 0x80 | len(payload)]) + bytes(4) + payload


def silent(kind, port, nick):
    """A client that is in the lobby, whose words are read as bytes."""
    if kind == "websocket":
        return WebSocketPeer(port, nick)
    peer = Peer(port)
    peer.send(HELLO % nick.encode() if kind == "json"
              else f"NICK {nick}\r\nUSER {nick} 0 * :{nick}\r\n".encode())
    return peer


def check(kind, data, reason):
    """All of it is of the client's protocol, and its goodbye is the last of it."""
    if kind == "json":
        assert (json_lines(data)[-1]["type"], json_lines(data)[-1]["code"]) == ("bye", reason)
    elif kind == "irc":
        assert irc_lines(data)[-1].startswith("ERROR :"), data[-300:]
    else:
        *_, bye, close = frames(data)
        assert close[0] == 8
        assert (json.loads(bye[1])["type"], json.loads(bye[1])["code"]) == ("bye", reason)


@pytest.mark.parametrize("kind", ["json", "irc", "websocket"])
def test_clients_that_time_out_together_are_told_so_in_their_protocol(
        start_server, closing, kind):
    server = start_server("--idle", "1")
    peers = [closing(silent(kind, server.port, f"{kind}{number}")) for number in range(4)]
    for peer in peers:
        check(kind, peer.read_to_end(), "idle_timeout")


@pytest.mark.parametrize("kind", ["json", "irc"])
def test_what_is_said_to_clients_with_bad_utf8_is_in_their_protocol(server, closing, kind):
    peers = [closing(silent(kind, server.port, f"{kind}{number}")) for number in range(4)]
    witness = closing(PlainPeer(server.port, "witness"))
    for peer in peers:
        peer.send(b"\xff\xfe\n" * 20 + (b"QUIT\r\n" if kind == "irc" else b'{"type":"bye"}\n'))
    witness.say("hello")
    for peer in peers:
        data = peer.read_to_end()
        json_lines(data) if kind == "json" else irc_lines(data)


def test_what_is_said_to_a_websocket_with_a_bad_frame_is_in_frames(server, closing):
    peers = [closing(silent("websocket", server.port, f"web{number}")) for number in range(4)]
    talkers = [closing(JSONPeer(server.port, "jay")), closing(IRCPeer(server.port, "kim"))]
    for peer in peers:
        for talker in talkers:
            talker.say("before the bad frame")
        peer.send(client_frame(b"\xff\xfe"))
    for peer in peers:
        assert frames(peer.read_to_end())[-1][0] == 8
