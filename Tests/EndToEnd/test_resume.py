# A JSON client that comes back: it gets what it missed, each message once and in order, or is told
# what it does not get.
# SPDX-License-Identifier: GPL-3.0-or-later
import json
import os
import random

import pytest

from peers import JSONPeer
from restarting import RestartingServer
from returning import facts, read_room

# What a returning client is sent of a room at most.
MOST_MISSED = 1000


@pytest.fixture
def restarting(start_server, home):
    return RestartingServer(start_server, "--db", home.path / "resume.db")


@pytest.fixture
def come(restarting, closing):
    """A JSON client of the server as it is now."""
    return lambda nick, **fields: closing(
        JSONPeer(restarting.port, nick, **{"replay": 0, **fields}))


def missed(peer, until="end"):
    """The events before the answer to a ping, but for comings, goings and notices."""
    peer.request("ping", nonce=until)
    events = []
    while (event := json.loads(peer.read_line())).get("nonce") != until:
        events.append(event)
    return [event for event in events if event["type"] in ("message", "gap", "error", "history")]


def say_many(peer, count, text="m"):
    """Posts so many messages and waits until they are saved."""
    for number in range(count):
        peer.request("message", text=f"{text}{number}", nonce=f"many-{number}")
    for number in range(count):
        peer.wait("ack", nonce=f"many-{number}")


def leave(peer, how):
    """Ends the connection in one of the ways in which connections end."""
    if how == "reset":
        peer.reset()
    elif how == "bye":
        peer.request("bye")
        peer.wait("bye")
        peer.close()
    else:
        peer.close()


def test_random_disconnects_lose_and_double_nothing(restarting, come):
    seed = int(os.environ.get("CHATKIT_SEED", random.randrange(1 << 32)))
    print(f"CHATKIT_SEED={seed}")
    chance = random.Random(seed)
    speaker, reader = come("speaker"), come("reader")
    token, seen, said = reader.welcome["resume"], [], 0
    for _ in range(40):
        for _ in range(chance.randrange(8)):
            speaker.say(f"s{said}")
            said += 1
        # It has read some of what there is when the connection ends.
        for _ in range(chance.randrange(4)):
            if len(seen) < said:
                seen.append(facts(reader.wait("message")))
        how = chance.choice(["close", "reset", "bye", "restart", "taken over", "crash"])
        if how in ("restart", "crash"):
            # All is acked, so that nothing may be lost either way.
            restarting.restart() if how == "restart" else restarting.crash()
            speaker = come("speaker")
        elif how != "taken over":
            leave(reader, how)
        for _ in range(chance.choice([0, 1, 5, 300])):
            speaker.say(f"s{said}")
            said += 1
        reader = come(
            "reader", resume=token, seen={"#lobby": len(seen)}, rooms=["#lobby"])
        assert reader.welcome["resume"] == token
        events = missed(reader)
        assert [event["type"] for event in events] == ["message"] * len(events)
        seen += [facts(event) for event in events]
        assert [fact[0] for fact in seen] == list(range(1, said + 1)), how
    assert seen == read_room(come("witness"))
    assert [text for *_, text in seen] == [f"s{number}" for number in range(said)]


@pytest.mark.parametrize("count", [199, 200, 201, 256, 257, 999, 1000])
@pytest.mark.parametrize("way", ["from memory", "after a crash"])
def test_up_to_a_thousand_missed_messages_come_without_a_gap(restarting, come, count, way):
    speaker, reader = come("speaker"), come("reader")
    reader.close()
    say_many(speaker, count)
    if way == "after a crash":
        restarting.crash()
    back = come("reader", resume=reader.welcome["resume"], seen={"#lobby": 0})
    assert [event["seq"] for event in missed(back)] == list(range(1, count + 1))


@pytest.mark.parametrize("way", ["from memory", "after a crash"])
def test_more_than_a_thousand_missed_messages_are_one_gap_and_the_rest(restarting, come, way):
    speaker, reader = come("speaker"), come("reader")
    speaker.say("seen")
    reader.wait("message")
    reader.close()
    say_many(speaker, MOST_MISSED + 234)
    if way == "after a crash":
        restarting.crash()
    back = come("reader", resume=reader.welcome["resume"], seen={"#lobby": 1})
    gap, *rest = missed(back)
    assert gap == {"type": "gap", "room": "#lobby", "from_seq": 2, "to_seq": 235}
    assert [event["seq"] for event in rest] == list(range(236, MOST_MISSED + 236))
    # What is in the gap is not gone.
    back.request("history", room="#lobby", after=1, limit=200)
    page = back.wait("history")
    assert [message["seq"] for message in page["messages"]] == list(range(2, 202))


def test_a_lot_of_text_is_a_gap_and_the_rest(come):
    speaker, reader = come("speaker"), come("reader")
    reader.close()
    say_many(speaker, 100, text="x" * 4000)
    back = come("reader", resume=reader.welcome["resume"], seen={"#lobby": 0})
    gap, *rest = missed(back)
    assert gap["type"] == "gap" and gap["from_seq"] == 1
    assert [event["seq"] for event in rest] == list(range(gap["to_seq"] + 1, 101))
    assert rest


def test_several_rooms_go_on_where_each_was(restarting, come):
    speaker = come("speaker", rooms=["#a", "#b"])
    reader = come("reader", rooms=["#a", "#b"])
    for room in ("#a", "#b", "#b"):
        speaker.say("before", room=room)
    reader.close()
    speaker.say("after", room="#a")
    restarting.crash()
    back = come("reader", resume=reader.welcome["resume"], seen={"#a": 1, "#b": 0})
    assert back.welcome["rooms"] == ["#a", "#b"]
    missed(back)
    events = [json.loads(line) for line in back.seen]
    # Each room's come right after the room itself.
    assert [(event["room"], event.get("seq")) for event in events
            if event["type"] in ("names", "message")] == [
        ("#a", None), ("#a", 2), ("#b", None), ("#b", 1), ("#b", 2)]


def test_a_number_from_the_future_is_an_error_and_the_session_goes_on(restarting, come):
    come("speaker").say("one")
    back = come("reader", resume="0123456789abcdef", seen={"#lobby": 2})
    (error,) = missed(back)
    assert (error["type"], error["code"]) == ("error", "bad_reference")
    assert "2" in error["message"]
    assert back.say("all is well")["seq"] == 2
    restarting.crash()
    back = come("reader", resume="0123456789abcdef", seen={"#lobby": 2})
    assert missed(back) == []


@pytest.mark.parametrize("token", ["", "short", "0123456789ABCDEF", "x" * 5000, 5, ["a"], {}])
def test_what_is_no_token_is_refused_clearly(restarting, closing, token):
    peer = closing(JSONPeer(restarting.port, hello=False))
    peer.request("hello", nick="eve", resume=token, seen={"#lobby": 0})
    error = peer.wait("error")
    assert (error["code"], error.get("field")) == ("bad_field", "resume")
    # Whoever was refused may try again.
    peer.request("hello", nick="eve")
    assert peer.wait("welcome")["nick"] == "eve"


@pytest.mark.parametrize("seen", [[], 5, {"#lobby": -1}, {"#lobby": 0.5}, {"#lobby": "1"},
                                  {"two words": 1}, {"#a": 1, "#A": 1}])
def test_what_was_seen_must_make_sense(restarting, closing, seen):
    peer = closing(JSONPeer(restarting.port, hello=False))
    peer.request("hello", nick="eve", resume="0123456789abcdef", seen=seen)
    assert peer.wait("error")["code"] in ("bad_field", "bad_room")


def test_a_session_that_is_still_open_is_taken_over(come):
    old = come("ann")
    token = old.welcome["resume"]
    first = old.say("once")
    new = come("ann", resume=token, seen={"#lobby": 0})
    bye = old.wait("bye")
    assert (bye["code"], bye["retry"]) == ("replaced", False)
    assert old.read_line() is None
    # The nonce of the old connection is a nonce of the new one.
    assert [event["text"] for event in missed(new)] == ["once"]
    new.request("message", text="twice", nonce="ann-1")
    again = new.wait("ack", nonce="ann-1")
    assert again == first
    assert new.history() == [("ann", "once")]


def test_what_is_resent_while_the_old_connection_is_still_open_is_not_doubled(come):
    old = come("ann")
    token = old.welcome["resume"]
    for round in range(20):
        texts = [f"{round}-{number}" for number in range(20)]
        for text in texts:
            old.request("message", text=text, nonce=text)
        new = come("ann", resume=token, seen={"#lobby": round * 20})
        for text in texts:
            new.request("message", text=text, nonce=text)
        # An ack may overtake another: it is known by its nonce.
        acks = [new.wait("ack") for _ in texts]
        assert sorted(ack["nonce"] for ack in acks) == sorted(texts)
        seqs = {ack["nonce"]: ack["seq"] for ack in acks}
        assert [seqs[text] for text in texts] == list(range(round * 20 + 1, round * 20 + 21))
        old.close()
        old = new
    assert len(read_room(old)) == 400


def test_a_nonce_is_one_message_across_restarts_and_among_a_thousand_others(restarting, come):
    ann = come("ann")
    token = ann.welcome["resume"]
    ann.request("message", text="first", nonce="mine")
    first = ann.wait("ack", nonce="mine")
    say_many(ann, 600)
    for again in (restarting.restart, restarting.crash, lambda: None):
        again()
        ann = come("ann", resume=token)
        ann.request("message", text="another", nonce="mine")
        assert ann.wait("ack", nonce="mine") == first
    # It is a nonce of this session alone.
    bob = come("bob")
    bob.request("message", text="bob's", nonce="mine")
    assert bob.wait("ack", nonce="mine")["seq"] == 602
