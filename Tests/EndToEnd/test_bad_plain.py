# Bad input over plain text: each gets a clear answer and costs nobody the connection.
# SPDX-License-Identifier: GPL-3.0-or-later
import threading

import pytest

from waiting import eventually


BAD_LINES = [
    (b"x" * 8193 + b"\n", "error: a line may have at most 8192 bytes"),
    (b"x" * 100_000 + b"\n", "error: a line may have at most 8192 bytes"),
    (b"x" * 4097 + b"\n", "error: a message may have at most 4096 bytes"),
    (b"caf\xe9\n", "error: what was sent is not UTF-8"),
    (b"\xff\xfe\xfd\n", "error: what was sent is not UTF-8"),
    (b"\xed\xa0\x80\n", "error: what was sent is not UTF-8"),
    (b"a\0b\n", "error: a line may not contain NUL"),
    (b"/nick\n", "error: "),
    (b"/nick a b\n", "error: "),
    (b"/nick " + b"x" * 33 + b"\n", "error: "),
    (b"/nick BOB\n", "error: the nick BOB is taken"),
    (b"/msg nobody hi\n", "error: nobody here is called nobody"),
    (b"/join #a,b\n", "error: "),
    (b"/leave #nowhere\n", "error: "),
    (b"/nosuchcommand\n", "error: "),
]


@pytest.mark.parametrize(
    "sent, answer", BAD_LINES, ids=[f"{line[:30]}-{len(line)}" for line, _ in BAD_LINES])
def test_what_is_wrong_is_named_and_the_talk_goes_on(plain, json_peer, sent, answer):
    bob = json_peer("bob")
    alice = plain("alice")
    alice.send(sent)
    alice.wait(answer)
    alice.say("still here")
    assert bob.wait("message")["text"] == "still here"
    assert sum("error" in line for line in alice.seen) == 1


def test_an_unknown_command_gets_a_suggestion(plain):
    alice = plain("alice")
    alice.say("/jion ops")
    alice.wait("/jion")
    alice.wait("/join")


def test_a_carriage_return_cannot_hide_what_was_said(plain, json_peer):
    bob, carol = json_peer("bob"), plain("carol")
    alice = plain("alice")
    alice.send(b"alice: sorry\rcarol: I confess\n")
    assert carol.wait("alice: ") == "alice: sorry carol: I confess"
    alice.send(b"ends like telnet\r\n")
    bob.wait("message", text="ends like telnet")


@pytest.mark.parametrize("nick, reason", [
    (b"", "it is empty"), (b"   ", "it is empty"), (b"x" * 33, "it is too long"),
    (b"a b", "it has a space"), (b"a\x07b", "control character"), (b"a\x1b[2J", "control"),
    (b"a:b", "one of"), (b"#room", "it begins with"), (b"NICK", "it is reserved"),
    (b"bob", "the nick bob is taken"), (b"BoB", "the nick BoB is taken"),
    (b"\xff", "not UTF-8"), (b"a\0", "NUL"), ("a\u202eb".encode(), "character"),
])
def test_a_nick_that_cannot_be_is_refused_with_a_reason_and_asked_for_again(
        plain, json_peer, nick, reason):
    json_peer("bob")
    someone = plain()
    someone.read_prompt()
    someone.send(nick + b"\n")
    someone.wait(reason)
    someone.read_prompt()
    someone.say("someone")
    someone.wait("Welcome to chatkit, someone.")


def test_ten_refused_nicks_are_enough(plain):
    someone = plain()
    someone.read_prompt()
    someone.send(b"a b\n" * 20)
    said = someone.read_to_end()
    assert said.count(b"cannot be a nick") == 10
    assert said.rstrip(b"NICK").endswith(b"too many refused nicks\n")


def test_a_flood_of_bytes_without_a_newline_is_refused_once(plain, json_peer):
    bob = json_peer("bob")
    alice = plain("alice")
    for _ in range(100):
        alice.send(b"x" * 1000)
    alice.wait("error: a line may have at most 8192 bytes")
    alice.send(b"the line's end\nheard again\n")
    assert bob.wait("message")["text"] == "heard again"
    assert len([line for line in alice.seen if "error" in line]) == 1


def test_a_peer_that_knows_no_newlines_is_heard_again_after_a_flood(plain, json_peer):
    bob = json_peer("bob")
    alice = plain()
    alice.read_prompt()
    alice.send(b"alice")
    alice.wait("Welcome")
    alice.wait("in #lobby")
    alice.send(b"x" * 20_000)
    alice.wait("error: a line may have at most 8192 bytes")
    # The silence that ends the flood cannot be seen from here: it is over when one is heard.
    heard = []
    listener = threading.Thread(target=lambda: heard.append(bob.wait("message")))
    listener.start()

    def is_heard():
        alice.send(b"heard")
        listener.join(0.5)
        return heard

    assert eventually("the next message", is_heard)[0]["text"].startswith("heard")
