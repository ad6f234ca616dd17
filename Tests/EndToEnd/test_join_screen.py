# `chatkit join` on a terminal: what things look like.
# SPDX-License-Identifier: GPL-3.0-or-later
import re

# Select Graphic Rendition (ECMA-48 §8.3.117): colours and other looks.
SGR = re.compile(rb"\x1b\[[0-9;]*m")


def test_a_mention_stands_out_and_other_words_do_not(json_peer, join_at_terminal):
    bob = json_peer("bob")
    alice = join_at_terminal("alice")
    bob.say("Alice: malice is not meant")
    alice.wait_text("malice is not meant")
    assert all(cell.reverse and cell.bold for cell in alice.cells("Alice"))
    assert not any(cell.reverse for cell in alice.cells("malice is not meant"))


def test_a_nick_has_one_colour_for_everybody(json_peer, join_at_terminal):
    bob = json_peer("bob")
    alice, carol = join_at_terminal("alice"), join_at_terminal("carol")
    bob.say("first")
    bob.say("second")
    for terminal in (alice, carol):
        terminal.wait_text("second")
    colours = {
        cell.fg for terminal in (alice, carol) for text in ("bob: first", "bob: second")
        for cell in terminal.cells(text)[:3]}
    assert len(colours) == 1 and colours != {"default"}


def test_messages_carry_the_time_and_ones_own_are_ticked(json_peer, join_at_terminal):
    bob = json_peer("bob")
    alice = join_at_terminal("alice")
    bob.say("what time is it?")
    alice.wait_text("what time is it?")
    assert re.search(r"^\d\d:\d\d bob: what time is it\?$", alice.text, re.M)
    alice.type("look at the left\r")
    alice.wait("a tick", lambda: re.search(
        r"^\d\d:\d\d alice: look at the left ✓$", alice.text, re.M))


def test_presence_and_answers_are_shown(json_peer, join_at_terminal):
    alice = join_at_terminal("alice")
    bob = json_peer("bob")
    alice.wait_text("bob joined #lobby")
    bob.request("topic", room="#lobby", text="tea at four")
    alice.wait_text("#lobby is about: tea at four (bob)")
    bob.request("nick", nick="bobby")
    alice.wait_text("bob is now called bobby")
    bob.request("message", to="alice", text="psst")
    alice.wait_text("private bobby: psst")
    bob.request("message", text="waves", kind="action")
    alice.wait_text("* bobby waves")
    alice.type("/who\r")
    alice.wait_text("2 here: alice bobby")
    alice.type("/nick alicia\r")
    alice.wait_line("#lobby alicia>")
    bob.request("bye", text="so long")
    alice.wait_text("bobby left #lobby (so long)")


def test_a_typo_in_a_command_gets_a_suggestion(join_at_terminal):
    alice = join_at_terminal("alice")
    alice.type("/jion ops\r")
    alice.wait_text("there is no command /jion; did you mean /join?")


def test_what_others_send_cannot_drive_the_terminal(json_peer, join_at_terminal):
    bob = json_peer("bob")
    alice = join_at_terminal("alice")
    bob.say("\x1b[2J\x1b[31mred\x1b]0;title\x07 \x9b5A \u202egnorw \x08\x08\x08")
    alice.wait_text("^[[2J^[[31mred^[]0;title^G")
    alice.wait_line("#lobby alice>")
    assert alice.screen.title == ""
    assert b"\x1b[31m" not in alice.raw and b"\x1b[2J" not in alice.raw
    assert "\u202e".encode() not in alice.raw and b"\xc2\x9b" not in alice.raw


def test_no_color_and_color_never_mean_no_colour(json_peer, join_at_terminal):
    bob = json_peer("bob")
    terminals = [
        join_at_terminal("one", NO_COLOR="1"), join_at_terminal("two", "--color", "never"),
        join_at_terminal("three", TERM="dumb")]
    bob.say("one, two and three")
    for terminal in terminals:
        terminal.wait_text("one, two and three")
        assert not SGR.search(terminal.raw)
    colourful = join_at_terminal("four", "--color=always", NO_COLOR="1")
    bob.say("for four")
    colourful.wait_text("for four")
    assert SGR.search(colourful.raw)


def test_a_terminal_that_is_no_unicode_one_still_works(json_peer, join_at_terminal):
    bob = json_peer("bob")
    alice = join_at_terminal("alice", LANG="C")
    alice.type("naïve 日本\r")
    bob.wait("message", text="naïve 日本")
