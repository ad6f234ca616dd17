# Clients whose network has vanished: their nicks are free after the idle time, in every protocol. The
# client is in a network namespace of the test's own, whose cable is pulled.
# SPDX-License-Identifier: GPL-3.0-or-later
import ctypes
import os
import shutil
import socket
import subprocess

import pytest

from peers import JSONPeer, PlainPeer
from waiting import eventually

SERVER, CLIENT = "10.203.0.1", "10.203.0.2"


def ip(*words):
    return subprocess.run(["ip", *words], capture_output=True, text=True)


@pytest.fixture
def cable():
    """A cable to another host, and what connects from there."""
    name = f"chatkit{os.getpid()}"
    near, far = f"ck{os.getpid()}a"[-15:], f"ck{os.getpid()}b"[-15:]
    if os.geteuid() != 0 or not shutil.which("ip") or ip("netns", "add", name).returncode != 0:
        pytest.skip("a network namespace needs root, and ip(8)")
    try:
        for words in (
                ("link", "add", near, "type", "veth", "peer", "name", far),
                ("link", "set", far, "netns", name),
                ("addr", "add", f"{SERVER}/30", "dev", near), ("link", "set", near, "up"),
                ("-n", name, "addr", "add", f"{CLIENT}/30", "dev", far),
                ("-n", name, "link", "set", far, "up")):
            done = ip(*words)
            if done.returncode != 0:
                pytest.skip(f"no virtual cable here: {done.stderr.strip()}")
        yield name, near
    finally:
        ip("link", "del", near)
        ip("netns", "del", name)


def dial(namespace, port):
    """A connection from the other host: its descriptor stays when the process has left the place."""
    enter = ctypes.CDLL(None, use_errno=True).setns
    with open(f"/var/run/netns/{namespace}") as far, open("/proc/thread-self/ns/net") as home:
        assert enter(far.fileno(), 0) == 0, os.strerror(ctypes.get_errno())
        try:
            return socket.create_connection((SERVER, port), timeout=10)
        finally:
            assert enter(home.fileno(), 0) == 0


@pytest.mark.parametrize("hello", [
    b"nelly\n", b'{"type":"hello","nick":"nelly"}\n', b"NICK nelly\r\nUSER n 0 * :n\r\n"])
@pytest.mark.parametrize("is_busy", [False, True])
def test_the_nick_of_a_vanished_client_is_free_after_the_idle_time(
        start_server, closing, cable, hello, is_busy):
    namespace, near = cable
    server = start_server("--listen", f"{SERVER}:0", "--listen", "127.0.0.1:0", "--idle", "3")
    eventually("both addresses", lambda: len(server.events("listening")) == 2)
    ports = {entry["address"].rsplit(":", 1)[0]: entry["port"] for entry in server.log
             if entry["event"] == "listening"}
    peer = closing(dial(namespace, ports[SERVER]))
    peer.sendall(hello)
    witness = closing(JSONPeer(ports["127.0.0.1"], "witness"))
    eventually("nelly in the room", lambda: "nelly" in names(witness))
    ip("link", "set", near, "down")
    if is_busy:
        witness.say("nobody acknowledges this")
    eventually("nelly to be gone", lambda: "nelly" not in names(witness))
    closing(PlainPeer(ports["127.0.0.1"], "nelly"))


def names(witness):
    witness.request("names", room="#lobby")
    return [person["nick"] for person in witness.wait("names")["members"]]
