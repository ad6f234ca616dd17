# Who sits at a help desk: whoever has the password, with as many visitors as there are slots, until
# it goes, vanishes or falls silent.
# SPDX-License-Identifier: GPL-3.0-or-later
import json
import signal
import threading

import pytest

from desks import ELSEWHERE
from operators import OPERATORS, PASSWORD, IRCOperator, JSONOperator, sit_down
from peers import IRCPeer, JSONPeer
from visitors import KINDS, IRCVisitor, JSONVisitor, PlainVisitor
from waiting import PATIENCE, eventually


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
            else "try_later" if "too many failed passwords" in line else line)
        count -= 1
        peer.close()


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
