# A help desk: visitors of three protocols and operators of two, who talk with each other alone.
# SPDX-License-Identifier: GPL-3.0-or-later
import pytest

from desks import converse, fence
from operators import OPERATORS, IRCOperator, JSONOperator
from visitors import KINDS, IRCVisitor, JSONVisitor, PlainVisitor, take_in_all


@pytest.mark.parametrize("kind", OPERATORS)
def test_nobody_is_served_before_an_operator_comes(desk, come, kind):
    visitors = []
    for number, visitor in enumerate(KINDS, 1):
        visitors.append(come(desk, visitor, f"v{number}"))
        visitors[-1].hear("queue", number, number)
        visitors[-1].say(f"I have question {number}")
    olga = come(desk, kind, "olga")
    for number, visitor in enumerate(visitors, 1):
        room = olga.take(visitor.nick)
        visitor.hear("turn", "olga")
        olga.say(room, f"this is answer {number}")
        visitor.hear("text", "olga", f"this is answer {number}")
        visitor.say("thank you")
        olga.hear_text(visitor.nick, "thank you")
        olga.close_conversation(room, "good-bye")
        visitor.hear("text", "olga", "good-bye")
        visitor.hear("over", "olga")
        visitor.hear("asked")
        # What was left while waiting is there for the operator.
        assert any(f"I have question {number}" in line for line in olga.seen) or kind is IRCOperator


def test_a_conversation_is_between_two(desk, come):
    # Of two who have nothing to do, the one that has sat there longer is first.
    olga = come(desk, JSONOperator, "olga")
    assert olga.has_come()
    pete = come(desk, IRCOperator, "pete")
    assert pete.has_come()
    ann = come(desk, PlainVisitor, "ann")
    first = olga.take("ann")
    bob = come(desk, JSONVisitor, "bob")
    second = pete.take("bob")
    cat = come(desk, IRCVisitor, "cat")
    cat.hear("queue", 1, 1)
    ann.say("the secret of ann")
    olga.hear("message", text="the secret of ann")
    olga.say(first, "the secret of olga")
    ann.hear("text", "olga", "the secret of olga")

    for request in [
            {"type": "join", "room": first}, {"type": "join", "room": "#lobby"},
            {"type": "history", "room": first}, {"type": "names", "room": first},
            {"type": "message", "to": "ann", "text": "psst"}, {"type": "whois", "nick": "ann"},
            {"type": "rooms"}, {"type": "search", "text": "secret", "room": first},
            {"type": "topic", "room": first, "text": "mine"}, {"type": "waiting"},
            {"type": "desk", "do": "close", "room": first}]:
        bob.request(**request)
        bob.hear("refused")
    bob.request("search", text="secret")
    for line in (f"JOIN {first}", f"WHO {first}", "WHOIS ann", "PRIVMSG ann :psst", "LIST",
                 f"CHATHISTORY LATEST {first} * 50", f"TOPIC {first} :mine"):
        for client in (cat, pete):
            client.send(f"{line}\r\n")
    # Pete may say this, of his own conversation with bob, and is not to.
    cat.send("DESK close\r\n")
    for line in (f"/join {second}", "/rooms", "/msg bob psst", f"/who {second}", "/search secret"):
        ann.say(line)
    # What is addressed to another conversation is said in one's own.
    bob.request("message", room=first, text="the secret of bob")
    bob.hear("text", "bob", "the secret of bob")
    pete.hear_text("bob", "the secret of bob")
    ann.say("that is all")
    olga.hear("message", text="that is all")

    assert bob.told("text") == [("text", "bob", "the secret of bob")]
    for client, names in [(ann, ["bob", "cat", "pete"]), (bob, ["cat", "olga"]), (cat, ["bob"])]:
        spoken = [line for line in client.seen if "NOTICE" not in line and "error" not in line]
        for name in names:
            assert not any(name in line for line in spoken), (client.nick, name, spoken)
    assert not any("of ann" in line or "of olga" in line for line in pete.seen + cat.seen)
    assert not any("of bob" in line for line in olga.seen + ann.seen)


def test_what_was_said_at_a_desk_is_nobodys_when_the_desk_is_gone(
        start_desk, start_server, home, come):
    database = home.path / "desk.db"
    server = start_desk("--db", database)
    olga = come(server, JSONOperator, "olga")
    room = converse(olga, come(server, JSONVisitor, "ann"), "a secret")
    server.stop()
    server = start_server("--db", database)
    eve = come(server, JSONVisitor, "eve").enter()
    for request in [{"type": "join", "room": room}, {"type": "history", "room": room},
                    {"type": "search", "text": "secret", "room": room}]:
        eve.request(**request)
        eve.hear("refused")
    eve.request("search", text="secret")
    eve.request("rooms")
    eve.request("message", text="fence")
    eve.hear("text", "eve", "fence")
    assert not any("a secret" in line or room in line for line in eve.seen if "error" not in line)


@pytest.mark.parametrize("kind", OPERATORS)
def test_pause_next_close_and_resume(desk, come, kind):
    olga = come(desk, kind, "olga")
    assert olga.has_come()
    olga.ask("pause")
    fence(olga)
    visitors = []
    for number, visitor in enumerate(KINDS, 1):
        visitors.append(come(desk, visitor, f"v{number}"))
        visitors[-1].hear("queue", number, number)
    # During a pause nobody comes but by `next`.
    olga.ask("next")
    room = olga.take("v1")
    visitors[0].hear("turn", "olga")
    olga.close_conversation(room)
    # The operator has not said a word: there is nothing to rate.
    visitors[0].hear("over", "olga")
    assert visitors[0].hear("bye")[1] == "ended"
    assert visitors[0].told("asked") == []
    visitors[1].hear("queue", 1, 2)
    olga.ask("resume")
    room = olga.take("v2")
    olga.say(room, "hello")
    visitors[1].hear("text", "olga", "hello")
    # `next` ends the conversation when there is no other slot.
    olga.ask("next")
    visitors[1].hear("asked")
    olga.close_conversation(olga.take("v3"), "sorry, we are closing")
    visitors[2].hear("text", "olga", "sorry, we are closing")
    visitors[2].hear("asked")
    # Nobody waits, and there is nobody to be closed: nothing comes of it.
    olga.ask("next")
    olga.ask("close")
    if kind is JSONOperator:
        olga.hear("error", code="no_conversation")
    late = come(desk, PlainVisitor, "late")
    olga.take("late")
    late.hear("turn", "olga")


@pytest.mark.parametrize("kind", OPERATORS)
@pytest.mark.parametrize("target", OPERATORS)
def test_a_visitor_is_handed_over(desk, come, kind, target):
    olga = come(desk, kind, "olga")
    assert olga.has_come()
    ann = come(desk, PlainVisitor, "ann")
    room = converse(olga, ann)
    ann.say("my printer burns")
    # There is nobody else, and nobody of that name.
    for to in (None, "pete", "ann"):
        olga.ask("transfer", **({"to": to} if to else {}))
        if kind is JSONOperator:
            olga.hear("error", code="operator_busy")
        else:
            olga.hear("NOTICE", "no operator with a free slot")
    pete = come(desk, target, "pete")
    assert pete.has_come()
    olga.ask("transfer", to="pete")
    assert pete.take("ann") == room
    olga.wait_end(room)
    ann.hear("turn", "pete")
    if target is JSONOperator:
        seen = pete.hear("history", room=room)["messages"]
        assert [m["text"] for m in seen] == ["how can I help?", "my printer burns"]
    pete.say(room, "take the water")
    ann.hear("text", "pete", "take the water")
    # It is not olga's visitor any more, who can have another one.
    olga.say(room, "and the sand")
    bob = come(desk, JSONVisitor, "bob")
    converse(olga, bob, "next one")
    pete.close_conversation(room)
    ann.hear("over", "pete")
    assert ann.told("text") == [
        ("text", "olga", "how can I help?"), ("text", "ann", "my printer burns"),
        ("text", "pete", "take the water")]


@pytest.mark.parametrize("kind", KINDS)
def test_a_visitor_that_goes_frees_its_operator(desk, come, kind):
    olga = come(desk, JSONOperator, "olga")
    olga.hear("desk")
    for way in ("leave", "close", "reset"):
        for is_attended in (False, True):
            visitor = come(desk, kind, f"{way}-{is_attended}")
            if is_attended:
                room = converse(olga, visitor)
            else:
                room = olga.take(visitor.nick)
                visitor.hear("turn", "olga")
            getattr(visitor, way)()
            assert olga.wait_end(room) == "left"


def test_a_second_wait_expires_like_the_first(start_desk, come):
    desk = start_desk("--wait", "2")
    ann = come(desk, JSONVisitor, "ann")
    ann.hear("queue", 1, 1)
    olga = come(desk, JSONOperator, "olga")
    converse(olga, ann)
    # Another one's wait begins now and ends after the time that ann's first one had.
    bob = come(desk, JSONVisitor, "bob")
    bob.hear("bye", "wait_expired")
    olga.reset()
    ann.hear("returned", "olga")
    ann.hear("bye", "wait_expired")
    # It was attended: its ticket still rates.
    cat = come(desk, JSONVisitor, "cat")
    cat.request("rate", stars=2, ticket=ann.ticket)
    cat.hear("rated", 2, "olga")


def test_what_visitors_leave_while_waiting_is_bounded(desk, come):
    ann = come(desk, PlainVisitor, "ann")
    ann.hear("queue", 1, 1)
    for number in range(21):
        ann.say(f"line {number}")
    ann.hear("refused")
    assert len(ann.told("text")) == 20
    olga = come(desk, JSONOperator, "olga")
    olga.take("ann")
    said = olga.hear("history")["messages"]
    assert [message["text"] for message in said] == [f"line {n}" for n in range(20)]
    ann.say("now there is room again")
    olga.hear("message", text="now there is room again")


def test_an_irc_visitor_gets_an_answer_to_its_ping(desk, come):
    ida = come(desk, IRCVisitor, "ida")
    for operator in (None, "olga"):
        if operator:
            come(desk, JSONOperator, operator)
            ida.hear("turn", operator)
        ida.send(f"PING :and-{operator}\r\n")
        take_in_all([ida], lambda: any(
            " PONG " in line and line.endswith(f":and-{operator}") for line in ida.seen))
