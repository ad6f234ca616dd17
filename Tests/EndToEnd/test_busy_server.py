# A server that could not look at its sockets for a while reads what waits in them before it asks for a nick.
# SPDX-License-Identifier: GPL-3.0-or-later
import os
import signal
import time

import pytest

from peers import Peer
from waiting import eventually


def state(server):
    """How the server's process is: `T` when it is stopped."""
    with open(f"/proc/{server.process.pid}/stat") as file:
        return file.read().rsplit(")", 1)[1].split()[0]


def accepted(server):
    """Whether the server has taken a connection from the kernel: its socket is one more descriptor."""
    return sum("socket:" in os.readlink(f"/proc/{server.process.pid}/fd/{name}")
               for name in os.listdir(f"/proc/{server.process.pid}/fd")) >= 2


@pytest.mark.parametrize("said, begins", [
    (b'{"type":"hello","nick":"ann"}\n', b"{"),
    (b"NICK ann\r\nUSER ann 0 * :ann\r\n", b":"),
    (b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n", b"HTTP/1.1 200"),
])
def test_what_waits_in_the_socket_is_read_before_a_nick_is_asked_for(server, closing, said, begins):
    peer = closing(Peer(server.port))
    eventually("the client accepted", lambda: accepted(server))
    server.signal(signal.SIGSTOP)
    eventually("the server stopped", lambda: state(server) == "T")
    peer.send(said)
    # Longer than the server waits for the first byte.
    time.sleep(0.6)
    server.signal(signal.SIGCONT)
    assert peer.receive().startswith(begins)
