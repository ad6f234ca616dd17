# A help desk: operators with a password, visitors of three protocols who talk with them alone, and
# ratings.
# SPDX-License-Identifier: GPL-3.0-or-later
import json
import signal
import threading

import pytest

from operators import OPERATORS, PASSWORD, IRCOperator, JSONOperator, sit_down
from peers import IRCPeer, JSONPeer
from restarting import RestartingServer
from visitors import KINDS, IRCVisitor, JSONVisitor, PlainVisitor, take_in_all
from waiting import PATIENCE, eventually

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
    """A visitor or an operator of that kind."""
    return lambda server, kind, nick, **more: closing(kind(server.port, nick, **more))


def converse(operator, visitor, text="how can I help?"):
    """They talk with each other; their room."""
    room = operator.take(visitor.nick)
    visitor.hear("turn", operator.nick)
    operator.say(room, text)
    visitor.hear("text", operator.nick, text)
    return room


# MARK: - Operators

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
        hear_text(olga, visitor.nick, "thank you")
        olga.close_conversation(room, "good-bye")
        visitor.hear("text", "olga", "good-bye")
        visitor.hear("over", "olga")
        visitor.hear("asked")
        # What was left while waiting is there for the operator.
        assert any(f"I have question {number}" in line for line in olga.seen) or kind is IRCOperator


def hear_text(operator, nick, text):
    """The operator is told what somebody says."""
    if operator.kind == "json":
        operator.hear("message", **{"from": nick, "text": text})
    else:
        operator.find(
            lambda event: event[:2] == (nick, "PRIVMSG") and event[2][-1] == text, text)


@pytest.mark.parametrize("form", ["plain", "hash", "variable"])
def test_the_password_is_what_makes_an_operator(
        start_server, run_chatkit, secret, come, closing, form):
    wrapper, options = (), ("--operator-password-file", secret)
    if form == "hash":
        hashed = run_chatkit("serve", "--hash-password", input=f"{PASSWORD}\n")
        assert hashed.returncode == 0 and hashed.stdout.startswith("$scrypt$")
        secret.write_text(hashed.stdout)
    elif form == "variable":
        wrapper, options = ("env", f"CHATKIT_OPERATOR_PASSWORD={PASSWORD}"), ()
    server = start_server("--desk", *options, wrapper=wrapper)
    for wrong in ("", "guess", PASSWORD[:-1], PASSWORD + " ", PASSWORD.upper(), "x" * 1025):
        guest = come(server, JSONVisitor, "guest", operator=True, token=wrong)
        assert guest.hear("refused")[1] in ("wrong_password", "try_later"), len(wrong)
        # Whoever is refused may still be a visitor.
        guest.introduce_as_visitor()
        guest.hear("queue", 1, 1)
        guest.leave()
        guest.hear("closed")
    for kind in OPERATORS:
        closing(sit_down(kind, server.port, kind.kind))
    assert PASSWORD not in server.errors


def test_a_thousand_wrong_passwords_let_nobody_in_and_hold_nobody_up(desk, come, closing):
    answers, threads = [], []
    for number, guess in enumerate([guess_over_json] * 8 + [guess_over_irc] * 2):
        threads.append(threading.Thread(target=guess, args=(desk.port, 100, answers, number)))
        threads[-1].start()
    visitors = 0
    while any(thread.is_alive() for thread in threads) or visitors < len(KINDS):
        visitor = come(desk, KINDS[visitors % len(KINDS)], f"v{visitors}")
        visitor.hear("queue", 1, 1)
        visitor.leave()
        visitor.hear("closed")
        visitors += 1
    for thread in threads:
        thread.join(PATIENCE)
    assert len(answers) == 1000
    assert set(answers) <= {"wrong_password", "try_later"} and "wrong_password" in answers
    # From elsewhere the right one is looked at, and after a while from there too.
    closing(sit_down(JSONOperator, desk.port, "olga", source=ELSEWHERE))
    closing(sit_down(IRCOperator, desk.port, "pete", patience=4 * PATIENCE))


def guess_over_json(port, count, answers, seed):
    """Tries wrong passwords, on a new connection whenever the old one was closed."""
    peer = JSONPeer(port, hello=False)
    while count:
        peer.request("hello", nick=f"m{seed}", operator=True, token=f"guess {seed} {count}")
        line = peer.read_line()
        event = json.loads(line) if line else {"type": "bye"}
        if event["type"] == "bye":
            peer.close()
            peer = JSONPeer(port, hello=False)
            continue
        answers.append(event.get("code", event["type"]))
        count -= 1
    peer.close()


def guess_over_irc(port, count, answers, seed):
    while count:
        peer = IRCPeer(port)
        peer.send(f"PASS guess-{seed}-{count}\r\nNICK m{seed}\r\nUSER m 0 * :m\r\n")
        line = peer.read_line() or ""
        answers.append(
            "wrong_password" if " 464 " in line
            else "try_later" if "too many passwords" in line else line)
        count -= 1
        peer.close()


# MARK: - Conversations

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
                 f"CHATHISTORY LATEST {first} * 50", f"TOPIC {first} :mine", "DESK close"):
        for client in (cat, pete):
            client.send(f"{line}\r\n")
    for line in (f"/join {second}", "/rooms", "/msg bob psst", f"/who {second}", "/search secret"):
        ann.say(line)
    # What is addressed to another conversation is said in one's own.
    bob.request("message", room=first, text="the secret of bob")
    bob.hear("text", "bob", "the secret of bob")
    hear_text(pete, "bob", "the secret of bob")
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


def fence(operator):
    """Waits until what the operator has asked for is done."""
    if operator.kind == "json":
        operator.request("waiting")
        operator.hear("waiting")
    else:
        operator.ask("who")
        operator.hear("NOTICE", "waiting")


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


@pytest.mark.parametrize("kind", OPERATORS)
@pytest.mark.parametrize("way", ["reset", "close", "leave"])
def test_the_visitors_of_a_vanished_operator_are_first_again(
        start_desk, come, kind, way):
    desk = start_desk("--capacity", "3")
    olga = come(desk, kind, "olga")
    assert olga.has_come()
    visitors = []
    for number, visitor in enumerate(KINDS, 1):
        visitors.append(come(desk, visitor, f"v{number}"))
        visitors[-1].hear("turn", "olga")
    room = olga.take("v1")
    olga.say(room, "what is it?")
    visitors[0].hear("text", "olga", "what is it?")
    late = come(desk, JSONVisitor, "late")
    late.hear("queue", 1, 1)
    if way == "leave":
        olga.send('{"type":"bye"}\n' if kind is JSONOperator else "QUIT\r\n")
    else:
        getattr(olga, way)()
    for number, visitor in enumerate(visitors, 1):
        visitor.hear("returned", "olga")
        visitor.hear("queue", number)
    visitors[0].say("hello?")
    # The next operator has them in their order, and what was said.
    pete = come(desk, JSONOperator, "pete")
    for visitor in visitors:
        assert pete.hear("visitor")["nick"] == visitor.nick
        visitor.hear("turn", "pete")
        pete.hear("joined", nick="pete")
    late.hear("queue", 1, 1)
    history = next(e for e in pete.events if e["type"] == "history" and e["room"] == room)
    assert [m["text"] for m in history["messages"]] == ["what is it?", "hello?"]
    # The first was attended already, the second is not.
    pete.close_conversation(room)
    visitors[0].hear("asked")
    pete.take("late")
    pete.close_conversation("#visit-2")
    visitors[1].hear("bye", "ended")
    assert visitors[1].told("asked") == []


def test_a_silent_operator_is_taken_for_gone(
        start_desk, come, closing, binary, start_program):
    """However it is that nothing is heard of it; whoever answers stays."""
    desk = start_desk("--capacity", "1")
    stopped = start_program(
        binary, "join", f"127.0.0.1:{desk.port}", "--nick", "stopped", "--operator", "--json",
        CHATKIT_OPERATOR_PASSWORD=PASSWORD)
    stopped.wait_output('"type":"desk"')
    operators = {"stopped": None}
    visitors = {"stopped": come(desk, PlainVisitor, "visitor-of-stopped")}
    visitors["stopped"].hear("turn", "stopped")
    for kind, nick in [(JSONOperator, "deaf"), (IRCOperator, "mute"), (IRCOperator, "awake"),
                       (JSONOperator, "alert")]:
        operators[nick] = closing(sit_down(kind, desk.port, nick))
        visitors[nick] = come(desk, JSONVisitor, f"visitor-of-{nick}")
        visitors[nick].hear("turn", nick)
    waiting = come(desk, IRCVisitor, "waiting")
    waiting.hear("queue", 1, 1)
    stopped.signal(signal.SIGSTOP)
    operators["deaf"].fall_silent()
    operators["mute"].fall_silent()
    gone = ("stopped", "deaf", "mute")
    for nick in gone:
        visitors[nick].hear("returned", nick)
    for place, nick in enumerate(gone, 1):
        eventually(f"place {place}", lambda: take_in_one(visitors[nick]) == (place, 4))
    waiting.hear("queue", 4, 4)
    for nick in ("awake", "alert"):
        room = operators[nick].take()
        operators[nick].say(room, "are you there?")
        visitors[nick].hear("text", nick, "are you there?")
        assert visitors[nick].told("returned") == []


def take_in_one(visitor):
    """Where it waits; what there is to read is read first."""
    visitor.socket.settimeout(0.05)
    try:
        visitor.take_in()
    except TimeoutError:
        pass
    visitor.socket.settimeout(PATIENCE)
    return visitor.place


def test_each_operator_has_as_many_visitors_as_the_capacity_says(start_desk, come):
    desk = start_desk("--capacity", "2")
    olga, pete = come(desk, JSONOperator, "olga"), come(desk, IRCOperator, "pete")
    assert olga.has_come() and pete.has_come()
    visitors = []
    # The next one goes to who has the least to do.
    for number in range(4):
        visitors.append(come(desk, KINDS[number % 3], f"v{number}"))
        visitors[-1].served_by = visitors[-1].hear("turn")[1]
    names = [visitor.served_by for visitor in visitors]
    assert sorted(names[:2]) == sorted(names[2:]) == ["olga", "pete"]
    late = [come(desk, KINDS[0], "late0")]
    late[0].hear("queue", 1, 1)
    late.append(come(desk, KINDS[1], "late1"))
    late[1].hear("queue", 2, 2)
    operators = {"olga": olga, "pete": pete}
    for number, visitor in enumerate(visitors[:2]):
        operators[visitor.served_by].close_conversation(f"#visit-{number + 1}", "bye")
        visitor.hear("asked")
        assert late[number].hear("turn")[1] == visitor.served_by
    status = [event for event in olga.events if event["type"] == "desk"]
    assert all(info["serving"] <= 2 for event in status for info in event["operators"])


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


# MARK: - Ratings

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


def settle(operator, room):
    """What is saved now has everything before it."""
    operator.request("message", room=room, text="saved?", nonce="saved")
    operator.hear("ack", nonce="saved")
