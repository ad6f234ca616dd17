# `chatkit join` on a terminal: the line being typed survives whatever happens around it.
# SPDX-License-Identifier: GPL-3.0-or-later
from terminals import BACKSPACE, CTRL_A, LEFT, PASTE_BEGIN, PASTE_END, RETURN, TAB, UP


def test_the_line_being_typed_stays_below_what_arrives(json_peer, join_at_terminal):
    bob = json_peer("bob")
    alice = join_at_terminal("alice")
    for number, piece in enumerate(["half", " a", " line", " and"]):
        alice.type(piece)
        bob.say(f"message {number}")
        alice.wait_text(f"bob: message {number}")
    alice.wait_line("#lobby alice> half a line and")
    shown = [line for line in alice.lines if "bob: message" in line]
    assert [line[-9:] for line in shown] == [f"message {number}" for number in range(4)]
    alice.type(f" the rest{RETURN}")
    bob.wait("message", text="half a line and the rest")
    alice.wait_text("alice: half a line and the rest ✓")
    alice.wait_line("#lobby alice>")
    # The prompt is there once: nothing of the redrawing is left over.
    assert alice.text.count("alice>") == 1


def test_a_storm_of_messages_leaves_the_line_whole(json_peer, join_at_terminal):
    bob = json_peer("bob")
    alice = join_at_terminal("alice", rows=20)
    text = "".join(chr(ord("a") + number % 26) for number in range(60))
    for number, key in enumerate(text):
        alice.type(key)
        bob.request("message", text=f"m{number}")
    bob.say("the last one")
    alice.wait_text("the last one")
    alice.wait_line(f"#lobby alice> {text}")
    # The screen holds the newest messages, one a line, and no remains of the line being typed.
    for line, number in zip(alice.lines[-20:-2], range(60 - 18, 60)):
        assert line.endswith(f"bob: m{number}"), alice.lines
    alice.type(RETURN)
    bob.wait("message", text=text)


def test_the_cursor_stays_where_it_was_within_the_line(json_peer, join_at_terminal):
    bob = json_peer("bob")
    alice = join_at_terminal("alice")
    alice.type(f"world{CTRL_A}")
    alice.wait_cursor(len("#lobby alice> "))
    bob.say("meanwhile")
    alice.wait_text("meanwhile")
    alice.wait_cursor(len("#lobby alice> "))
    alice.type(f"hello {RETURN}")
    bob.wait("message", text="hello world")


def test_a_line_longer_than_the_screen_is_wide_survives(json_peer, join_at_terminal):
    bob = json_peer("bob")
    alice = join_at_terminal("alice", columns=40)
    text = "a long line of words " * 5 + "end"
    whole = f"#lobby alice> {text}"
    alice.type(text)
    alice.wait("the wrapped line", lambda: bottom(alice, whole) == whole)
    for number in range(3):
        bob.say(f"message {number}")
        alice.wait_text(f"bob: message {number}")
        alice.wait("the line below it", lambda: bottom(alice, whole) == whole)
    assert alice.text.count("#lobby alice>") == 1
    alice.type(RETURN)
    bob.wait("message", text=text)


def bottom(terminal, whole):
    """The last lines of the screen as one, as many as `whole` needs."""
    width = terminal.screen.columns
    terminal.draw()
    lines = terminal.screen.display
    used = len(terminal.lines)
    count = -(-len(whole) // width)
    return "".join(lines[max(0, used - count):used]).rstrip()


def test_another_size_of_the_terminal_keeps_the_line(json_peer, join_at_terminal):
    bob = json_peer("bob")
    alice = join_at_terminal("alice", columns=80)
    text = "typed before the window became narrow"
    alice.type(text)
    alice.wait_line(f"#lobby alice> {text}")
    for rows, columns in ((24, 30), (12, 100), (30, 60)):
        alice.resize(rows, columns)
        whole = f"#lobby alice> {text}"
        bob.say(f"now it is {columns} wide")
        alice.wait_text(f"bob: now it is {columns}"[:columns - 6])
        alice.wait(f"the line at {columns}", lambda: bottom(alice, whole) == whole)
    alice.type(f", and after{RETURN}")
    bob.wait("message", text=f"{text}, and after")


def test_a_paste_is_one_message_and_waits_for_return(json_peer, join_at_terminal):
    bob = json_peer("bob")
    alice = join_at_terminal("alice")
    alice.type(f"{PASTE_BEGIN}first line\n\tsecond line\nthird{PASTE_END}")
    alice.wait_text("third")
    bob.say("not yet")
    alice.wait_text("not yet")
    alice.type(RETURN)
    message = bob.wait("message", **{"from": "alice"})
    assert message["text"] == "first line\n\tsecond line\nthird"
    alice.wait_text("third ✓")
    alice.wait_line("#lobby alice>")


def test_a_large_paste_arrives_whole(json_peer, join_at_terminal):
    bob = json_peer("bob")
    alice = join_at_terminal("alice")
    rows = [f"row {number} of something that somebody copied" for number in range(60)]
    alice.type(PASTE_BEGIN + "\r".join(rows) + PASTE_END + RETURN)
    assert bob.wait("message")["text"] == "\n".join(rows)


def test_wide_and_combining_characters_can_be_edited(json_peer, join_at_terminal):
    bob = json_peer("bob")
    alice = join_at_terminal("alice")
    start = len("#lobby alice> ")
    alice.type("日本語")
    alice.wait_cursor(start + 6)
    alice.type(LEFT)
    alice.wait_cursor(start + 4)
    bob.say("漢字 👍")
    alice.wait_text("bob: 漢字 👍")
    alice.wait_cursor(start + 4)
    alice.type(f"x{BACKSPACE}の{RETURN}")
    bob.wait("message", text="日本の語")
    alice.type("e\u0301a👍")
    alice.wait_cursor(start + 4)
    alice.type(f"{BACKSPACE}{BACKSPACE}!{RETURN}")
    bob.wait("message", text="e\u0301!")
    alice.wait_line("#lobby alice>")


def test_tab_completes_nicks_rooms_and_commands(json_peer, join_at_terminal):
    bob = json_peer("Bobby")
    alice = join_at_terminal("alice")
    alice.type(f"bo{TAB}")
    alice.wait_line("#lobby alice> Bobby:")
    alice.type(f"hi{RETURN}")
    bob.wait("message", text="Bobby: hi")
    alice.type(f"/wh{TAB}")
    alice.wait_line("#lobby alice> /who")
    alice.type(f"i{TAB}bo{TAB}")
    alice.wait_line("#lobby alice> /whois Bobby")
    alice.type(f"{RETURN}/join ops{RETURN}")
    alice.wait_line("#ops alice>")
    alice.type(f"/join #l{TAB}{RETURN}")
    alice.wait_line("#lobby alice>")


def test_typed_lines_come_back_in_the_next_session(json_peer, join_at_terminal):
    bob = json_peer("bob")
    first = join_at_terminal("alice")
    first.type(f"say this again{RETURN}")
    bob.wait("message", text="say this again")
    first.type("\x04")
    assert first.wait_exit() == 0
    bob.wait("left", nick="alice")
    second = join_at_terminal("alice")
    second.type(UP)
    second.wait_line("#lobby alice> say this again")
    second.type(RETURN)
    bob.wait("message", text="say this again")
