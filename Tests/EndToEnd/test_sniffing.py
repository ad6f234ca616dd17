# One port: the first bytes decide, and how they are cut up never matters.
# SPDX-License-Identifier: GPL-3.0-or-later
import re

import pytest

from peers import Peer, wait_until_delivered

HANDSHAKES = {
    "plain": b"someone\n/who\n/quit\n",
    "plain that begins like IRC": b"NICKY\n/who\n/quit\n",
    "plain that begins like HTTP": b"GET_UP\n/who\n/quit\n",
    "json": b'{"type":"hello","v":1,"nick":"someone"}\n{"type":"names"}\n{"type":"bye"}\n',
    "irc": b"CAP LS 302\r\nNICK someone\r\nUSER someone 0 * :Some One\r\nCAP END\r\nQUIT :x\r\n",
    "irc in small letters": b"nick someone\r\nuser someone 0 * :Some One\r\nquit\r\n",
    "http": b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
    "tls": bytes.fromhex("16030100310100002d0303") + bytes(40),
    "proxy 1": b"PROXY TCP4 127.0.0.1 127.0.0.1 1 2\r\nsomeone\n",
    "proxy 2": bytes.fromhex("0d0a0d0a000d0a515549540a2111000c7f0000017f00000100010002"),
}

# What differs from one connection to the next.
VOLATILE = re.compile(
    rb'"(session|resume|at|since)":"[^"]*"|T\d\d:\d\d:\d\d[.:0-9]*Z|@time=\S+|Date: .*')


@pytest.fixture
def converse(server):
    """Sends pieces, each read by the server before the next, and returns the whole answer."""
    def run(*pieces):
        peer = Peer(server.port)
        for piece in pieces:
            peer.send(piece)
            wait_until_delivered(peer.socket)
        answer = peer.read_to_end()
        assert not peer.was_reset
        peer.close()
        return VOLATILE.sub(b"", answer)

    # The first visitor finds an empty server, and some answers say so.
    run(HANDSHAKES["plain"])
    return run


@pytest.mark.parametrize("name", HANDSHAKES)
def test_byte_by_byte_is_the_same_as_in_one_piece(converse, name):
    data = HANDSHAKES[name]
    whole = converse(data)
    assert whole
    assert converse(*(data[i:i + 1] for i in range(len(data)))) == whole


@pytest.mark.parametrize("name", HANDSHAKES)
def test_cut_in_two_at_every_byte_is_the_same(converse, name):
    data = HANDSHAKES[name]
    whole = converse(data)
    for cut in range(1, len(data)):
        assert converse(data[:cut], data[cut:]) == whole, f"cut at {cut}"


@pytest.mark.parametrize("name, answer", [
    ("plain", b"Welcome to chatkit, someone."),
    ("plain that begins like IRC", b"Welcome to chatkit, NICKY."),
    ("plain that begins like HTTP", b"Welcome to chatkit, GET_UP."),
    ("json", b'{"type":"welcome","v":1,'),
    ("irc", b":chatkit CAP * LS :"),
    ("irc in small letters", b":chatkit 001 someone :"),
    ("http", b"HTTP/1.1 200 OK\r\n"),
    # RFC 8446 §6: an alert record with a fatal alert in it.
    ("tls", b"\x15\x03\x01\x00\x02\x02"),
    ("proxy 1", b"a PROXY header is not accepted"),
    ("proxy 2", b"a PROXY header is not accepted"),
])
def test_every_protocol_is_answered_in_its_own_words(converse, name, answer):
    assert converse(HANDSHAKES[name]).startswith(answer)


def test_who_says_nothing_is_asked_for_a_nick_and_may_still_speak_anything(server, closing):
    for hello, answer in (
            (b"someone\n", b"Welcome to chatkit, someone."),
            (b'{"type":"hello","nick":"other"}\n', b'"type":"welcome"'),
            (b"NICK third\r\nUSER third 0 * :x\r\n", b" 001 third ")):
        peer = closing(Peer(server.port))
        assert peer.receive() == b"NICK"
        peer.send(hello)
        peer.expect(lambda line: answer.decode() in line, answer)


def test_openssl_is_told_what_is_wrong(server, start_program):
    openssl = start_program("openssl", "s_client", "-connect", f"127.0.0.1:{server.port}")
    assert openssl.wait() == 1
    assert "alert handshake failure" in openssl.errors
