# `chatkit join` as a visitor: waiting, being served, being asked how it was; with a terminal and without.
# SPDX-License-Identifier: GPL-3.0-or-later
import json
import re
import time

import pytest

from fake_desk import FakeDesk
from peers import JSONPeer
from processes import Program
from terminals import RETURN


@pytest.fixture
def desk(closing):
    return closing(FakeDesk())


@pytest.fixture
def visit(desk, binary, start_terminal):
    """A visitor on a terminal, and its connection seen from the server."""
    def come(*options, nick="ann", **more):
        terminal = start_terminal(binary, "join", desk.address, "--nick", nick, *options, **more)
        client = desk.accept()
        client.welcome()
        return terminal, client
    return come


def queue(client, position, of, eta=120, waited=0, expires=300):
    client.send(
        "queue", position=position, of=of, eta_s=eta, waited_s=waited, expires_in_s=expires,
        ticket="t-1")


def admit(client):
    client.send(
        "admitted", server="Server A", operator="olga", room="#visit-7", waited=True, ticket="t-1")


def test_the_place_in_the_queue_is_one_line_that_changes(visit):
    terminal, client = visit()
    client.enter("#visit-7", ("ann",))
    queue(client, 7, 9)
    terminal.wait("the place", lambda: terminal.last_line.startswith("7 of 9, about "))
    for position in range(6, 0, -1):
        queue(client, position, position + 1)
    terminal.wait("the first place", lambda: terminal.last_line.startswith("1 of 2, about "))
    assert terminal.text.count(" waiting: ") == 1 and len(terminal.lines) == 3
    seen = set()

    def goes_on():
        seen.add(terminal.last_line)
        return len(seen) > 2
    terminal.wait("the time waited to go on", goes_on)
    queue(client, 1, 1, eta=None, waited=290, expires=10)
    terminal.wait("the time left", lambda: re.fullmatch(
        r"1 of 1, waited [45]:\d\d, 0:(10|0\d) left>", terminal.last_line))


def test_the_time_goes_on_also_when_the_wait_begins_later(visit):
    terminal, client = visit()
    client.enter("#visit-7", ("ann",))
    terminal.wait_text("connected to Server A")
    # Its main thread has nothing more to do by now.
    time.sleep(0.3)
    queue(client, 1, 2)
    terminal.wait("the place", lambda: terminal.last_line.startswith("1 of 2, about "))
    seen = set()

    def goes_on():
        seen.add(terminal.last_line)
        return len(seen) > 2
    terminal.wait("the time waited to go on", goes_on)


def test_what_is_typed_while_waiting_is_sent_and_survives_the_changes(visit):
    terminal, client = visit()
    client.enter("#visit-7", ("ann",))
    queue(client, 2, 2)
    terminal.wait_text("2 of 2")
    terminal.type("my prin")
    for position in (2, 1, 2, 1):
        queue(client, position, 2)
    terminal.wait("the line", lambda: re.fullmatch(r"1 of 2, .*> my prin", terminal.last_line))
    terminal.type(f"ter burns{RETURN}")
    assert client.take("my printer burns")["room"] == "#visit-7"
    admit(client)
    terminal.wait_text("- You are talking with olga of Server A.")
    terminal.wait_line("ann to olga>")


def test_the_end_asks_for_stars_and_takes_them(visit):
    terminal, client = visit()
    client.enter("#visit-7", ("ann",))
    admit(client)
    terminal.wait_line("ann to olga>")
    client.ended("ann", 7, reason="closed", operator="olga", rate=True)
    terminal.wait_line("how was it? 1 to 5 stars, Enter for none>")
    terminal.type(f"wonderful{RETURN}")
    terminal.wait_text("! a rating is 1 to 5 stars")
    terminal.type(f"***** thank you{RETURN}")
    client.expect("rate", stars=5, comment="thank you", ticket="t-1")
    client.send("rated", stars=5, comment="thank you", operator="olga")
    terminal.wait_text("★★★★★ for olga: thank you")
    client.goodbye()
    assert terminal.wait_exit() == 0


@pytest.mark.parametrize("answer", ["", "no", "quit"])
def test_the_question_can_be_refused(visit, answer):
    terminal, client = visit()
    admit(client)
    client.ended("ann", 7, reason="closed", operator="olga", rate=True)
    terminal.wait_line("how was it? 1 to 5 stars, Enter for none>")
    terminal.type(answer + RETURN)
    client.goodbye()
    assert terminal.wait_exit() == 0


def test_the_ticket_gives_the_place_back(desk, visit):
    terminal, client = visit()
    queue(client, 3, 4)
    terminal.wait_text("3 of 4")
    client.close()
    terminal.wait("offline", lambda: terminal.last_line.endswith("(offline)>"))
    again = desk.accept()
    again.welcome()
    assert again.hello["ticket"] == "t-1"
    queue(again, 2, 3, waited=20)
    terminal.wait("the place", lambda: terminal.last_line.startswith("2 of 3"))


@pytest.mark.parametrize("code", ["wait_expired", "queue_full", "no_server"])
def test_sent_away_for_now_it_ends_with_75_and_does_not_come_back(
        desk, binary, start_program, code):
    program = start_program(binary, "join", desk.address, "--nick", "ann")
    client = desk.accept()
    client.welcome()
    queue(client, 1, 1)
    client.send("bye", code=code, reason="not now", retry=True)
    client.close()
    assert program.wait() == 75
    assert "not now" in program.errors


def test_without_a_terminal_every_change_is_a_line(desk, binary, start_program):
    program = start_program(binary, "join", desk.address, "--nick", "ann")
    client = desk.accept()
    client.welcome()
    for position, of in ((3, 3), (3, 3), (2, 3), (1, 2)):
        queue(client, position, of)
    admit(client)
    program.wait_output("* - You are talking with olga of Server A.\n")
    lines = [line.split(" ", 1)[1] for line in program.lines]
    assert lines[:3] == [
        f"* - You are number {position} of {of} waiting: about 2 minutes, at most 5 minutes more."
        for position, of in ((3, 3), (2, 3), (1, 2))]
    client.enter("#visit-7", ("ann", "olga"))
    client.ended("ann", 7, reason="closed", operator="olga", rate=True)
    program.wait_output("The conversation with olga is over.")
    program.write("4 fine\n")
    client.expect("rate", stars=4, comment="fine")
    client.send("rated", stars=4, comment="fine", operator="olga")
    client.goodbye()
    assert program.wait() == 0


def test_send_waits_until_somebody_is_there(desk, binary, start_program):
    program = start_program(binary, "join", desk.address, "--nick", "ann", "--send", "help!")
    client = desk.accept()
    client.expect("hello")
    queue(client, 2, 2)
    client.send("welcome", v=1, server="Server A", nick="ann", resume="r-1", rooms=[])
    client.nick = "ann"
    queue(client, 1, 1)
    assert program.process.poll() is None
    client.enter("#visit-7", ("ann", "olga"))
    admit(client)
    client.take("help!")
    client.goodbye()
    assert program.wait() == 0 and program.output == ""


def test_json_passes_everything_on_and_takes_ratings(desk, binary, start_program):
    program = start_program(binary, "join", desk.address, "--nick", "ann", "--json")
    client = desk.accept()
    client.welcome()
    queue(client, 1, 1)
    admit(client)
    client.ended("ann", 7, reason="closed", operator="olga", rate=True)
    program.wait_output('"type": "ended"')
    events = [json.loads(line) for line in program.lines]
    assert [event["type"] for event in events] == ["welcome", "queue", "admitted", "ended"]
    assert events[1]["ticket"] == "t-1"
    program.write('{"type":"rate","stars":5,"comment":"ok"}\n')
    client.expect("rate", stars=5, comment="ok")
    client.send("rated", stars=5, operator="olga")
    client.send("bye", code="ended", reason="the conversation is over", retry=False)
    client.close()
    assert program.wait() == 0
    assert [json.loads(line)["type"] for line in program.lines][-2:] == ["rated", "bye"]


def test_where_one_waits_for_a_room_words_are_kept_and_sent_in_turn(
        start_server, binary, start_terminal, closing):
    server = start_server("--capacity", "1")
    first = closing(JSONPeer(server.port, "first"))
    ann = start_terminal(binary, "join", f"127.0.0.1:{server.port}", "--nick", "ann")
    ann.wait("the queue", lambda: ann.last_line.startswith("1 of 1"))
    ann.type(f"am I in?{RETURN}")
    ann.wait_text("[kept until it is your turn]")
    first.request("bye")
    ann.wait_text("- It is your turn: chatkit has a free slot.")
    ann.wait_text("ann: am I in? ✓")
    ann.wait_line("#lobby ann>")


def test_a_visitor_and_an_operator_at_a_real_desk(
        start_server, binary, home, start_terminal, closing):
    password = home.path / "password"
    password.write_text("sesame\n")
    password.chmod(0o600)
    server = start_server("--desk", "--name", "Server A", "--operator-password-file", password)
    address = f"127.0.0.1:{server.port}"
    ann = start_terminal(binary, "join", address, "--nick", "ann")
    ann.wait("the queue", lambda: ann.last_line.startswith("1 of 1"))
    ann.type(f"is anybody there?{RETURN}")
    ann.wait_text("ann: is anybody there? ✓")
    olga = start_terminal(
        binary, "join", address, "--operator", "--nick", "olga", "--password-file", password)
    olga.wait_text("- ann is here; waited")
    olga.wait_text("ann: is anybody there?")
    olga.wait_text("approached 1 · lost 0")
    ann.wait_text("- You are talking with olga of Server A.")
    bob = closing(Program(
        [binary, "join", address, "--nick", "bob", "--json"], home.environment()))
    bob.wait_output('"type":"queue"')
    olga.wait_text("1 waiting, the oldest 0:")
    olga.type(f"I am{RETURN}")
    ann.wait_text("olga: I am")
    olga.wait_text("attended 1 today · 1 this month")
    olga.type(f"/close good luck{RETURN}")
    olga.wait_text("- the conversation with ann is over")
    olga.wait_text("- bob is here")
    bob.wait_output('"type":"admitted"')
    ann.wait_text("olga: good luck")
    ann.wait_line("how was it? 1 to 5 stars, Enter for none>")
    ann.type(f"4 quick{RETURN}")
    ann.wait_text("★★★★☆ for olga: thank you")
    assert ann.wait_exit() == 0
    olga.wait_text("4.0 ★ of 1")
    olga.type(f"/quit{RETURN}")
    assert olga.wait_exit() == 0
    bob.wait_output('"type":"returned"')
    bob.close_input()
