# Bad input over IRC: the numeric that clients know, and the connection goes on.
# SPDX-License-Identifier: GPL-3.0-or-later
import pytest


BAD_LINES = [
    (b"PRIVMSG #lobby :" + b"x" * 9000, "417"),
    (b"TOPIC #lobby :" + b"x" * 600, "417"),
    (b"x" * 100_000, "417"),
    (b"PRIVMSG #lobby :caf\xe9", "FAIL"),
    (b"PRIVMSG #lobby :" + b"x" * 4097, "417"),
    (b"NICK", "431"), (b"NICK a,b", "432"), (b"NICK " + b"x" * 33, "432"), (b"NICK bob", "433"),
    (b"DANCE #lobby", "421"), (b"PRIVMSG", "411"), (b"PRIVMSG #lobby", "412"),
    (b"PRIVMSG nobody :hi", "401"), (b"PRIVMSG #nowhere :hi", "403"), (b"JOIN", "461"),
    (b"JOIN #a\x07b", "476"), (b"TOPIC #nowhere", "403"), (b"PART #nowhere", "403"),
    (b"USER again 0 * :x", "462"),
]


@pytest.mark.parametrize(
    "sent, numeric", BAD_LINES, ids=[f"{n}-{line[:30]}-{len(line)}" for line, n in BAD_LINES])
def test_what_is_wrong_has_its_numeric_and_the_talk_goes_on(irc, json_peer, sent, numeric):
    bob, ida = json_peer("bob"), irc("ida")
    ida.send(sent + b"\r\n")
    ida.wait(numeric)
    ida.say("still here")
    assert bob.wait("message")["text"] == "still here"
    # One answer: the next one is to the next question.
    ida.send("PING :next\r\n")
    ida.wait("PONG", last="next")
    answers = [line for line in ida.seen if line.split(" ")[1] in (numeric, "421")]
    assert len(answers) == 1, answers


def test_nul_and_a_bare_carriage_return_reach_nobody(irc, json_peer, plain):
    bob, carol, ida = json_peer("bob"), plain("carol"), irc("ida")
    ida.send(b"PRIVMSG #lobby :one\0two\r\nPRIVMSG #lobby :one\rtwo\r\nPRIVMSG #lobby :end\r\n")
    carol.wait("end")
    bob.wait("message", text="end")
    assert not any("\0" in line or "\\u0000" in line for line in bob.seen + carol.seen)
    assert not any("\r" in line for line in carol.seen)


def test_who_has_not_registered_is_told_so(connect):
    someone = connect()
    someone.send("PING :x\r\nJOIN #lobby\r\n")
    someone.expect(lambda line: " 451 " in line, "451")
    someone.send("QUIT\r\n")
    assert b"ERROR :" in someone.read_to_end()


def test_a_taken_nick_can_be_replaced_before_registration(irc):
    irc("ida")
    other = irc()
    other.send("NICK ida\r\nUSER ida 0 * :x\r\n")
    other.wait("433")
    other.send("NICK ida2\r\n")
    assert other.wait("001")[2][0] == "ida2"


def test_a_line_break_cannot_be_smuggled_into_irc(irc, json_peer):
    ida, bob = irc("ida"), json_peer("bob")
    bob.say("hello\r\nQUIT :forged\nERROR :forged")
    bob.request("topic", room="#lobby", text="a\r\nERROR :forged")
    bob.say("end")
    ida.wait("PRIVMSG", last="end")
    assert {ida.parse(line)[1] for line in ida.seen} & {"QUIT", "ERROR"} == set()
