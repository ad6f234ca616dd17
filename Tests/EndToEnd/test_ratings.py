# Ratings of a help desk's conversations: what counts as one in each protocol, once for each visit,
# and by its ticket also later and from elsewhere.
# SPDX-License-Identifier: GPL-3.0-or-later
import json

import pytest

from desks import converse, fence, settle
from operators import JSONOperator
from restarting import RestartingServer
from visitors import KINDS, IRCVisitor, JSONVisitor


def ended(desk, come, kind, operator, nick="ann"):
    """A visitor whose conversation is over, and who is asked how it was."""
    visitor = come(desk, kind, nick)
    operator.close_conversation(converse(operator, visitor))
    visitor.hear("asked")
    return visitor


@pytest.mark.parametrize("kind", KINDS)
def test_ratings_as_people_type_them(desk, come, kind):
    olga = come(desk, JSONOperator, "olga")
    typed = {
        "5": 5, "*****": 5, "5 great": 5, "*": 1, "** meh, slow": 2, "4/5": 4, "★★★☆☆": 3,
        " 3 ": 3, "1, never again": 1}
    for number, (text, stars) in enumerate(typed.items()):
        visitor = ended(desk, come, kind, olga, f"v{number}")
        visitor.say(text)
        visitor.hear("rated", stars, "olga")
        assert visitor.hear("bye")[1] == "ended"
        visitor.hear("closed")
    expected = sum(typed.values()) / len(typed)
    figures = olga.hear("desk", rating_count=len(typed))
    assert abs(figures["rating_average"] - expected) <= 0.005


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_no_rating_is_refused_and_asked_for_again(desk, come, kind):
    olga = come(desk, JSONOperator, "olga")
    visitor = ended(desk, come, kind, olga)
    for text in ("0", "6", "4.5", "five", "-1", "55", "******", "5great", "really, no"):
        visitor.say(text)
        visitor.hear("refused", "bad_rating")
    for stars in ("0", "6", "4.5", "five"):
        visitor.rate(stars)
        visitor.hear("refused")
    visitor.rate(2, "at last")
    visitor.hear("rated", 2, "olga")
    visitor.hear("bye", "ended")
    assert olga.hear("desk", rating_count=1)["rating_average"] == 2


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("word", ["no", "No", "no thanks", "skip", "-"])
def test_no_is_an_answer(desk, come, kind, word):
    olga = come(desk, JSONOperator, "olga")
    visitor = ended(desk, come, kind, olga)
    visitor.say(word)
    visitor.hear("bye", "ended")
    visitor.hear("closed")
    assert visitor.told("rated") == visitor.told("refused") == []
    fence(olga)
    assert all(e["rating_count"] == 0 for e in olga.events if e["type"] == "desk")


@pytest.mark.parametrize("kind", KINDS)
def test_a_visit_is_rated_once(desk, come, kind):
    visitor = come(desk, kind, "ann")
    visitor.hear("queue", 1, 1)
    # Not before the operator has spoken.
    visitor.rate(5)
    visitor.hear("refused", "not_attended")
    olga = come(desk, JSONOperator, "olga")
    room = olga.take("ann")
    visitor.rate(5)
    visitor.hear("refused", "not_attended")
    olga.say(room, "hello")
    visitor.hear("text", "olga", "hello")
    visitor.rate(4, "so far")
    visitor.hear("rated", 4, "olga")
    visitor.rate(1)
    visitor.hear("refused", "already_rated")
    olga.close_conversation(room)
    # It is not asked again.
    visitor.hear("over", "olga")
    visitor.hear("bye", "ended")
    assert visitor.told("asked") == []
    figures = olga.hear("desk", rating_count=1, current=[])
    assert figures["rating_average"] == 4


def test_stars_in_json_are_whole_numbers(desk, come):
    olga = come(desk, JSONOperator, "olga")
    ann = ended(desk, come, JSONVisitor, olga)
    for stars in (0, 6, -1, 4.5, "5", None, True, [5], {"n": 5}, 1e300, 10 ** 30):
        ann.rate(stars)
        ann.hear("refused", "bad_rating")
    ann.request("rate")
    ann.hear("refused", "bad_rating")
    ann.rate(5, "x" * 1001)
    ann.hear("rated", 5, "olga")
    assert len(json.loads(ann.seen[-2])["comment"]) == 1000


@pytest.mark.parametrize("kind", [JSONVisitor, IRCVisitor])
@pytest.mark.parametrize("way", ["at once", "after a restart", "after a crash"])
def test_a_ticket_rates_a_visit_that_is_over(start_desk, home, come, kind, way):
    server = RestartingServer(start_desk, "--db", home.path / "desk.db")
    olga = come(server, JSONOperator, "olga")
    tickets = []
    # One goes while it is asked, one while it is served, one is closed without a word, one rates.
    ann = ended(server, come, JSONVisitor, olga, "ann")
    ann.close()
    bob = come(server, JSONVisitor, "bob")
    bob_room = converse(olga, bob)
    bob.leave()
    olga.wait_end(bob_room)
    cat = come(server, JSONVisitor, "cat")
    olga.close_conversation(olga.take("cat"))
    cat.hear("bye", "ended")
    dan = ended(server, come, JSONVisitor, olga, "dan")
    dan.rate(3)
    dan.hear("rated", 3, "olga")
    live = come(server, JSONVisitor, "live")
    live_room = converse(olga, live)
    settle(olga, live_room)
    if way != "at once":
        server.restart() if way == "after a restart" else server.crash()
    someone = come(server, kind, "someone")
    for ticket, stars, answer in [
            (ann.ticket, 5, ("rated", 5, "olga")), (ann.ticket, 4, ("refused", "already_rated")),
            (bob.ticket, 1, ("rated", 1, "olga")), (cat.ticket, 5, ("refused", "bad_ticket")),
            (dan.ticket, 5, ("refused", "already_rated")),
            ("0" * 25, 5, ("refused", "bad_ticket"))]:
        rate_by_ticket(someone, ticket, stars)
        someone.hear(*answer)
    rate_by_ticket(someone, live.ticket, 2)
    # As long as it goes on it is its own client's alone; a server's end has ended it.
    someone.hear(*(("refused", "bad_ticket") if way == "at once" else ("rated", 2, "olga")))
    someone.leave()
    someone.hear("closed")

    # Once is once, also over another start.
    server.restart()
    again = come(server, kind, "again")
    for ticket in (ann.ticket, bob.ticket, dan.ticket):
        rate_by_ticket(again, ticket, 1)
        again.hear("refused", "already_rated")
    olga = come(server, JSONOperator, "olga")
    figures = olga.hear("desk")
    assert figures["rating_count"] == (3 if way == "at once" else 4)
    assert figures["attended_today"] == figures["attended_month"] == 4


def rate_by_ticket(visitor, ticket, stars):
    if visitor.kind == "json":
        visitor.request("rate", ticket=ticket, stars=stars)
    else:
        visitor.send(f"RATE {ticket} {stars}\r\n")
