# Names and words of all scripts: who is whom without regard to case, and what a search finds (issue 11,
# points 23 and 24).
# SPDX-License-Identifier: GPL-3.0-or-later
import json

import pytest

from peers import IRCPeer, JSONPeer, PlainPeer
from restarting import RestartingServer


@pytest.fixture
def server(start_server, home, closing):
    return RestartingServer(start_server, "--db", home.path / "scripts.db")


def answer(peer, kind, **fields):
    peer.request(kind, id="q", **fields)
    while True:
        event = json.loads(peer.read_line())
        if event.get("re") == "q":
            return event


@pytest.mark.parametrize("first, second", [
    ("Νίκος", "ΝΊΚΟΣ"), ("Γιώργος", "ΓΙΏΡΓΟΣ"), ("Weiß", "WEISS"), ("Zoë", "zoe\u0308")])
def test_a_nick_is_one_persons_in_every_case_and_form(server, closing, first, second):
    ann = closing(JSONPeer(server.port, first))
    with pytest.raises(AssertionError):
        closing(JSONPeer(server.port, second))
    bob = closing(JSONPeer(server.port, "bob"))
    assert answer(bob, "nick", nick=second)["code"] == "nick_taken"
    # A message to either name arrives, and both are the same room.
    bob.request("message", to=second, text="hi")
    assert ann.wait("message", text="hi")["from"] == "bob"
    ann.request("join", room=f"#{first}")
    ann.wait("joined", room=f"#{first}")
    assert answer(bob, "join", room=f"#{second}")["room"] == f"#{first}"
    # One's own name may be written another way.
    ann.request("nick", nick=second)
    assert ann.wait("renamed", new=second)["old"] == first


def test_an_irc_client_meets_the_same_person_and_room(server, closing):
    irc = closing(IRCPeer(server.port, "Weiß"))
    ann = closing(JSONPeer(server.port, "ann"))
    irc.send("JOIN #Νίκος\r\n")
    irc.wait("366")
    ann.request("join", room="#ΝΊΚΟΣ")
    ann.wait("joined")
    irc.send("PRIVMSG #ΝΊΚΟΣ :hello\r\n")
    assert ann.wait("message", text="hello")["room"] == "#Νίκος"
    ann.request("message", to="WEISS", text="psst")
    assert irc.wait("PRIVMSG")[2][-1] == "psst"
    irc.send("MODE WEISS\r\n")
    irc.wait("221")


SAID = [
    "明日は東京都で会議があります", "한국어를 학교에서 배워요", "คุณแม่อยู่บ้าน", "हिन्दी में लिखो", "done 🎉",
    "works 👍🏽", "Ｔｏｋｙｏ", "ｶﾞｽ", "Cafe\u0301"]

WANTED = [
    ("東京", 0), ("会議", 0), ("京", 0), ("학교", 1), ("แม่", 2), ("हिन्दी", 3), ("🎉", 4), ("👍", 5),
    ("tokyo", 6), ("ガス", 7), ("CAFÉ", 8), ("東京 会議", 0), ("\"東京都\"", 0)]


def test_words_of_every_script_are_found(server, closing):
    ann = closing(JSONPeer(server.port, "ann"))
    plain = closing(PlainPeer(server.port, "bob"))
    for text in SAID:
        ann.request("message", text=text, nonce=text)
        ann.wait("ack", nonce=text)
    for text, index in WANTED:
        event = answer(ann, "search", text=text)
        assert [m["text"] for m in event.get("messages", [event])] == [SAID[index]], text
    # Half a word of a script with vowel signs is none.
    assert answer(ann, "search", text="हि")["messages"] == []
    assert answer(ann, "search", text="…")["code"] == "bad_search"
    plain.say("/search 東京")
    plain.wait(SAID[0])
    server.restart()
    again = closing(JSONPeer(server.port, "eve"))
    assert [m["text"] for m in answer(again, "search", text="学校 🎉")["messages"]] == []
    assert [m["text"] for m in answer(again, "search", text="🎉")["messages"]] == ["done 🎉"]
