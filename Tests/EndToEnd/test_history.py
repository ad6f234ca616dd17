# What was said earlier, in each protocol and over a restart: pages, searches, and the last messages
# on coming in.
# SPDX-License-Identifier: GPL-3.0-or-later
import json

import pytest

from peers import IRCPeer, JSONPeer, PlainPeer
from restarting import RestartingServer

SAID = 450


@pytest.fixture
def talk(start_server, home, closing):
    """A server that was restarted after a conversation; its port."""
    server = RestartingServer(start_server, "--db", home.path / "history.db", "--replay", "3")
    ann = JSONPeer(server.port, "ann")
    for number in range(1, SAID + 1):
        ann.request("message", text=f"m{number}", nonce=f"n{number}")
    for number in range(1, SAID + 1):
        ann.wait("ack", nonce=f"n{number}")
    ann.close()
    server.restart()
    return server.port


@pytest.fixture
def reader(talk, closing):
    return closing(JSONPeer(talk, "reader", replay=0))


def ask(peer, **fields):
    """The numbers of a page's messages, and whether it is the last one."""
    peer.request("history", **fields)
    answer = peer.wait("history", room="#lobby")
    return [message["seq"] for message in answer["messages"]], answer["complete"]


def numbers(first, last):
    return list(range(first, last + 1))


def test_pages_forwards_and_backwards_meet_every_message_once(reader):
    forwards, backwards = [], []
    while True:
        page, complete = ask(reader, after=forwards[-1] if forwards else 0, limit=70)
        forwards += page
        if complete:
            break
    while True:
        page, complete = ask(
            reader, **({"before": backwards[0]} if backwards else {}), limit=70)
        backwards = page + backwards
        if complete:
            break
    assert forwards == backwards == numbers(1, SAID)


def test_pages_at_a_number_a_time_and_an_id(reader):
    reader.request("history", around=200, limit=3)
    before, middle, after = reader.wait("history")["messages"]
    assert [m["seq"] for m in (before, middle, after)] == [199, 200, 201]
    id = middle["id"]
    assert ask(reader, before=id, limit=5) == (numbers(195, 199), False)
    assert ask(reader, after=id, limit=5) == (numbers(201, 205), False)
    assert ask(reader, around=id, limit=3) == (numbers(199, 201), False)
    assert ask(reader, before=200, limit=5) == (numbers(195, 199), False)
    # Many messages have the same millisecond; those of the time given are left out.
    page, _ = ask(reader, before=middle["at"], limit=200)
    assert not page or page[-1] < 200
    page, _ = ask(reader, after=middle["at"], limit=200)
    assert not page or page[0] > 200
    assert ask(reader, since=100, until=105, limit=50)[0] == numbers(101, 104)
    assert ask(reader, after="2001-01-01T00:00:00Z", limit=2)[0] == [1, 2]
    assert ask(reader, before="2001-01-01T00:00:00Z", limit=2) == ([], True)
    assert ask(reader, after=SAID) == ([], True)
    assert ask(reader, before=1) == ([], True)


def test_a_page_has_a_limit(reader):
    assert len(ask(reader, after=0, limit=100_000)[0]) == 200
    assert len(ask(reader, after=0, limit=1)[0]) == 1


@pytest.mark.parametrize("fields, code", [
    ({"after": SAID + 1}, "bad_reference"), ({"around": 10**15}, "bad_reference"),
    ({"before": "zzz-1"}, "bad_reference"), ({"after": "yesterday"}, "bad_field"),
    ({"before": -1}, "bad_field"), ({"before": {}}, "bad_field"),
    ({"before": 1, "after": 1}, "bad_field"), ({"room": "#nowhere"}, "no_such_room"),
    ({"room": "#private"}, "not_in_room"), ({"limit": "many"}, "bad_field")])
def test_places_that_are_none_are_refused(talk, reader, closing, fields, code):
    closing(JSONPeer(talk, "owner", rooms=["#private"])).say("secret")
    reader.request("history", id="q", **fields)
    assert reader.wait("error", re="q")["code"] == code
    assert ask(reader, limit=1) == ([SAID], False)


def test_the_last_messages_are_shown_on_coming_in(talk, closing):
    newcomer = closing(JSONPeer(talk, "json"))
    shown = newcomer.wait("history", replay=True)["messages"]
    assert [message["seq"] for message in shown] == numbers(SAID - 2, SAID)
    plain = closing(PlainPeer(talk, "plain"))
    plain.wait("#lobby, the last 3 messages:")
    for number in numbers(SAID - 2, SAID):
        assert plain.read_line().endswith(f" ann: m{number}")
    plain.wait("#lobby, from now on:")
    # Whoever asks for less gets less, and an IRC client asks by itself.
    none = closing(JSONPeer(talk, "none", replay=0))
    none.request("ping")
    none.wait("pong")
    assert not any('"replay":true' in line for line in none.seen)
    irc = closing(IRCPeer(talk, "irc"))
    irc.send("PING x\r\n")
    irc.wait("PONG")
    assert not any(" PRIVMSG " in line for line in irc.seen)


def test_plain_history_and_search(talk, closing):
    plain = closing(PlainPeer(talk, "plain"))
    plain.wait("from now on:")
    plain.say("/history 2")
    assert [plain.read_line().split(" ", 1)[1] for _ in range(2)] == [
        f"ann: m{SAID - 1}", f"ann: m{SAID}"]
    plain.say("/search m17")
    plain.wait("[#lobby] ann: m17")
    plain.say("/search nothinglikeit")
    plain.wait("nothing was found for nothinglikeit")


# MARK: IRC

@pytest.fixture
def irc(talk, closing):
    peer = closing(IRCPeer(talk))
    peer.send("CAP REQ :batch server-time message-tags draft/chathistory\r\n"
              "NICK dan\r\nUSER d 0 * :D\r\nCAP END\r\n")
    peer.wait("366")
    return peer


def chat_history(irc, question):
    """The batch's texts; each line must have the batch's reference, an id and a time."""
    irc.send(f"CHATHISTORY {question}\r\n")
    reference = irc.wait("BATCH")[2][0].removeprefix("+")
    texts = []
    while True:
        line = irc.read_line()
        _, command, params = IRCPeer.parse(line)
        if command == "BATCH":
            assert params == [f"-{reference}"]
            return texts
        tags = dict(tag.split("=") for tag in line.split(" ")[0][1:].split(";"))
        assert tags["batch"] == reference and tags["msgid"] and tags["time"].endswith("Z")
        texts.append((params[-1], tags))


def test_irc_pages(irc):
    def texts(question):
        return [text for text, _ in chat_history(irc, question)]

    def m(first, last):
        return [f"m{number}" for number in numbers(first, last)]

    latest = chat_history(irc, "LATEST #lobby * 5")
    assert [text for text, _ in latest] == m(SAID - 4, SAID)
    first, last = latest[0][1]["msgid"], latest[-1][1]["msgid"]
    assert texts(f"BEFORE #lobby msgid={first} 3") == m(SAID - 7, SAID - 5)
    assert texts(f"AFTER #lobby msgid={first} 50") == m(SAID - 3, SAID)
    assert texts(f"AROUND #lobby msgid={first} 3") == m(SAID - 5, SAID - 3)
    assert texts(f"BETWEEN #lobby msgid={first} msgid={last} 50") == m(SAID - 3, SAID - 1)
    assert texts(f"LATEST #lobby msgid={first} 2") == m(SAID - 1, SAID)
    assert texts("AFTER #lobby timestamp=2001-01-01T00:00:00.000Z 2") == m(1, 2)
    assert texts("BEFORE #lobby timestamp=2001-01-01T00:00:00.000Z 2") == []


@pytest.mark.parametrize("question, code", [
    ("LATEST #nowhere * 5", "INVALID_TARGET"), ("LATEST #private * 5", "INVALID_TARGET"),
    ("LATEST #lobby * 0", "INVALID_PARAMS"), ("LATEST #lobby", "INVALID_PARAMS"),
    ("SIDEWAYS #lobby * 5", "INVALID_PARAMS"), ("BEFORE #lobby msgid=zzz-1 5", "MESSAGE_ERROR"),
    ("BEFORE #lobby seq=1 5", "INVALID_MSGREFTYPE")])
def test_irc_refusals(talk, irc, closing, question, code):
    closing(JSONPeer(talk, "owner", rooms=["#private"])).say("secret")
    irc.send(f"CHATHISTORY {question}\r\n")
    assert irc.wait("FAIL")[2][:2] == ["CHATHISTORY", code]


# MARK: Search

def search(peer, text, **fields):
    """The texts that were found, or the error's code."""
    peer.request("search", text=text, id="s", **fields)
    while True:
        event = json.loads(peer.read_line())
        if event.get("re") == "s":
            if event["type"] == "error":
                return event["code"]
            return [message["text"] for message in event["messages"]]


JUNK = [
    '"', '""', "*", "NEAR(", "AND", "OR NOT", "-x", "x-y", "m1 AND", "NEAR(m1 m2, 5)", "text:m1",
    "{text scope}: m1", "(m1", "m1)", "^m1", "m1 + m2", "m1*", "'; DROP TABLE message; --", "🎉",
    "👩‍👩‍👧", "a\tb\nc", "\\", "%", "_", "é", "e\u0301", "x" * 256, "r1 a1", "\u202e", "؟"]


@pytest.mark.parametrize("text", JUNK)
def test_a_search_is_words_whatever_they_look_like(reader, text):
    found = search(reader, text)
    assert found == "bad_search" or isinstance(found, list), found
    if any(character.isalnum() for character in text):
        # What has words is looked for, and found where somebody wrote it.
        reader.say(f"before {text} behind"[:4096])
        assert search(reader, text)[:1] == [f"before {text} behind"]
    assert search(reader, "m44") == ["m44"]


def test_the_words_of_the_index_itself_are_not_found(reader):
    assert search(reader, "r1") == [] and search(reader, "a1") == []


def test_a_search_has_a_limit_and_pages(reader):
    assert search(reader, "x" * 257) == "bad_search"
    assert search(reader, "") in ("bad_search", "bad_field")
    for number in range(5):
        reader.say(f"needle {number}")
    reader.request("search", text="needle", limit=2)
    first = reader.wait("found")
    reader.request("search", text="needle", limit=10, before=first["next"])
    second = reader.wait("found")
    assert [m["text"][-1] for m in first["messages"] + second["messages"]] == list("43210")
    assert "next" not in second


def test_a_search_finds_only_what_the_asker_may_read(talk, reader, closing):
    owner = closing(JSONPeer(talk, "owner", rooms=["#private", "#lobby"]))
    owner.say("needle in private", room="#private")
    owner.say("needle in the lobby", room="#lobby")
    owner.request("message", to="reader", text="needle said quietly", nonce="q")
    owner.wait("ack", nonce="q")
    assert search(owner, "needle") == ["needle in the lobby", "needle in private"]
    assert search(reader, "needle") == ["needle in the lobby"]
    assert search(reader, "needle", room="#private") == "not_in_room"
    assert search(reader, "needle", room="#nowhere") == "no_such_room"
    assert search(reader, "needle", **{"from": "OWNER"}) == ["needle in the lobby"]
    assert search(reader, "needle", **{"from": "ann"}) == []
