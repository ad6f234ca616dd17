# IRC clients that nobody here wrote, all driven in one way: `say`, `rename`, `whois`, `raw`, and `saw`,
# which waits for one line with all these words in what the client shows or writes down.
# SPDX-License-Identifier: GPL-3.0-or-later
import pathlib
import sys

from terminals import RETURN
from waiting import eventually

LIBRARIES = pathlib.Path(__file__).with_name("irc_libraries.py")


class CrowdClient:
    """One client; `start` begins it, in the lobby in a moment."""

    # What it is called by Debian or PyPI.
    name = ""

    def __init__(self, home, port, nick, start_program, start_terminal):
        self.directory = home.path / f"{self.name}-{nick}"
        self.directory.mkdir()
        self.port, self.nick = port, nick
        self.start_program, self.start_terminal = start_program, start_terminal
        self.start()

    def saw(self, *words):
        eventually(
            f"{self.name} shows {words}", lambda: any(
                all(word in line for word in words) for line in self.record().split("\n")),
            look=self.record)

    def saw_more(self, text, before):
        """Waits until `text` stands there more often than `before`."""
        eventually(
            f"{self.name} shows {text!r} again", lambda: self.record().count(text) > before,
            look=self.record)

    def command(self, line):
        """A line as a person types it."""
        raise NotImplementedError

    def say(self, target, text):
        self.command(f"/msg {target} {text}")

    def rename(self, nick):
        self.command(f"/nick {nick}")

    def whois(self, nick):
        self.command(f"/whois {nick}")

    def raw(self, line):
        self.command(f"/quote {line}")

    def come_back(self):
        """What its person does when the server is there again."""


class Irssi(CrowdClient):
    """On a terminal, everything in one window."""

    name = "irssi"
    config = """
    settings = {
      "irc/core" = { cmds_max_at_once = "99"; cmd_queue_speed = "1msec"; };
      "fe-common/core" = { autocreate_windows = "no"; autocreate_query_level = ""; };
    };
    """

    def start(self):
        (self.directory / "config").write_text(self.config)
        self.terminal = self.start_terminal(
            "irssi", f"--home={self.directory}", "--connect=127.0.0.1", f"--port={self.port}",
            f"--nick={self.nick}", rows=90, columns=160)

    def record(self):
        return self.terminal.text

    def command(self, line):
        self.terminal.type(f"{line}{RETURN}")

    def come_back(self):
        # By itself it would, later.
        self.command(f"/connect 127.0.0.1 {self.port}")


class WeeChat(CrowdClient):
    """Without a terminal: told by a FIFO, its buffers read in its logs."""

    name = "weechat-headless"

    def start(self):
        fifo = self.directory / "fifo"
        server = f"/server add room 127.0.0.1/{self.port} -notls -nicks={self.nick}"
        self.start_program(
            "weechat-headless", "-d", self.directory, "-r", f"/set fifo.file.path {fifo}",
            "-r", "/set logger.file.flush_delay 0", "-r", f"{server} -autoreconnect_delay=1",
            "-r", "/set irc.server.room.anti_flood_prio_high 0",
            "-r", "/connect room")
        eventually("weechat's FIFO", fifo.exists)
        # Held open: at its end weechat makes it anew, and what was written meanwhile is lost.
        self.orders = fifo.open("w", buffering=1)

    def record(self):
        return "\n".join(path.read_text() for path in self.directory.glob("logs/irc.*"))

    def command(self, line):
        self.orders.write(f"irc.server.room *{line}\n")


class Epic(CrowdClient):
    """Dumb: lines in, lines out."""

    name = "epic5"

    def start(self):
        self.program = self.start_program(
            "epic5", "-d", "-q", "-n", self.nick, f"127.0.0.1:{self.port}", IRCNAME="")

    def record(self):
        return self.program.output

    def command(self, line):
        self.program.write(f"{line}\n")

    def come_back(self):
        self.command("/reconnect")


class FileIRC(CrowdClient):
    """ii: a directory with `in` and `out` for the server and for each conversation."""

    name = "ii"

    def start(self):
        self.program = self.start_program(
            "ii", "-s", "127.0.0.1", "-p", self.port, "-n", self.nick, "-i", self.directory,
            "-f", self.nick)

    def record(self):
        outs = self.directory.glob("127.0.0.1/**/out")
        return "\n".join(f"{path.parent.name} {line}" for path in outs
                         for line in path.read_text().split("\n"))

    def command(self, line):
        fifo = self.directory / "127.0.0.1" / "in"
        eventually(f"ii's {fifo}", fifo.exists)
        fifo.write_text(f"{line}\n")

    def say(self, target, text):
        self.command(f"/PRIVMSG {target} :{text}")

    def rename(self, nick):
        self.command(f"/n {nick}")

    def whois(self, nick):
        self.command(f"/WHOIS {nick}")

    def raw(self, line):
        self.command(f"/{line}")

    def come_back(self):
        # It ends with its connection.
        self.program.wait()
        self.start()


class Library(CrowdClient):
    """A bot of a few lines, made with a library."""

    def start(self):
        self.program = self.start_program(
            sys.executable, LIBRARIES, self.name, self.port, self.nick)

    def record(self):
        return self.program.output

    def command(self, line):
        self.program.write(f"{line.removeprefix('/')}\n")

    def say(self, target, text):
        self.command(f"say {target} {text}")

    def raw(self, line):
        self.command(f"raw {line}")


class IRCLibrary(Library):
    name = "irc"


class MiniIRC(Library):
    name = "miniirc"


class Pydle(Library):
    name = "pydle"


CROWD = [Irssi, WeeChat, Epic, FileIRC, IRCLibrary, MiniIRC, Pydle]
