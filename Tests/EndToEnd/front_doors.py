# What tests of a relay begin with: relays, servers that believe them, and somebody who watches a server's
# slots without being asked.
# SPDX-License-Identifier: GPL-3.0-or-later
import pytest

from framed import FRAMED, FramedIRCVisitor
from processes import Server
from relays import Link
from visitors import KINDS
from waiting import PATIENCE, eventually
from web import WebPeer

TOKEN = "open-sesame"
BEARER = {"Authorization": f"Bearer {TOKEN}"}
NAMES = ["Server A", "Server B", "Server C"]
EVERY_KIND = [*KINDS, *FRAMED, FramedIRCVisitor]


def nick_of(kind, number=""):
    return kind.kind.replace(" ", "-") + str(number)


class Relay(Server):
    """A running `chatkit relay`."""

    command = "relay"

    def ask(self, method, target, body=None, **fields):
        """One request by HTTP."""
        web = WebPeer(self.port)
        try:
            return web.ask(method, target, body, **fields)
        finally:
            web.close()

    @property
    def table(self):
        return self.ask("GET", "/servers").json

    def row(self, name):
        return next((row for row in self.table["servers"] if row["name"] == name), None)

    def wait_row(self, name, patience=PATIENCE, **fields):
        """Waits until a server's row has these values."""
        def matches():
            row = self.row(name)
            return row if row and fields.items() <= row.items() else None
        return eventually(f"{name} with {fields}", matches, patience, look=lambda: self.table)

    def wait_waiting(self, count):
        eventually(
            f"{count} who wait", lambda: self.table["waiting"] == count, look=lambda: self.table)

    def order(self, do, name):
        path = "/servers/" + name.replace(" ", "%20")
        return self.ask("POST", path, '{"do":"%s"}' % do, **BEARER)

    @property
    def figures(self):
        return self.ask("GET", "/api/stats").json


class Watch:
    """A link of its own to a server, which hears of every slot that is taken and given back."""

    def __init__(self, server):
        self.link = Link.dial(server.port, "watcher")
        self.link.hear("availability")

    @property
    def most(self):
        """The most slots that were ever taken."""
        return max(line["in_use"] for line in self.link.lines("availability"))

    @property
    def in_use(self):
        return self.link.lines("availability")[-1]["in_use"]

    def check(self):
        """Never were there more than it has."""
        for line in self.link.lines("availability"):
            assert line["capacity"] is None or line["in_use"] <= line["capacity"], line

    def close(self):
        self.link.close()


@pytest.fixture
def token(home):
    """The file with what servers and orders show."""
    path = home.path / "token"
    path.write_text(f"{TOKEN}\n")
    path.chmod(0o600)
    return path


@pytest.fixture
def start_trusting(start_server):
    """A server that takes a relay's word."""
    return lambda name, *options, **more: start_server(
        "--name", name, "--trust-proxy", "127.0.0.1", *options, **more)


@pytest.fixture
def start_relay(binary, home, token):
    """Starts relays, which know these servers and are linked to them; each must have stopped gracefully
    by the test's end."""
    relays = []

    def start(*options, servers=None, is_linked=True, **more):
        given = []
        for name, server in (servers or {}).items():
            given += ["--server", f"{name}=127.0.0.1:{server.port}"]
        relay = Relay(
            binary, home.environment(), *given, "--relay-token-file", token, *options, **more)
        relays.append(relay)
        for name in servers or {} if is_linked else {}:
            relay.wait_row(name, state="up")
        return relay

    yield start
    try:
        for relay in relays:
            if not relay.was_killed:
                relay.stop()
    finally:
        for relay in relays:
            relay.end()


@pytest.fixture
def watch(closing):
    return lambda server: closing(Watch(server))


@pytest.fixture
def three(start_trusting):
    """Three servers with so many slots each."""
    return lambda capacity, *options: {
        name: start_trusting(name, "--capacity", capacity, *options) for name in NAMES}
