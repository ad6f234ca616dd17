# System C: its client, unchanged, in its own process.
# SPDX-License-Identifier: GPL-3.0-or-later
import pathlib
import sys

import pytest

CLIENT = pathlib.Path(__file__).with_name("system_c_client.py")


@pytest.fixture
def system_c(server, start_program):
    """Starts the client and waits until it is in."""
    def start(nick):
        program = start_program(sys.executable, CLIENT, server.port, nick)
        program.wait_output(f"Welcome to chatkit, {nick}.")
        return program
    return start


def test_everyone_sees_every_message_once_and_with_one_name(system_c):
    clients = {nick: system_c(nick) for nick in ("alice", "bob", "carol")}
    for nick, client in clients.items():
        client.write(f"good morning from {nick}\n")
        for other in clients.values():
            other.wait_output(f"{nick}: good morning from {nick}\n")
    for client in clients.values():
        for nick in clients:
            # One's own name, which the client puts in front, is not said twice.
            assert client.output.count(f"{nick}: good morning") == 1
            assert f"{nick}: {nick}:" not in client.output


def test_joined_and_left_are_told(system_c):
    alice, bob = system_c("alice"), system_c("bob")
    alice.wait_output("bob joined\n")
    bob.end()
    alice.wait_output("bob left")


def test_a_taken_nick_is_refused_with_a_reason_and_asked_for_again(system_c, plain):
    system_c("alice")
    second = plain()
    second.read_prompt()
    second.send("alice")
    second.wait("the nick alice is taken")
    second.read_prompt()
    second.send("alicia")
    second.wait("Welcome to chatkit, alicia.")


def test_messages_without_newlines_are_told_apart_by_silence(system_c, json_peer):
    bob = json_peer("bob")
    alice = system_c("alice")
    for text in ("one", "two", "three"):
        alice.write(f"{text}\n")
        # The next is typed when this one has been seen, as people do.
        bob.wait("message", text=text)


def test_its_messages_are_the_same_to_every_protocol(system_c, json_peer, irc):
    bob, ida = json_peer("bob"), irc("ida")
    alice = system_c("alice")
    alice.write("hello, world\n")
    bob.wait("message", text="hello, world")
    ida.wait("PRIVMSG", last="hello, world", source="alice")
    ida.say("hello, alice")
    alice.wait_output("ida: hello, alice\n")
