# What was said at a desk whose server dies: the visitor's client tells the next operator, who sees it
# as that one's word. What is refused harms nobody.
# SPDX-License-Identifier: GPL-3.0-or-later
import json
import signal

import pytest

from operators import IRCOperator, JSONOperator
from visitors import JSONVisitor, PlainVisitor
from waiting import eventually

A, B = "Server A", "Server B"
HEADING = f"what was said before, as ann tells it ({A} #visit-1):"
LINE = 8192


class Desks:
    """Two desks behind a relay, the first with an operator."""

    def __init__(self, start_desk, start_relay, come):
        self.come = come
        self.servers = {
            name: start_desk("--name", name, "--trust-proxy", "127.0.0.1") for name in (A, B)}
        self.relay = start_relay(servers=self.servers, is_linked=False)
        self.olga = come(self.servers[A], JSONOperator, "olga")
        self.relay.wait_row(A, capacity=1, free=1)

    def attend(self, text="how can I help?"):
        """The first operator speaks with ann; their room."""
        room = self.olga.take("ann")
        self.olga.say(room, text)
        eventually("she is attended", lambda: self.relay.figures["attended"] == 1)
        return room

    def fall(self):
        """The first server is gone."""
        self.servers[A].was_killed = True
        self.servers[A].signal(signal.SIGKILL)

    def replace(self, kind=JSONOperator):
        """The second operator, who has ann, and their room."""
        otto = self.come(self.servers[B], kind, "otto")
        return otto, otto.take("ann")


@pytest.fixture
def desks(start_desk, start_relay, come):
    return Desks(start_desk, start_relay, come)


@pytest.fixture
def join(desks, binary, start_program):
    """Ann, who joins through the relay."""
    return lambda *options: start_program(
        binary, "join", f"127.0.0.1:{desks.relay.port}", "--nick", "ann", *options)


def told(event):
    return [(message["from"], message["text"]) for message in event["messages"]]


def message(text, **more):
    return {"from": "olga", "text": text, **more}


@pytest.mark.parametrize("options", [(), ("--json",)], ids=["lines", "json"])
def test_the_next_operator_hears_what_join_has_shown(desks, join, options):
    ann = join(*options)
    room = desks.attend()
    ann.wait_output("how can I help?")
    ann.write("it is broken\n")
    desks.olga.hear_text("ann", "it is broken")
    desks.olga.say(room, "have you tried turning it off?")
    ann.wait_output("turning it off?")
    desks.fall()
    otto, room = desks.replace()
    otto.find(lambda event: f"ann was at {A} #visit-1 before" in str(event), "the reference")
    event = otto.hear("transcript", room=room)
    assert (event["from"], event["reference"]) == ("ann", f"{A} #visit-1")
    before = [("olga", "how can I help?"), ("ann", "it is broken"),
              ("olga", "have you tried turning it off?")]
    assert all(message["at"].endswith("Z") for message in event["messages"])
    otto.say(room, "and on again?")
    ann.wait_output("and on again?")
    ann.write("thank you\n")
    otto.hear_text("ann", "thank you")
    # It is no part of the room, and its teller hears nothing of it.
    otto.request("history", room=room)
    here = told(otto.hear("history", room=room))
    # What the first server had not acknowledged was said again, and not told as well.
    again = [said for said in before if said in here]
    assert again in ([], before[1:2])
    assert told(event) == [said for said in before if said not in again]
    assert [said for said in here if said not in again] == [
        ("otto", "and on again?"), ("ann", "thank you")]
    assert "transcript" not in ann.output + ann.errors
    ann.close_input()
    assert ann.wait() == 0, ann.errors


def test_an_operator_sees_it_dimmed_on_the_terminal(
        desks, join, binary, start_terminal, secret):
    ann = join()
    desks.attend("have you tried\x1b[31m turning it off?")
    ann.wait_output("turning it off?")
    desks.fall()
    otto = start_terminal(
        binary, "join", f"127.0.0.1:{desks.servers[B].port}", "--operator", "--nick", "otto",
        "--password-file", str(secret), columns=100)
    otto.wait_text(HEADING)
    otto.wait_text("olga: have you tried^[[31m turning it off?")
    line = next(line for line in otto.lines if "turning it off?" in line)
    assert line.startswith("  ") and line[4] == ":", line
    # SGR 2 is what pyte knows nothing of.
    assert b"\x1b[2m" + HEADING.encode() in otto.raw


def test_an_operator_hears_it_over_irc(desks, join):
    ann = join()
    desks.attend()
    ann.wait_output("how can I help?")
    desks.fall()
    otto, room = desks.replace(IRCOperator)
    heading = otto.hear("NOTICE", "^what was said before")
    assert heading[2] == [room, HEADING]
    assert otto.hear("NOTICE", r"^  \d\d:\d\dZ olga: how can I help\?$")[2][0] == room


def test_what_is_too_early_too_long_untrue_or_told_twice_is_refused_and_harms_nothing(desks):
    ann = desks.come(desks.relay, JSONVisitor, "ann")
    desks.attend()
    ann.hear("text", "olga", "how can I help?")

    def refused(code, **fields):
        ann.request("transcript", **fields)
        ann.hear("refused", code)
    refused("no_reference", messages=[message("nobody has moved me")])
    desks.fall()
    ann.hear("returned", A)
    otto, room = desks.replace()
    ann.hear("turn", "otto")
    for bad in (
            None, {}, [], [message("x")] * 51, ["x"], [message("")], [message("x" * 4097)],
            [message("x", at="soon")], [{"text": "x"}], [{"from": "x" * 33, "text": "x"}],
            [{"from": "\x1b[2J", "text": "x"}], [{"from": "a\nb", "text": "x"}]):
        refused("bad_field", messages=bad)
    refused("line_too_long", messages=[message("x" * 4090)] * 3)
    # The most there can be, after all that was refused.
    most = [message("x" * 100, at="2026-11-21T17:56:00.000Z") for _ in range(49)]
    most.append(message(""))
    empty = len(json.dumps({"type": "transcript", "messages": most}))
    most[-1]["text"] = "y" * (LINE - empty)
    ann.request("transcript", messages=most)
    assert told(otto.hear("transcript", room=room)) == [
        ("olga", message["text"]) for message in most]
    refused("already_told", messages=[message("something else")])
    otto.say(room, "go on")
    ann.hear("text", "otto", "go on")
    ann.say("thank you")
    otto.hear_text("ann", "thank you")
    assert len([event for event in otto.events if event["type"] == "transcript"]) == 1


def test_who_has_nothing_to_tell_goes_on_as_before(desks):
    ann = desks.come(desks.relay, PlainVisitor, "ann")
    desks.attend()
    ann.hear("text", "olga", "how can I help?")
    desks.fall()
    ann.hear("returned", A)
    otto, room = desks.replace()
    otto.say(room, "where were we?")
    ann.hear("text", "otto", "where were we?")
    assert not [event for event in otto.events if event["type"] == "transcript"]
