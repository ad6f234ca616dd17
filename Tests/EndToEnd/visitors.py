# Clients of a server where one may have to wait, in three protocols. Whatever they speak, what they
# are told of their place, their turn, their operator and the end comes out as the same tuples:
#
# ("welcome",)              it has a name
# ("queue", position, of)   it waits there       ("turn", operator)   it has a slot; None: no desk
# ("in", room)              it has entered       ("text", nick, text) somebody speaks
# ("returned", operator)    that one is gone     ("over", operator)   the conversation has ended
# ("asked",)                for a rating         ("rated", stars, operator)
# ("refused", code)         an error             ("bye", code), ("closed",)   in this order
# SPDX-License-Identifier: GPL-3.0-or-later
import json
import re
import selectors
import time

from peers import IRCPeer, Peer
from waiting import PATIENCE

# Sentences that plain text and IRC have in common, and what they come to.
SENTENCES = [
    (r"You are number (\d+) of (\d+) waiting: .+, at most .+ more\.",
     lambda m: ("queue", int(m[1]), int(m[2]))),
    (r"It is your turn: .+ has a free slot\.", lambda m: ("turn", None)),
    (r"You are talking with (\S+) of .+\.", lambda m: ("turn", m[1])),
    (r"(.+) is gone; you are at the head of the queue.*", lambda m: ("returned", m[1])),
    (r"The conversation with (\S*) is over\.", lambda m: ("over", m[1])),
    (r"How was it\? 1 to 5 stars.*", lambda m: ("asked",)),
    (r"(★+)☆* for (\S+): thank you", lambda m: ("rated", len(m[1]), m[2])),
    (r"you are waiting; .*", lambda m: ("refused", "waiting")),
    (r"a rating is 1 to 5 stars.*", lambda m: ("refused", "bad_rating")),
    (r"that conversation has already been rated", lambda m: ("refused", "already_rated")),
    (r"you have no conversation to rate", lambda m: ("refused", "not_attended")),
    (r"that ticket has nothing to rate.*", lambda m: ("refused", "bad_ticket")),
    (r"at this desk you can talk only with your operator", lambda m: ("refused", "not_at_desk")),
    (r"you are not in .*", lambda m: ("refused", "not_in_room")),
    (r"the nick .+ is taken", lambda m: ("refused", "nick_taken")),
]

# The reasons of the last line, in the same words everywhere.
GOODBYES = {
    "your wait expired before anyone was free": "wait_expired",
    "the queue is full": "queue_full",
    "no server is available": "no_server",
    "the conversation is over": "ended",
    "the server is shutting down": "shutdown",
    "good-bye": "quit",
}


def meaning(sentence):
    """The event of a sentence, in a list; an empty one if it is about something else."""
    for form, event in SENTENCES:
        if found := re.fullmatch(form, sentence):
            return [event(found)]
    return []


class Visitor(Peer):
    """Introduces itself, and takes in what it is told when it is asked to."""

    def __init__(self, port, nick, source=None):
        super().__init__(port, source=source)
        self.nick = nick
        self.ticket = None
        # All that it was told, and how much of it `hear` has passed.
        self.events = []
        self.heard = 0
        self.introduce()

    def take_in(self):
        """Reads what there is, waiting for something; whether the connection goes on."""
        piece = self.receive()
        self.unread += piece
        *lines, self.unread = self.unread.split(b"\n")
        for line in lines:
            self.seen.append(line.rstrip(b"\r").decode())
            self.events += self.translate(self.seen[-1])
        if not piece:
            self.events.append(("closed",))
        return bool(piece)

    def hear(self, *event, patience=PATIENCE):
        """Waits for the next event that begins so; those before it are passed over."""
        deadline = time.monotonic() + patience
        while True:
            while self.heard < len(self.events):
                self.heard += 1
                found = self.events[self.heard - 1]
                if found[:len(event)] == event:
                    return found
            ends = self.events[-1:] == [("closed",)] or time.monotonic() > deadline
            assert not ends, f"{self.nick} never heard {event}; there was: {self.seen[-20:]}"
            self.take_in()

    def told(self, word):
        """All events of a sort that came so far."""
        return [event for event in self.events if event[0] == word]

    @property
    def place(self):
        """Where it waits, as (position, of); None when it does not, as far as it knows."""
        for event in reversed(self.events):
            if event[0] == "queue":
                return event[1:]
            if event[0] in ("turn", "in", "bye", "closed"):
                return None
        return None

    def is_over(self):
        return self.events[-1:] == [("closed",)]

    def enter(self):
        """Waits until it is in the lobby."""
        self.hear("in", "#lobby")
        return self

    def vanish(self):
        """The connection breaks; nothing is said."""
        self.close()


class JSONVisitor(Visitor):
    kind = "json"

    def __init__(self, port, nick, source=None, **hello):
        self.hello = hello
        super().__init__(port, nick, source)

    def introduce(self):
        self.request("hello", nick=self.nick, **self.hello)

    def introduce_as_visitor(self):
        """After it was refused as anything else."""
        self.request("hello", nick=self.nick)

    def request(self, type, **fields):
        self.send(json.dumps({"type": type, **fields}) + "\n")

    def say(self, text):
        self.request("message", text=text)

    def rate(self, stars, comment=None):
        self.request("rate", stars=stars, **({"comment": comment} if comment else {}))

    def leave(self):
        self.request("bye")

    def translate(self, line):
        event = json.loads(line)
        self.ticket = event.get("ticket", self.ticket)
        match event["type"]:
            case "welcome":
                return [("welcome",)]
            case "queue":
                return [("queue", event["position"], event["of"])]
            case "admitted":
                return [("turn", event.get("operator"))]
            case "names" if event.get("entered"):
                return [("in", event["room"])]
            case "message":
                return [("text", event["from"], event["text"])]
            case "history":
                return [("text", m["from"], m["text"]) for m in event["messages"]]
            case "returned":
                return [("returned", event.get("operator") or event["server"])]
            case "ended":
                return [("over", event["operator"])] + [("asked",)] * event["rate"]
            case "rated":
                return [("rated", event["stars"], event["operator"])]
            case "error":
                return [("refused", event["code"])]
            case "bye":
                assert GOODBYES.get(event["reason"], event["code"]) == event["code"], event
                return [("bye", event["code"])]
        return []


class PlainVisitor(Visitor):
    kind = "plain"

    def introduce(self):
        self.say(self.nick)

    def say(self, text):
        self.send(f"{text}\n")

    def rate(self, stars, comment=""):
        self.say(f"/rate {stars} {comment}".rstrip())

    def leave(self):
        self.say("/quit")

    def translate(self, line):
        # A refused nick is followed by the four bytes that ask for another one.
        line = re.sub("^(NICK)+(?=.)", "", line)
        if line.startswith("Welcome to "):
            return [("welcome",)]
        if found := re.fullmatch(r"in (#\S+): .*", line):
            return [("in", found[1])]
        if found := re.fullmatch(r"bye: (.*)", line):
            return [("bye", GOODBYES.get(found[1], found[1]))]
        if events := meaning(line.removeprefix("error: ")):
            return events
        if found := re.fullmatch(r"error: (.*)", line):
            return [("refused", found[1])]
        if found := re.fullmatch(r"(\S+): (.*)", line):
            return [("text", found[1], found[2])]
        return []


class IRCVisitor(Visitor):
    kind = "irc"

    def __init__(self, port, nick, source=None, password=None):
        self.password = password
        self.room = "#lobby"
        super().__init__(port, nick, source)

    def introduce(self):
        if self.password:
            self.send(f"PASS {self.password}\r\n")
        self.send(f"NICK {self.nick}\r\nUSER {self.nick} 0 * :{self.nick}\r\n")

    def say(self, text):
        self.send(f"PRIVMSG {self.room} :{text}\r\n")

    def rate(self, stars, comment=None):
        self.send(f"RATE {stars}" + (f" :{comment}" if comment else "") + "\r\n")

    def leave(self):
        self.send("QUIT\r\n")

    def translate(self, line):
        source, command, words = IRCPeer.parse(line)
        if command == "NOTICE":
            return meaning(words[-1])
        if command == "PRIVMSG":
            return [("text", source, words[-1])]
        if command == "001":
            return [("welcome",)]
        if command == "366":
            self.room = words[1]
            return [("in", words[1])]
        if command == "433":
            return [("refused", "nick_taken")]
        if command == "464":
            return [("refused", "wrong_password")]
        if command in ("403", "404", "442"):
            return [("refused", "not_in_room")]
        if command == "ERROR":
            reason = words[-1].removeprefix("Closing link: ")
            return [("bye", GOODBYES.get(reason, reason))]
        return []


KINDS = [PlainVisitor, JSONVisitor, IRCVisitor]


def come_back(kind, port, nick, **more):
    """Connects again under the nick of a connection whose end may not have been noticed yet."""
    deadline = time.monotonic() + PATIENCE
    while True:
        visitor = kind(port, nick, **more)
        while not visitor.events:
            visitor.take_in()
        if visitor.events[0] != ("refused", "nick_taken"):
            return visitor
        visitor.close()
        assert time.monotonic() < deadline, f"the nick {nick} is never free again"
        time.sleep(0.02)


def take_in_all(visitors, until):
    """Lets all of them take in what comes until the condition is true."""
    deadline = time.monotonic() + PATIENCE
    with selectors.DefaultSelector() as selector:
        for visitor in visitors:
            if not visitor.is_over():
                selector.register(visitor.socket, selectors.EVENT_READ, visitor)
        while not until():
            assert time.monotonic() < deadline, "it never happened to these visitors"
            for key, _ in selector.select(0.1):
                if not key.data.take_in():
                    selector.unregister(key.fileobj)
