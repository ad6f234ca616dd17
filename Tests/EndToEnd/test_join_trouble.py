# `chatkit join` when the machine does not play along.
# SPDX-License-Identifier: GPL-3.0-or-later
import subprocess

import pytest

from waiting import PATIENCE


@pytest.fixture
def server(start_server):
    # It leaves the state directory to join.
    return start_server("--db", ":memory:")


def check_that_it_works_without_history(home, json_peer, join_at_terminal, why):
    bob = json_peer("bob")
    alice = join_at_terminal("alice", columns=200)
    assert f"chatkit: no input history: {home.state}/chatkit" in alice.text
    assert why in alice.text
    alice.type("still works\r")
    bob.wait("message", text="still works")
    alice.type("\x04")
    assert alice.wait_exit() == 0


def test_a_history_file_that_is_a_directory(home, json_peer, join_at_terminal):
    (home.state / "chatkit" / "history").mkdir(parents=True)
    check_that_it_works_without_history(home, json_peer, join_at_terminal, "is a directory")


def test_a_state_directory_that_cannot_be_made(home, json_peer, join_at_terminal):
    (home.state / "chatkit").write_text("a file where a directory should be")
    check_that_it_works_without_history(home, json_peer, join_at_terminal, "not a directory")


def test_the_history_is_for_its_owner_alone(home, join_at_terminal, json_peer):
    bob = json_peer("bob")
    alice = join_at_terminal("alice")
    alice.type("private\r")
    bob.wait("message", text="private")
    alice.type("\x04")
    assert alice.wait_exit() == 0
    file = home.state / "chatkit" / "history"
    assert file.read_text() == "private\n"
    assert file.stat().st_mode & 0o077 == 0


def test_a_history_that_somebody_has_broken_is_taken_as_it_is(home, join_at_terminal, json_peer):
    bob = json_peer("bob")
    (home.state / "chatkit").mkdir()
    (home.state / "chatkit" / "history").write_bytes(b"\xff\xfe\0\n" + b"x" * 100_000 + b"\nlast")
    alice = join_at_terminal("alice")
    alice.type("\x1b[A\r")
    assert bob.wait("message")["text"] == "last"


def test_standard_streams_that_are_closed(server, binary, home, json_peer):
    bob = json_peer("bob")
    for streams in ("<&-", ">&-", "2>&-", "<&- >&- 2>&-"):
        done = subprocess.run(
            ["bash", "-c", f'"$0" join 127.0.0.1:{server.port} -n ci --send hi {streams}', binary],
            capture_output=True, env=home.environment(), timeout=PATIENCE)
        assert (done.returncode, done.stdout, done.stderr) == (0, b"", b""), streams
        bob.wait("message", text="hi")


def test_input_from_dev_null_is_an_end_at_once(server, binary, home, json_peer):
    bob = json_peer("bob")
    done = subprocess.run(
        [binary, "join", f"127.0.0.1:{server.port}", "-n", "brief"], stdin=subprocess.DEVNULL,
        capture_output=True, env=home.environment(), timeout=PATIENCE)
    assert (done.returncode, done.stderr) == (0, b"")
    bob.wait("left", nick="brief")
