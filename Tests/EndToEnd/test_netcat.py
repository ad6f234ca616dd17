# netcat: nothing but a terminal and lines of text.
# SPDX-License-Identifier: GPL-3.0-or-later
import signal
import subprocess

import pytest


@pytest.fixture
def netcat(server, start_program):
    return lambda *options: start_program("nc", *options, "127.0.0.1", server.port)


def test_two_netcats_talk(netcat):
    alice, bob = netcat(), netcat()
    for program, nick in ((alice, "alice"), (bob, "bob")):
        program.wait_output("NICK")
        program.write(f"{nick}\n")
        program.wait_output(f"Welcome to chatkit, {nick}.")
    alice.wait_output("bob joined\n")
    alice.write("hello bob\n")
    bob.wait_output("alice: hello bob\n")
    bob.write("/me waves\n")
    alice.wait_output("* bob waves\n")
    bob.write("//not a command\n")
    alice.wait_output("bob: /not a command\n")
    bob.signal(signal.SIGTERM)
    alice.wait_output("bob left")


def test_netcat_that_answers_before_it_is_asked_is_not_asked(netcat, json_peer):
    bob = json_peer("bob")
    alice = netcat()
    alice.write("alice\nhi\n")
    bob.wait("message", **{"from": "alice"}, text="hi")
    alice.wait_output("alice: hi\n")
    assert "NICK" not in alice.output


def test_netcat_in_a_pipe_posts_and_ends(server, json_peer):
    bob = json_peer("bob")
    done = subprocess.run(
        ["nc", "-N", "127.0.0.1", str(server.port)], input="robot\ndeploy done\n",
        capture_output=True, text=True, timeout=30)
    assert done.returncode == 0
    bob.wait("message", text="deploy done")
    bob.wait("left", nick="robot")


def test_help_lists_every_command_and_quit_leaves(plain):
    alice, bob = plain("alice"), plain("bob")
    alice.say("/help")
    for command in ("/nick", "/me", "/msg", "/join", "/leave", "/rooms", "/who", "/quit"):
        alice.wait(command)
    alice.say("/quit so long")
    alice.read_to_end()
    bob.wait("alice left (so long)")


def test_rooms_keep_their_talk_to_themselves(plain):
    alice, bob, carol = plain("alice"), plain("bob"), plain("carol")
    for person in (alice, bob):
        person.say("/join ops")
        person.wait("in #ops:")
    alice.say("only for ops")
    bob.wait("[#ops] alice: only for ops")
    bob.say("/msg carol psst")
    carol.wait("[private] bob: psst")
    assert not any("only for ops" in line for line in carol.seen)
    carol.say("/who ops")
    assert carol.wait("in #ops: ") == "in #ops: alice, bob"
