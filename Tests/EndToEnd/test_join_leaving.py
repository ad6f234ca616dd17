# `chatkit join` on a terminal: how it ends, and how it comes back after a lost connection.
# SPDX-License-Identifier: GPL-3.0-or-later
import signal

import pytest

from peers import JSONPeer
from terminals import CTRL_C, CTRL_D
from waiting import eventually


def test_control_c_clears_the_line_and_a_second_one_leaves(json_peer, join_at_terminal):
    bob = json_peer("bob")
    alice = join_at_terminal("alice")
    alice.type("never mind")
    alice.wait_line("#lobby alice> never mind")
    alice.type(CTRL_C)
    alice.wait_line("#lobby alice>")
    alice.wait_text("press Ctrl+C again to leave")
    alice.type(CTRL_C)
    assert alice.wait_exit() == 0
    assert alice.last_line == "[connection closed] you left"
    bob.wait("left", nick="alice", reason="quit")
    assert bob.history() == []


def test_typing_after_control_c_goes_on(json_peer, join_at_terminal):
    bob = json_peer("bob")
    alice = join_at_terminal("alice")
    for text in ("first", "second"):
        alice.type("not this")
        alice.wait_line("#lobby alice> not this")
        alice.type(CTRL_C)
        alice.wait_line("#lobby alice>")
        alice.type(f"{text}\r")
        bob.wait("message", text=text)
    alice.wait_line("#lobby alice>")


def test_control_d_leaves_from_an_empty_line_alone(json_peer, join_at_terminal):
    bob = json_peer("bob")
    alice = join_at_terminal("alice")
    alice.type("x")
    alice.wait_line("#lobby alice> x")
    alice.type(f"\x01{CTRL_D}")  # Deletes the letter under the cursor, as ever.
    alice.wait_line("#lobby alice>")
    alice.type(CTRL_D)
    assert alice.wait_exit() == 0
    assert alice.last_line == "[connection closed] you left"
    bob.wait("left", nick="alice")


def test_quit_says_the_last_word(json_peer, join_at_terminal):
    bob = json_peer("bob")
    alice = join_at_terminal("alice")
    alice.type("/quit tea time\r")
    assert alice.wait_exit() == 0
    assert bob.wait("left", nick="alice")["text"] == "tea time"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_leaves_and_says_so_by_its_status(json_peer, join_at_terminal, number):
    bob = json_peer("bob")
    alice = join_at_terminal("alice")
    alice.type("half a line")
    alice.wait_line("#lobby alice> half a line")
    alice.signal(number)
    assert alice.wait_exit() == 128 + number
    bob.wait("left", nick="alice")


def test_a_window_that_is_closed_leaves(json_peer, join_at_terminal):
    bob = json_peer("bob")
    alice = join_at_terminal("alice")
    alice.end()
    bob.wait("left", nick="alice")


def test_without_reconnecting_the_end_is_told_with_its_reason(server, join_at_terminal):
    alice = join_at_terminal("alice", "--no-reconnect")
    server.stop()
    assert alice.wait_exit() == 69
    assert alice.last_line == "[connection closed] the server is shutting down"


def test_nothing_typed_while_the_server_was_away_is_lost(
        start_server, start_terminal, binary, closing):
    server = start_server()
    alice = start_terminal(binary, "join", f"127.0.0.1:{server.port}", "-n", "alice", "-r", "ops")
    alice.wait_line("#ops alice>")
    alice.type("begun before, ")
    alice.wait_line("#ops alice> begun before,")
    server.stop()
    alice.wait_text("connection lost: the server is shutting down; trying again in")
    alice.wait_line("#ops alice (offline)> begun before,")
    alice.type("ended while away\r")
    alice.type("and one more\r")
    alice.wait_line("#ops alice (offline)>")

    again = start_server(port=server.port)
    alice.wait_text("[connected again]")
    alice.wait_line("#ops alice>")
    bob = closing(JSONPeer(again.port, "bob", rooms=["#ops"]))
    expected = [("alice", "begun before, ended while away"), ("alice", "and one more")]
    eventually("the lines", lambda: bob.history("#ops") == expected)
    alice.wait_text("alice: and one more ✓")
    alice.type("back\r")
    bob.wait("message", text="back")


def test_a_killed_server_is_noticed_and_found_again(
        start_server, binary, start_terminal, closing):
    server = start_server()
    alice = start_terminal(binary, "join", f"127.0.0.1:{server.port}", "--nick", "alice")
    alice.wait_line("#lobby alice>")
    server.was_killed = True
    server.end()
    alice.wait_text("connection lost: ")
    again = start_server(port=server.port)
    alice.wait_line("#lobby alice>")
    bob = closing(JSONPeer(again.port, "bob"))
    bob.say("welcome back")
    alice.wait_text("bob: welcome back")


def test_stopping_and_going_on_keeps_line_and_messages(
        server, json_peer, binary, start_terminal):
    bob = json_peer("bob")
    shell = start_terminal("bash", "--norc", "-i", PS1="$ ")
    shell.wait_line("$")
    shell.type(f"{binary} join 127.0.0.1:{server.port} -n alice\r")
    shell.wait_line("#lobby alice>")
    shell.type("half a line")
    shell.wait_line("#lobby alice> half a line")
    shell.type("\x1a")
    shell.wait_line("$")
    bob.say("while stopped")
    shell.type("fg\r")
    shell.wait_text("bob: while stopped")
    shell.wait_line("#lobby alice> half a line")
    shell.type(" and the rest\r")
    bob.wait("message", text="half a line and the rest")
    shell.type(CTRL_D)
    shell.wait_line("$")


def test_a_taken_nick_is_made_free_at_a_terminal(server, json_peer, start_terminal, binary):
    bob = json_peer("bob")
    other = start_terminal(binary, "join", f"127.0.0.1:{server.port}", "--nick", "bob")
    other.wait_line("#lobby bob_>")
    other.wait_text("bob is taken: you are bob_")
    bob.say("hello namesake")
    other.wait_text("bob: hello namesake")
