# What the tests are given: a home directory of their own, servers, and clients that are gone when
# the test is. CHATKIT names the binary.
# SPDX-License-Identifier: GPL-3.0-or-later
import os
import pathlib
import signal
import subprocess

import pytest

from browsers import chat_page, chromium, open_page  # noqa: F401 (fixtures)
from desks import come, desk, secret, start_desk  # noqa: F401 (fixtures)
from front_doors import (  # noqa: F401 (fixtures)
    start_relay, start_trusting, three, token, watch)
from irc_programs import ii, irssi  # noqa: F401 (fixtures)
from peers import IRCPeer, JSONPeer, Peer, PlainPeer
from processes import Home, Program, Server
from sockets import Loop, SocketPeer
from terminals import TerminalProgram
from waiting import PATIENCE
from web import WebPeer


def pytest_configure():
    # A shell's background jobs ignore it, and so would every program that is started here.
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def binary():
    path = os.environ.get("CHATKIT")
    assert path, "CHATKIT names the binary to test"
    return str(pathlib.Path(path).resolve())


@pytest.fixture
def home(tmp_path):
    return Home(tmp_path / "home")


@pytest.fixture
def start_server(binary, home):
    """Starts servers; each must have stopped gracefully by the test's end."""
    servers = []

    def start(*options, **more):
        servers.append(Server(binary, home.environment(), *options, **more))
        return servers[-1]

    yield start
    try:
        for server in servers:
            if not server.was_killed:
                server.stop()
    finally:
        for server in servers:
            server.end()


@pytest.fixture
def server(start_server):
    return start_server()


@pytest.fixture
def closing():
    """Ends or closes what is put in, last first."""
    things = []

    def put(thing):
        things.append(thing)
        return thing

    yield put
    for thing in reversed(things):
        thing.end() if hasattr(thing, "end") else thing.close()


@pytest.fixture
def connect(server, closing):
    """A bare connection to the server."""
    return lambda **options: closing(Peer(server.port, **options))


@pytest.fixture
def plain(server, closing):
    """A plain-text client; it is in when it has a nick."""
    return lambda nick=None, **options: closing(PlainPeer(server.port, nick, **options))


@pytest.fixture
def json_peer(server, closing):
    return lambda nick=None, **options: closing(JSONPeer(server.port, nick, **options))


@pytest.fixture
def irc(server, closing):
    return lambda nick=None, **options: closing(IRCPeer(server.port, nick, **options))


@pytest.fixture
def web(server, closing):
    """An HTTP connection."""
    return lambda: closing(WebPeer(server.port))


@pytest.fixture
def loop():
    """Where WebSockets of a test are carried."""
    loop = Loop()
    yield loop
    loop.end()


@pytest.fixture
def sockets(server, loop, closing):
    """A WebSocket; plain text without a sub-protocol."""
    return lambda path="/", **options: closing(SocketPeer(loop, server.port, path, **options))


@pytest.fixture
def start_program(home, closing):
    """Starts any program with pipes."""
    def start(*command, **variables):
        return closing(Program(command, home.environment(**variables)))
    return start


@pytest.fixture
def run_chatkit(binary, home):
    """Runs the binary to its end; `input` is its standard input."""
    def run(*arguments, input="", **variables):
        return subprocess.run(
            [binary, *map(str, arguments)], input=input, capture_output=True, text=True,
            env=home.environment(**variables), timeout=PATIENCE)
    return run


@pytest.fixture
def start_terminal(home, closing):
    """Starts any program on a terminal of its own."""
    def start(*command, rows=24, columns=80, **variables):
        return closing(TerminalProgram(
            [str(word) for word in command], home.environment(**variables), rows, columns))
    return start


@pytest.fixture
def join_at_terminal(server, binary, start_terminal):
    """`chatkit join` on a terminal, in the lobby and ready for typing."""
    def join(nick, *options, **more):
        terminal = start_terminal(
            binary, "join", f"127.0.0.1:{server.port}", "--nick", nick, *options, **more)
        terminal.wait_line(f"#lobby {nick}>")
        return terminal
    return join
