# IRC clients that others wrote, started and in the lobby: irssi on a terminal, ii with files.
# SPDX-License-Identifier: GPL-3.0-or-later
import pytest

from terminals import RETURN
from waiting import eventually


# irssi spares its server by waiting seconds between two commands; this one need not be spared.
IRSSI_CONFIG = """
settings = { "irc/core" = { cmds_max_at_once = "99"; cmd_queue_speed = "1msec"; }; };
"""


@pytest.fixture
def irssi(server, home, start_terminal):
    """irssi in the lobby."""
    def start(nick):
        directory = home.path / f"irssi-{nick}"
        directory.mkdir()
        (directory / "config").write_text(IRSSI_CONFIG)
        terminal = start_terminal(
            "irssi", f"--home={directory}", "--connect=127.0.0.1", f"--port={server.port}",
            f"--nick={nick}", rows=30, columns=100)
        # The lobby comes by itself, in a second window.
        terminal.wait_text("[Act: 2]")
        terminal.type(f"/window goto #lobby{RETURN}")
        terminal.wait("the lobby's window", lambda: terminal.last_line.startswith("[#lobby]"))
        return terminal
    return start


class FileClient:
    """ii: a directory for the server, and in it one for each channel; `in` and `out` in each."""

    def __init__(self, directory):
        self.directory = directory

    def path(self, channel, name):
        return self.directory / "127.0.0.1" / channel / name

    def write(self, text, channel=""):
        fifo = self.path(channel, "in")
        eventually(f"ii's {fifo}", fifo.exists)
        fifo.write_text(f"{text}\n")

    def wait(self, text, channel=""):
        out = self.path(channel, "out")
        eventually(
            f"{text!r} in {out}", lambda: out.exists() and text in out.read_text(),
            look=lambda: out.exists() and out.read_text())


@pytest.fixture
def ii(server, home, start_program):
    def start(nick):
        directory = home.path / f"ii-{nick}"
        directory.mkdir()
        start_program(
            "ii", "-s", "127.0.0.1", "-p", server.port, "-n", nick, "-i", directory, "-f", nick)
        client = FileClient(directory)
        client.write("/j #lobby")
        client.wait(f"{nick}", "#lobby")
        return client
    return start
