# `chatkit join --operator` on a terminal: the header stays and is current, the conversation scrolls
# below it, and the line being typed survives both.
# SPDX-License-Identifier: GPL-3.0-or-later
import re
import signal

import pytest

from fake_desk import FakeDesk
from terminals import BACKSPACE, CTRL_A, CTRL_C, RETURN, TAB

CTRL_L, CTRL_R, CTRL_Z = "\x0c", "\x12", "\x1a"
RULE = "─" * 80
SGR = re.compile(rb"\x1b\[[0-9;]*m")


@pytest.fixture
def desk(closing):
    return closing(FakeDesk())


@pytest.fixture
def sit_down(desk, binary, home, start_terminal):
    """An operator at the desk: its terminal, and its connection seen from the server."""
    def sit(*options, nick="olga", report=True, **more):
        terminal = start_terminal(
            binary, "join", desk.address, "--operator", "--nick", nick, *options,
            CHATKIT_OPERATOR_PASSWORD="sesame", **more)
        client = desk.accept()
        client.welcome()
        if report:
            client.report()
        terminal.wait("the prompt", lambda: f"{nick}>" in terminal.text)
        return terminal, client
    return sit


def scrolls_as_a_whole(terminal):
    return terminal.screen.margins in (None, (0, terminal.screen.lines - 1))


def bells(terminal):
    terminal.draw()
    return terminal.raw.count(b"\x07")


def header(terminal, rows=4):
    terminal.draw()
    return [line.rstrip() for line in terminal.screen.display[:rows]]


def test_the_header_has_the_eight_fields_and_the_queue(sit_down):
    terminal, client = sit_down()
    assert client.hello["operator"] is True and client.hello["token"] == "sesame"
    client.visitor("ann", 17)
    terminal.wait_text("with ann 0:")
    title, figures, people, rule = header(terminal)
    assert re.fullmatch(
        r" Server A +(Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day, \d{4}-\d\d-\d\d \d\d:\d\d:\d\d",
        title)
    assert figures == (
        " attended 12 today · 148 this month · 4.5 ★ of 97 · approached 1210 · lost 39")
    assert re.fullmatch(r" with ann \d+:\d\d +3 waiting, the oldest 4:\d\d", people)
    assert rule == RULE
    client.report(attended_today=13, attended_month=149, lost=40, waiting=0, oldest_wait_s=None)
    terminal.wait_text("attended 13 today · 149 this month · 4.5 ★ of 97 · approached 1210 · lost 40")
    terminal.wait_text("nobody waiting")


def test_the_clock_and_the_waiting_go_on_by_themselves(sit_down):
    terminal, client = sit_down()
    terminal.wait_text("the oldest 4:")
    seen = set()

    def three_seconds():
        seen.add((header(terminal)[0][-8:], header(terminal)[2][-4:]))
        return len({time for time, _ in seen}) > 2 and len({wait for _, wait in seen}) > 2
    terminal.wait("three seconds of the header's clocks", three_seconds)


def test_the_clock_goes_on_while_somebody_types(sit_down):
    terminal, client = sit_down()
    seen = set()

    def goes_on():
        terminal.type(f"a{BACKSPACE}")
        seen.add(header(terminal)[0][-8:])
        return len(seen) > 3
    terminal.wait("the clock", goes_on)


def test_the_conversation_scrolls_below_the_header(sit_down):
    terminal, client = sit_down()
    client.visitor("ann", 17, name="Ann Lee", student_id="42", github="")
    terminal.wait_text("- ann is here; waited 1:20; name: Ann Lee; student id: 42")
    for number in range(60):
        client.say("#visit-17", "ann", f"line {number}")
    terminal.wait_text("ann: line 59")
    assert header(terminal)[1].startswith(" attended 12 today") and header(terminal)[3] == RULE
    shown = [line for line in terminal.lines[4:] if "ann: line" in line]
    assert [line[-7:] for line in shown] == [f"line {number}" for number in range(41, 60)]
    assert terminal.last_line.startswith("ann (") and len(terminal.lines) == 24
    terminal.type(f"I see{RETURN}")
    client.take("I see")
    terminal.wait_text("olga: I see ✓")


def test_long_messages_break_between_words(sit_down):
    terminal, client = sit_down()
    client.visitor("ann", 17)
    client.say("#visit-17", "ann", " ".join(["word"] * 25))
    terminal.wait("two rows", lambda: any(
        re.match(r"\d\d:\d\d ann: word .*word$", line) for line in terminal.lines))
    assert any(re.match(r"      word( word)+$", line) for line in terminal.lines)


def test_a_storm_of_messages_leaves_line_and_header_whole(sit_down):
    terminal, client = sit_down()
    client.visitor("ann", 17)
    terminal.wait_text("ann (0:")
    text = "".join(chr(ord("a") + number % 26) for number in range(60))
    for number, key in enumerate(text):
        terminal.type(key)
        client.say("#visit-17", "ann", f"m{number}")
        client.report(approached=number)
    client.say("#visit-17", "ann", "the last one")
    terminal.wait_text("the last one")
    terminal.wait("the whole line", lambda: terminal.last_line.endswith(f")> {text}"))
    assert header(terminal)[3] == RULE
    assert terminal.text.count(")> ") == 1
    terminal.wait_text("approached 59")
    terminal.type(RETURN)
    client.take(text)


def test_the_cursor_stays_where_it_was_while_clocks_go_on(sit_down):
    terminal, client = sit_down()
    client.visitor("ann", 17)
    terminal.wait_text("ann (0:")
    terminal.type(f"world{CTRL_A}")
    column = len("ann (0:00)> ")
    terminal.wait_cursor(column)
    before = header(terminal)[0]
    terminal.wait("another second", lambda: header(terminal)[0] != before)
    terminal.wait_cursor(column)
    assert terminal.screen.cursor.y == 23
    terminal.type(f"hello {RETURN}")
    client.take("hello world")


def test_another_size_is_laid_out_anew_and_back(sit_down):
    terminal, client = sit_down()
    client.visitor("ann", 17)
    for number in range(30):
        client.say("#visit-17", "ann", f"line {number}")
    terminal.type("half a line")
    terminal.wait_text("ann: line 29")
    terminal.wait("the line", lambda: terminal.last_line.endswith("half a line"))
    terminal.resize(12, 40)
    terminal.wait_text("today 12 · month 148 · 4.5 ★ of 97")
    terminal.wait("the line again", lambda: terminal.last_line.endswith("> half a line"))
    title, figures, more, people = header(terminal)
    assert title.startswith(" Server A ") and re.search(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$", title)
    assert more == " approached 1210 · lost 39"
    assert re.fullmatch(r" with ann \d+:\d\d +3 waiting, oldest 4:\d\d", people)
    assert [line[-7:] for line in terminal.lines[4:11]] == [
        f"line {number}" for number in range(23, 30)]
    client.say("#visit-17", "ann", "in the small one")
    terminal.wait_text("in the small one")
    terminal.resize(24, 80)
    terminal.wait_text(RULE)
    terminal.wait("the line once more", lambda: terminal.last_line.endswith("> half a line"))
    assert header(terminal)[1].startswith(" attended 12 today")
    assert "in the small one" in terminal.text and "line 13" in terminal.text
    assert terminal.text.count("half a line") == 1
    terminal.type(f" is whole{RETURN}")
    client.take("half a line is whole")


def test_small_terminals_have_one_line_or_none(sit_down):
    terminal, client = sit_down(rows=8, columns=30)
    client.visitor("ann", 17)
    terminal.wait("one line", lambda: re.fullmatch(
        r" ann \d:\d\d · 3 wait, 4:\d\d", header(terminal)[0]))
    terminal.resize(5, 60)
    terminal.wait("no header", lambda: not any("wait, 4:" in line for line in terminal.lines))
    terminal.wait("the prompt", lambda: terminal.last_line.startswith("ann ("))


def test_wide_characters_keep_the_columns_right(sit_down):
    terminal, client = sit_down()
    client.report(server="サポートデスク東京")
    client.visitor("李小龙", 17)
    terminal.wait_text("with 李小龙")
    terminal.draw()
    for row in (0, 2):
        # What stands on the right ends before the last column.
        assert terminal.screen.buffer[row][78].data.isdigit()
        assert terminal.screen.buffer[row][79].data == " "
    client.say("#visit-17", "李小龙", "日本語" * 15)
    terminal.wait_text("日本語")
    assert header(terminal)[3] == RULE
    terminal.wait("the prompt", lambda: terminal.last_line.startswith("李小龙 ("))


def test_a_redraw_brings_everything_back(sit_down):
    terminal, client = sit_down()
    client.visitor("ann", 17)
    client.say("#visit-17", "ann", "still there?")
    terminal.wait_text("still there?")
    terminal.type("yes")
    terminal.wait("the line", lambda: terminal.last_line.endswith("> yes"))
    terminal.screen.erase_in_display(2)
    terminal.type(CTRL_L)
    terminal.wait_text("still there?")
    terminal.wait("the line again", lambda: terminal.last_line.endswith("> yes"))
    assert header(terminal)[3] == RULE


def test_a_search_in_the_history_is_not_disturbed_by_the_clock(sit_down):
    terminal, client = sit_down()
    client.visitor("ann", 17)
    terminal.wait_text("ann (0:")
    terminal.type(f"find me again{RETURN}")
    client.take("find me again")
    terminal.type(f"{CTRL_R}find")
    terminal.wait_text("(reverse-i-search)`find': find me again")
    before = header(terminal)[0]
    terminal.wait("another second", lambda: header(terminal)[0] != before)
    assert terminal.last_line == "(reverse-i-search)`find': find me again"
    terminal.type(RETURN)
    client.take("find me again")


@pytest.mark.parametrize("way", ["/quit", "ctrl-c", "TERM", "HUP", "QUIT"])
def test_the_terminal_is_as_before_when_it_ends(sit_down, way):
    terminal, client = sit_down()
    client.visitor("ann", 17)
    client.say("#visit-17", "ann", "good-bye")
    terminal.wait_text("good-bye")
    assert terminal.screen.margins == (4, 23)
    if way == "/quit":
        terminal.type(f"/quit{RETURN}")
    elif way == "ctrl-c":
        terminal.type(CTRL_C)
        terminal.wait_text("press Ctrl+C again to leave")
        terminal.type(CTRL_C)
    else:
        terminal.signal(getattr(signal, f"SIG{way}"))
    client.goodbye()
    status = terminal.wait_exit()
    number = getattr(signal, f"SIG{way}", None)
    assert status == (128 + number if number else 0)
    assert scrolls_as_a_whole(terminal)
    assert "attended" not in terminal.text and RULE not in terminal.text
    assert "ann: good-bye" in terminal.text
    assert terminal.last_line == "[connection closed] you left"
    assert terminal.screen.cursor.y == len(terminal.lines)


def test_the_terminal_is_as_before_when_the_server_goes_for_good(sit_down):
    terminal, client = sit_down("--no-reconnect")
    client.close()
    assert terminal.wait_exit() == 69
    assert scrolls_as_a_whole(terminal) and RULE not in terminal.text


def test_a_lost_connection_shows_in_the_header_and_comes_back(desk, sit_down):
    terminal, client = sit_down()
    client.visitor("ann", 17)
    terminal.wait_text("ann (0:")
    client.close()
    terminal.wait_text("Server A OFFLINE")
    again = desk.accept()
    again.welcome()
    assert again.hello["token"] == "sesame" and again.hello["resume"] == "r-1"
    again.report()
    terminal.wait("the header", lambda: "OFFLINE" not in terminal.text)
    terminal.wait_line("olga>")


def test_no_color_means_no_colour(sit_down):
    terminal, client = sit_down(NO_COLOR="1")
    client.visitor("ann", 17)
    terminal.wait_text("with ann 0:")
    assert not SGR.search(terminal.raw)


def test_names_and_server_cannot_drive_the_terminal(sit_down):
    terminal, client = sit_down()
    client.report(server="Server\x1b[2JA\x9b5A", current=["\x1b[31mx"], operators=[
        {"nick": "b\x1b]0;title\x07en", "visitors": ["\x1b[5m"], "paused": False}])
    client.visitor("ann\x1b[2J", 17)
    terminal.wait_text("Server^[[2JA")
    terminal.wait_text("ann^[[2J (0:")
    assert terminal.screen.title == ""
    assert b"\x1b[2J" not in terminal.raw and b"\x1b[5m" not in terminal.raw


def test_the_bell_rings_for_a_visitor_and_what_one_does_not_see(sit_down):
    terminal, client = sit_down()
    assert bells(terminal) == 0
    client.visitor("ann", 17)
    terminal.wait("a bell", lambda: bells(terminal) == 1)
    client.say("#visit-17", "ann", "seen")
    client.visitor("bob", 18)
    client.say("#visit-18", "bob", "unseen")
    terminal.wait("two more bells", lambda: bells(terminal) == 3)
    terminal.wait_text("[bob] bob: unseen")
    terminal.wait_text("bob 0:")
    terminal.wait_text("(1 new)")
    quiet, client = sit_down("--no-bell", nick="otto")
    client.visitor("ann", 17)
    quiet.wait_text("ann is here")
    assert bells(quiet) == 0


def test_conversations_are_switched_and_answered_apart(sit_down):
    terminal, client = sit_down()
    client.visitor("ann", 17)
    client.visitor("bob", 18)
    terminal.wait_text("bob is here")
    terminal.type(f"for ann{RETURN}")
    assert client.take("for ann")["room"] == "#visit-17"
    terminal.type(f"/switch b{TAB}{RETURN}")
    terminal.wait_text("[now with bob]")
    terminal.type(f"for bob{RETURN}")
    assert client.take("for bob")["room"] == "#visit-18"
    terminal.type(f"/close good luck{RETURN}")
    client.expect("desk", do="close", text="good luck", room="#visit-18")


def test_a_line_begun_for_one_visitor_is_not_sent_to_the_next(sit_down):
    terminal, client = sit_down()
    client.visitor("ann", 17)
    terminal.wait_text("ann (0:")
    terminal.type("your balance")
    terminal.wait("the line", lambda: terminal.last_line.endswith("> your balance"))
    client.ended("ann", 17)
    client.visitor("bob", 18)
    terminal.wait("bob's prompt", lambda: re.fullmatch(
        r"bob \(\d:\d\d\)> your balance", terminal.last_line))
    terminal.type(f" is 12{RETURN}")
    terminal.wait_text("! not sent: it was begun for another conversation")
    terminal.wait("the line, kept", lambda: terminal.last_line.endswith("> your balance is 12"))
    terminal.type(RETURN)
    assert client.take("your balance is 12")["room"] == "#visit-18"


def test_prepared_answers_are_completed_and_looked_over_before_they_are_sent(sit_down, home):
    (home.config / "chatkit").mkdir()
    (home.config / "chatkit" / "canned").write_text(
        "# what one says all day\nhello = Hello, how can I help?\nwait = One moment.\\nPlease.\n")
    terminal, client = sit_down()
    client.visitor("ann", 17)
    terminal.wait_text("ann (0:")
    terminal.type(f"/canned{RETURN}")
    terminal.wait_text("wait   One moment. / Please.")
    terminal.type(f"/canned he{TAB}Ann{RETURN}")
    terminal.wait("it to be edited", lambda: terminal.last_line.endswith(
        "> Hello, how can I help? Ann"))
    terminal.type(f"?{RETURN}")
    client.take("Hello, how can I help? Ann?")
    terminal.type(f"/canned wait{RETURN}")
    terminal.wait_text("> One moment.")
    terminal.type(RETURN)
    client.take("One moment.\nPlease.")


def test_who_waits_is_listed_with_the_operators(sit_down):
    terminal, client = sit_down()
    client.report(operators=[
        {"nick": "olga", "visitors": ["ann"], "paused": False},
        {"nick": "ben", "visitors": [], "paused": True}])
    terminal.type(f"/who{RETURN}")
    client.expect("waiting")
    client.send("waiting", visitors=[{"position": 1, "nick": "dan", "waited_s": 252}], of=1)
    terminal.wait_text("  1. dan  4:12")
    terminal.wait_text("olga (you) talks with ann")
    terminal.wait_text("ben is free, paused")


def test_a_stopped_program_gives_the_terminal_back_and_takes_it_again(
        desk, binary, start_terminal):
    # A shell that stops and continues it: nobody else could.
    shell = start_terminal("bash", "--norc", "-i", PS1="$ ", CHATKIT_OPERATOR_PASSWORD="sesame")
    shell.wait_line("$")
    shell.type(f"{binary} join {desk.address} --operator --nick olga{RETURN}")
    client = desk.accept()
    client.welcome()
    client.report()
    client.visitor("ann", 17)
    client.say("#visit-17", "ann", "before the stop")
    shell.wait_text("before the stop")
    shell.wait_text(RULE)
    shell.type(CTRL_Z)
    shell.wait_line("$")
    assert RULE not in shell.text and "before the stop" in shell.text
    assert scrolls_as_a_whole(shell)
    client.say("#visit-17", "ann", "meanwhile")
    shell.type(f"fg{RETURN}")
    shell.wait_text(RULE)
    shell.wait_text("ann: meanwhile")
    shell.type(f"back{RETURN}")
    client.take("back")
    shell.type(f"/quit{RETURN}")
    client.goodbye()
    shell.wait_line("$")
