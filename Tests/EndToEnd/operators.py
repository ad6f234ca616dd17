# Operators of a desk, over JSON and over IRC. Each reads on a thread of its own, so that it answers
# when it is asked for a sign of life, whatever the test waits for meanwhile.
# SPDX-License-Identifier: GPL-3.0-or-later
import json
import re
import threading
import time

from peers import IRCPeer, Peer
from waiting import PATIENCE

PASSWORD = "a horse, a battery & a staple"


class Operator(Peer):
    """Comes with the password, and keeps all that it is told."""

    def __init__(self, port, nick, password=PASSWORD, source=None):
        super().__init__(port, source=source)
        # How long the thread may take to notice that it is to stop.
        self.socket.settimeout(0.1)
        self.nick = nick
        self.events = []
        self.heard = 0
        self.is_gone = False
        self._news = threading.Condition()
        self._has_stopped = threading.Event()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self.introduce(password)
        self._reader.start()

    def _read(self):
        while not self._has_stopped.is_set():
            try:
                line = self.read_line()
            except TimeoutError:
                continue
            except OSError:
                line = None
            with self._news:
                if line is None:
                    self.is_gone = True
                else:
                    self.events.append(self.translate(line))
                self._news.notify_all()
            if line is None:
                break

    def find(self, matches, what):
        """Waits for the next event for which `matches` is true."""
        deadline = time.monotonic() + PATIENCE
        with self._news:
            while True:
                while self.heard < len(self.events):
                    self.heard += 1
                    if matches(self.events[self.heard - 1]):
                        return self.events[self.heard - 1]
                ends = self.is_gone or not self._news.wait(max(0, deadline - time.monotonic()))
                assert not ends, f"{self.nick} never heard {what}; there was: {self.seen[-20:]}"

    def fall_silent(self):
        """Reads and answers no more; the connection stays."""
        self._has_stopped.set()
        self._reader.join(PATIENCE)

    def close(self):
        self.fall_silent()
        super().close()

    def reset(self):
        # A thread that still reads would keep the connection open.
        self.fall_silent()
        super().reset()


class JSONOperator(Operator):
    kind = "json"

    def introduce(self, password):
        self.request("hello", nick=self.nick, operator=True, token=password)

    def request(self, type, **fields):
        self.send(json.dumps({"type": type, **fields}) + "\n")

    def translate(self, line):
        event = json.loads(line)
        if event["type"] == "ping":
            self.request("pong")
        return event

    def has_come(self):
        """Whether the password was right."""
        def answers(event):
            return event["type"] in ("welcome", "error", "bye")
        return self.find(answers, "an answer to the password")["type"] == "welcome"

    def hear(self, type, **fields):
        """The next event of that type whose fields have these values."""
        def matches(event):
            same = all(event.get(name) == value for name, value in fields.items())
            return event["type"] == type and same
        return self.find(matches, f"{type} {fields}")

    def take(self, nick=None):
        """Waits for the next visitor; the room of its conversation."""
        fields = {"nick": nick} if nick else {}
        return self.hear("visitor", **fields)["room"]

    def say(self, room, text):
        self.request("message", room=room, text=text)

    def ask(self, do, **fields):
        self.request("desk", do=do, **fields)

    def close_conversation(self, room, text=None):
        self.ask("close", room=room, **({"text": text} if text else {}))

    def wait_end(self, room):
        """Waits until a conversation is over; why."""
        return self.hear("ended", room=room)["reason"]


class IRCOperator(Operator):
    kind = "irc"

    def introduce(self, password):
        self.send(f"PASS :{password}\r\nNICK {self.nick}\r\nUSER {self.nick} 0 * :{self.nick}\r\n")

    def translate(self, line):
        event = IRCPeer.parse(line)
        if event[1] == "PING":
            self.send(f"PONG :{event[2][-1]}\r\n")
        return event

    def has_come(self):
        """Whether the password was right."""
        def answers(event):
            return event[1] in ("001", "464", "NOTICE", "ERROR")
        return self.find(answers, "an answer to the password")[1] == "001"

    def hear(self, command, text=""):
        """The next (source, command, parameters) whose last parameter matches."""
        return self.find(
            lambda event: event[1] == command and re.search(text, event[2][-1]),
            f"{command} {text}")

    def take(self, nick=None):
        who = re.escape(nick) if nick else r"\S+"
        said = self.hear("NOTICE", f"^{who} is your visitor in ")[2][-1]
        return re.search(r"#visit-\d+", said)[0]

    def say(self, room, text):
        self.send(f"PRIVMSG {room} :{text}\r\n")

    def ask(self, do, room=None, to=None):
        self.send(" ".join(filter(None, ["DESK", do, room, to])) + "\r\n")

    def close_conversation(self, room, text=None):
        self.send(f"DESK close {room}" + (f" :{text}" if text else "") + "\r\n")

    def wait_end(self, room):
        """Waits until a conversation is over: it is out of the room then."""
        self.find(
            lambda event: event[:2] == (self.nick, "PART") and event[2][0] == room,
            f"PART {room}")


OPERATORS = [JSONOperator, IRCOperator]


def sit_down(kind, port, nick, patience=PATIENCE, **more):
    """Comes with the right password, again and again while it is not looked at."""
    deadline = time.monotonic() + patience
    while True:
        operator = kind(port, nick, **more)
        if operator.has_come():
            return operator
        operator.close()
        assert time.monotonic() < deadline, f"{nick} is not let in: {operator.seen}"
        time.sleep(0.2)
