# A full room: whoever comes waits in the order of coming, is told its place in its own protocol,
# and has its turn, its end or its place back as promised.
# SPDX-License-Identifier: GPL-3.0-or-later
import json
import os
import random

import pytest

from desks import ELSEWHERE
from restarting import RestartingServer
from visitors import KINDS, IRCVisitor, JSONVisitor, PlainVisitor, come_back, take_in_all
from waiting import PATIENCE, eventually

@pytest.fixture
def line_up(come):
    """Clients of these kinds who come one after the other, and all wait."""
    def line_up(server, kinds, name="w"):
        line = []
        for number, kind in enumerate(kinds, 1):
            line.append(come(server, kind, f"{name}{number}"))
            line[-1].hear("queue", number, number)
        return line
    return line_up


def mixed(count):
    """So many, one kind after the other."""
    return [KINDS[number % len(KINDS)] for number in range(count)]


def people(watcher):
    """The greatest number of people there ever were in the watcher's room, by what it was told."""
    here, most = set(), 0
    for line in watcher.seen:
        event = json.loads(line)
        if event["type"] == "names" and event.get("entered"):
            here = {member["nick"] for member in event["members"]}
        elif event["type"] == "joined":
            here.add(event["nick"])
        elif event["type"] == "left":
            here.discard(event["nick"])
        most = max(most, len(here))
    return most


def joined(watcher):
    """Who has entered since the watcher did, in that order."""
    events = [json.loads(line) for line in watcher.seen]
    return [e["nick"] for e in events if e["type"] == "joined" and e["nick"] != watcher.nick]


def test_everyone_is_told_the_place_and_the_turn_in_their_own_words(start_server, come, line_up):
    server = start_server("--capacity", "2", "--wait", "300")
    first, second = (come(server, JSONVisitor, nick).enter() for nick in ("first", "second"))
    line = line_up(server, KINDS)
    # The queue has become longer behind them.
    line[0].hear("queue", 1, 2)
    line[0].hear("queue", 1, 3)
    line[1].hear("queue", 2, 3)
    for waiting in line:
        waiting.say("let me in")
        waiting.hear("refused", "waiting")

    first.leave()
    line[0].hear("turn")
    line[0].enter()
    line[1].hear("queue", 1, 2)
    line[2].hear("queue", 2, 2)
    # However somebody goes: the next one is in.
    second.reset()
    line[1].hear("turn")
    line[1].enter()
    line[2].hear("queue", 1, 1)
    line[0].close()
    line[2].hear("turn")
    line[2].enter()
    line[2].say("at last")
    line[1].hear("text", line[2].nick, "at last")


def test_who_need_not_wait_hears_nothing_of_a_queue(start_server, come):
    server = start_server("--capacity", "3")
    for kind in KINDS:
        visitor = come(server, kind, kind.kind).enter()
        assert visitor.told("queue") == visitor.told("turn") == []


def test_thirty_clients_of_three_protocols_are_served_in_the_order_they_came(
        start_server, come, line_up):
    server = start_server("--capacity", "2")
    watcher = come(server, JSONVisitor, "watcher").enter()
    served = come(server, PlainVisitor, "served").enter()
    line = line_up(server, mixed(30))
    # One slot goes through all hands, and is given up in all ways: so fast that not every change of
    # place is news before the turn is.
    for number, visitor in enumerate(line):
        [served.leave, served.close, served.reset][number % 3]()
        visitor.hear("turn")
        visitor.enter()
        served = visitor
    take_in_all([watcher], lambda: len(joined(watcher)) == 31)
    assert joined(watcher) == ["served"] + [visitor.nick for visitor in line]
    assert people(watcher) == 2


def test_several_slots_freed_at_once_go_to_as_many(start_server, come, line_up):
    server = start_server("--capacity", "4")
    watcher = come(server, JSONVisitor, "watcher").enter()
    served = [come(server, PlainVisitor, f"s{number}").enter() for number in range(3)]
    line = line_up(server, mixed(5))
    for visitor in served:
        visitor.close()
    for visitor in line[:3]:
        visitor.enter()
    line[3].hear("queue", 1, 2)
    line[4].hear("queue", 2, 2)
    assert people(watcher) <= 4


@pytest.mark.parametrize("kind", KINDS)
def test_a_wait_that_expires_is_told_and_ends_the_connection(start_server, come, kind):
    server = start_server("--capacity", "1", "--wait", "1")
    served = come(server, JSONVisitor, "served").enter()
    waiting = come(server, kind, "waiting")
    waiting.hear("queue", 1, 1)
    waiting.hear("bye", "wait_expired")
    waiting.hear("closed")
    assert not waiting.was_reset
    if kind is JSONVisitor:
        assert json.loads(waiting.seen[-1])["retry"] is True
    # Who is served is not meant, and the place is free for others.
    served.say("still here")
    served.hear("text", "served", "still here")
    come(server, kind, "waiting").hear("queue", 1, 1)


def test_only_the_wait_of_those_expires_who_have_waited_so_long(start_server, come):
    server = start_server("--capacity", "1", "--wait", "2")
    come(server, JSONVisitor, "served").enter()
    early = come(server, PlainVisitor, "early")
    early.hear("queue", 1, 1)
    eventually("a second of waiting", lambda: waited(early) >= 1)
    late = come(server, JSONVisitor, "late")
    late.hear("queue", 2, 2)
    early.hear("bye", "wait_expired")
    late.hear("queue", 1, 1)
    late.hear("bye", "wait_expired")


def waited(visitor):
    """For how many seconds it has waited, by the server's clock: of its two it has so many left."""
    asker = JSONVisitor(visitor.socket.getpeername()[1], "asker")
    asker.hear("queue", 2)
    asker.leave()
    visitor.hear("queue", 1, 1)
    left = [line for line in visitor.seen if "at most" in line][-1]
    return 2 - int(left.split("at most ")[1].split()[0])


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("most", [0, 2])
def test_a_full_queue_turns_others_away_at_once(
        start_server, come, line_up, kind, most):
    server = start_server("--capacity", "1", "--max-waiting", most)
    served = come(server, PlainVisitor, "served").enter()
    line = line_up(server, mixed(most))
    for number in range(3):
        late = come(server, kind, f"late{number}")
        late.hear("bye", "queue_full")
        late.hear("closed")
        assert late.told("queue") == [] and not late.was_reset
    # When somebody has its turn, there is a place again.
    served.leave()
    for waiting in line[:1]:
        waiting.hear("turn")
        come(server, kind, "another").hear("queue", most, most)
    if not most:
        served.hear("closed")
        come(server, kind, "another").enter()


def test_a_dropped_client_has_its_place_again_and_others_have_not(
        start_server, come, line_up, closing):
    """Within 30 seconds; after these it has not. Meanwhile everyone is told where they stand at
    least every 15 seconds."""
    server = start_server("--capacity", "1")
    served = come(server, PlainVisitor, "served").enter()
    line = line_up(server, [
        JSONVisitor, PlainVisitor, IRCVisitor, JSONVisitor, *KINDS, JSONVisitor])
    returning, lost, last = line[:4], line[4:7], line[7]
    for visitor in returning:
        visitor.vanish()
    # By the ticket, under any name and from anywhere.
    line[0] = come(server, JSONVisitor, "new", ticket=line[0].ticket, source=ELSEWHERE)
    # By nick and address, whatever is spoken.
    line[1] = closing(come_back(PlainVisitor, server.port, line[1].nick))
    line[2] = closing(come_back(IRCVisitor, server.port, line[2].nick))
    line[3] = closing(come_back(PlainVisitor, server.port, line[3].nick))
    for number in range(4):
        line[number].hear("queue", number + 1, 8)
    # Whoever has only the same name, and comes from elsewhere, is somebody else.
    for visitor in lost:
        visitor.vanish()
        stranger = closing(come_back(JSONVisitor, server.port, visitor.nick, source=ELSEWHERE))
        stranger.hear("queue", 9, 9)
        stranger.leave()
        stranger.hear("closed")
        last.hear("queue", 8, 8)

    # Nothing changes now until the three are given up: that takes 30 seconds, two notices long.
    quiet = last.heard
    last.hear("queue", 5, 5, patience=30 + PATIENCE)
    assert last.events[quiet:].count(("queue", 8, 8)) >= 2, last.events
    for visitor in lost:
        again = come(server, type(visitor), visitor.nick)
        again.hear("queue", 6, 6)
        again.leave()
        again.hear("closed")
    served.leave()
    for visitor in (*line[:4], last):
        visitor.enter().leave()


def test_a_place_goes_on_from_another_connection_while_the_old_one_seems_open(
        start_server, come, line_up):
    server = start_server("--capacity", "1")
    served = come(server, PlainVisitor, "served").enter()
    first, second = line_up(server, [JSONVisitor] * 2)
    again = come(server, JSONVisitor, first.nick, ticket=first.ticket)
    again.hear("queue", 1, 2)
    first.hear("bye", "replaced")
    first.hear("closed")
    served.leave()
    again.enter()
    # A slot goes on too.
    last = come(server, JSONVisitor, first.nick, ticket=first.ticket).enter()
    again.hear("bye", "replaced")
    last.leave()
    second.enter()


@pytest.mark.parametrize("stage, way", [
    ("waiting", "ticket"), ("waiting", "resume"), ("served", "resume")])
def test_whoever_is_refused_takes_nobodys_place(start_server, come, stage, way):
    server = start_server("--capacity", "1")
    owner = come(server, JSONVisitor, "owner").enter()
    other = come(server, JSONVisitor, "other")
    other.hear("queue", 1, 1)
    victim, third = (other, owner) if stage == "waiting" else (owner, other)
    token = victim.ticket if way == "ticket" else session(victim)
    # A nick that neither of the two connections may have.
    refused = come(server, JSONVisitor, third.nick, **{way: token})
    refused.hear("refused", "nick_taken")
    refused.close()
    # Nobody has noticed anything.
    owner.say("hello")
    owner.hear("text", "owner", "hello")
    owner.leave()
    other.enter()


def session(visitor):
    """The token by which it could go on."""
    return next(
        event["resume"] for event in map(json.loads, visitor.seen) if event["type"] == "welcome")


def test_a_waiting_irc_client_gets_an_answer_to_its_ping(start_server, come):
    server = start_server("--capacity", "1")
    come(server, JSONVisitor, "served").enter()
    ida = come(server, IRCVisitor, "ida")
    ida.hear("queue", 1, 1)
    ida.send("PING :are-you-there\r\n")
    take_in_all([ida], lambda: any(
        " PONG " in line and line.endswith(":are-you-there") for line in ida.seen))
    assert ida.told("refused") == []


@pytest.mark.parametrize("way", ["restart", "crash"])
def test_places_are_kept_while_the_server_is_started_again(
        start_server, home, come, line_up, way):
    server = RestartingServer(start_server, "--capacity", "1", "--db", home.path / "queue.db")
    served = come(server, JSONVisitor, "served").enter()
    line = line_up(server, [JSONVisitor] * 4)
    # What is saved now has everything before it.
    served.request("message", text="saved", nonce="saved")
    take_in_all([served], lambda: any('"ack"' in line for line in served.seen))
    getattr(server, way)()
    fresh = come(server, PlainVisitor, "fresh").enter()
    # Whoever comes back stands where it stood, in whatever order they come; the third does not.
    back = {}
    for number in (3, 0, 1):
        back[number] = come(
            server, JSONVisitor, line[number].nick, ticket=line[number].ticket)
        back[number].hear("queue", number + 1, 4)
    fresh.leave()
    for number in (0, 1, 3):
        back[number].enter().leave()


def test_five_hundred_wait_while_people_come_and_go(
        start_server, come, line_up, closing):
    """Whatever happens: never more in the room than it has slots, and when all is quiet everyone's
    last known place is the true one."""
    seed = int(os.environ.get("CHATKIT_SEED", random.randrange(1 << 32)))
    print(f"CHATKIT_SEED={seed}")
    chance = random.Random(seed)
    slots, queue = 10, 500
    server = start_server("--capacity", slots)
    watcher = come(server, JSONVisitor, "watcher").enter()
    served = [come(server, kind, f"s{n}").enter() for n, kind in enumerate(mixed(slots - 1))]
    line = line_up(server, mixed(queue))
    for number in range(600):
        what = chance.choice(["come", "finish", "give up", "drop"])
        if what == "come":
            line.append(come(server, KINDS[number % 3], f"c{number}"))
            line[-1].hear("queue", len(line), len(line))
        elif what == "finish":
            served.pop(chance.randrange(len(served))).leave()
            served.append(line.pop(0).enter())
        elif what == "give up":
            visitor = line.pop(chance.randrange(len(line)))
            visitor.leave()
            visitor.hear("closed")
        else:
            place = chance.randrange(len(line))
            visitor = line[place]
            visitor.vanish()
            if visitor.ticket:
                line[place] = come(server, JSONVisitor, visitor.nick, ticket=visitor.ticket)
                # Before it is back its turn may come, and go to somebody else.
                line[place].hear("welcome")
            else:
                line[place] = closing(come_back(type(visitor), server.port, visitor.nick))

    def wrong():
        return [
            (visitor.nick, visitor.place, place) for place, visitor in enumerate(line, 1)
            if visitor.place != (place, len(line))]

    take_in_all([watcher, *line], lambda: not wrong())
    assert people(watcher) == slots
