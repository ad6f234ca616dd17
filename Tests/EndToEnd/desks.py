# What tests of a help desk begin with: a server with a password for its operators, whoever comes to
# it, and what operators and visitors do again and again.
# SPDX-License-Identifier: GPL-3.0-or-later
import pytest

from operators import PASSWORD

# An address of this machine that is not the one everybody else comes from.
ELSEWHERE = "127.0.0.2"


@pytest.fixture
def secret(home):
    """The file with the operators' password."""
    path = home.path / "password"
    path.write_text(f"{PASSWORD}\n")
    path.chmod(0o600)
    return path


@pytest.fixture
def start_desk(start_server, secret):
    return lambda *options, **more: start_server(
        "--desk", "--name", "Server A", "--operator-password-file", secret, *options, **more)


@pytest.fixture
def desk(start_desk):
    return start_desk()


@pytest.fixture
def come(closing):
    """A visitor or an operator of that kind, who has said hello; no answer is read yet."""
    return lambda server, kind, nick, **more: closing(kind(server.port, nick, **more))


def converse(operator, visitor, text="how can I help?"):
    """They talk with each other; their room."""
    room = operator.take(visitor.nick)
    visitor.hear("turn", operator.nick)
    operator.say(room, text)
    visitor.hear("text", operator.nick, text)
    return room


def hear_text(operator, nick, text):
    """The operator is told what somebody says."""
    if operator.kind == "json":
        operator.hear("message", **{"from": nick, "text": text})
    else:
        operator.find(
            lambda event: event[:2] == (nick, "PRIVMSG") and event[2][-1] == text, text)


def fence(operator):
    """Waits until what the operator has asked for is done."""
    if operator.kind == "json":
        operator.request("waiting")
        operator.hear("waiting")
    else:
        operator.ask("who")
        operator.hear("NOTICE", "waiting")


def settle(operator, room):
    """What is saved now has everything before it."""
    operator.request("message", room=room, text="saved?", nonce="saved")
    operator.hear("ack", nonce="saved")
