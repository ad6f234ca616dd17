# `chatkit join` and what was said before: exports, searches, and coming back after a restart.
# SPDX-License-Identifier: GPL-3.0-or-later
import json

import pytest

from peers import JSONPeer
from restarting import RestartingServer
from waiting import eventually

SAID = 450


@pytest.fixture
def restarting(start_server, home):
    return RestartingServer(start_server, "--db", home.path / "past.db")


@pytest.fixture
def messages(restarting, closing):
    """A conversation, each message as everyone was sent it."""
    ann = closing(JSONPeer(restarting.port, "ann"))
    for number in range(1, SAID + 1):
        ann.request("message", text=f"m{number} \"é🎉\\", nonce=f"n{number}")
    lines = []
    acks = 0
    while len(lines) < SAID or acks < SAID:
        event = json.loads(ann.read_line())
        if event["type"] == "message":
            lines.append(event)
        acks += event["type"] == "ack"
    return lines


@pytest.fixture
def join(restarting, run_chatkit):
    def run(*options):
        return run_chatkit("join", f"127.0.0.1:{restarting.port}", "--nick", "exporter", *options)
    return run


@pytest.mark.parametrize("ending", ["as it is", "restart", "crash"])
def test_an_export_is_the_room_and_nothing_else(restarting, messages, join, ending):
    if ending != "as it is":
        getattr(restarting, ending)()
    done = join("--json", "--since", "1", "--no-follow", "--no-history")
    assert (done.returncode, done.stderr) == (0, "")
    assert [json.loads(line) for line in done.stdout.splitlines()] == messages


def test_an_export_of_a_part(messages, join):
    done = join("--json", "--since", "100", "--until", "110")
    assert done.returncode == 0
    exported = [json.loads(line)["seq"] for line in done.stdout.splitlines()]
    assert exported == list(range(100, 111))
    done = join("--json", "--since", messages[0]["at"], "--no-follow")
    assert [json.loads(line) for line in done.stdout.splitlines()] == messages
    assert join("--json", "--since", "2099-01-01", "--no-follow").stdout == ""


def test_an_export_does_not_change_what_it_exports(messages, join):
    first = join("--json", "--since", "1", "--no-follow")
    assert join("--json", "--since", "1", "--no-follow").stdout == first.stdout


def test_a_search_from_a_script(messages, join):
    done = join("--json", "--search", "m44")
    assert (done.returncode, done.stderr) == (0, "")
    (found,) = [json.loads(line) for line in done.stdout.splitlines()]
    assert (found["seq"], found["text"]) == (44, messages[43]["text"])
    assert join("--search", "nothinglikeit").returncode == 1


@pytest.mark.parametrize("ending", ["restart", "crash"])
def test_a_restart_is_seen_once_at_the_prompt(
        restarting, binary, start_terminal, closing, ending):
    bob = closing(JSONPeer(restarting.port, "bob"))
    alice = start_terminal(
        binary, "join", f"127.0.0.1:{restarting.port}", "--nick", "alice", rows=60, columns=100)
    alice.wait_line("#lobby alice>")
    bob.say("before")
    alice.wait_text("before")
    getattr(restarting, ending)()
    bob = closing(JSONPeer(restarting.port, "bob", replay=0))
    for number in range(5):
        bob.say(f"in-between-{number}")
    alice.wait_text("in-between-4")
    alice.wait_line("#lobby alice>")
    bob.say("afterwards")
    alice.wait_text("afterwards")
    for text in ["before", "afterwards", *(f"in-between-{number}" for number in range(5))]:
        assert alice.text.count(text) == 1, alice.text
    alice.type("back again\r")
    bob.wait("message", text="back again")


def test_a_script_that_follows_over_crashes_prints_each_message_once(
        restarting, binary, start_program, closing):
    follower = start_program(
        binary, "join", f"127.0.0.1:{restarting.port}", "--nick", "log", "--json", "--since", "1",
        "--linger", "forever")
    follower.close_input()
    said = 0
    for _ in range(4):
        bob = closing(JSONPeer(restarting.port, "bob", replay=0))
        for _ in range(30):
            said += 1
            bob.say(f"m{said}")
        restarting.crash()

    def printed():
        events = [json.loads(line) for line in follower.lines]
        return [event["seq"] for event in events if event["type"] == "message"]

    eventually("all of it", lambda: len(printed()) >= said, look=lambda: follower.output)
    assert printed() == list(range(1, said + 1))
