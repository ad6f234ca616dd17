# What tests of a help desk begin with: a server with a password for its operators, whoever comes to
# it, and what operators and visitors do again and again.
# SPDX-License-Identifier: GPL-3.0-or-later
import json

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


def fence(operator):
    """Waits until what the operator has asked for is done."""
    if operator.kind == "json":
        operator.request("waiting")
        operator.hear("waiting")
    else:
        operator.send("PING :fence\r\n")
        operator.hear("PONG", "fence")


def settle(operator):
    """Waits until all that has happened is saved: a message to itself is saved after that."""
    operator.request("message", to=operator.nick, text="saved?", nonce="saved")
    operator.hear("ack", nonce="saved")


def figures(run_chatkit, database, *options):
    """What `chatkit stats` says of the last two days: midnight is in none of the tests."""
    done = run_chatkit("stats", "--db", database, "--since", "2d", "--json", *options)
    assert done.returncode == 0, done
    report = json.loads(done.stdout)
    # Everybody is somewhere, once.
    here = report["now"]["waiting"] + report["now"]["serving"]
    passed = report["ever"]["attended"] + report["ever"]["lost"]["total"]
    assert passed <= report["ever"]["approached"] <= passed + here, report
    return report
