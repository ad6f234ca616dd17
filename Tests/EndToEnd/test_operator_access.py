# How an operator proves to be one, and what `join --operator` is without a terminal.
# SPDX-License-Identifier: GPL-3.0-or-later
import json

import pytest

from fake_desk import FakeDesk
from terminals import RETURN


@pytest.fixture
def desk(closing):
    return closing(FakeDesk())


@pytest.fixture
def password_file(home):
    path = home.path / "password"
    path.write_text("sesame\n")
    path.chmod(0o600)
    return path


def test_the_password_is_read_from_a_file(desk, binary, start_program, password_file):
    start_program(binary, "join", desk.address, "--operator", "--password-file", password_file)
    client = desk.accept()
    client.welcome()
    assert client.hello["token"] == "sesame"


def test_a_password_that_others_may_read_is_refused_with_the_remedy(
        desk, run_chatkit, password_file):
    password_file.chmod(0o640)
    ended = run_chatkit("join", desk.address, "--operator", "--password-file", password_file)
    assert ended.returncode == 77
    assert "others than its owner may read or write it" in ended.stderr
    assert f"hint: chmod 600 {password_file}" in ended.stderr
    assert "sesame" not in ended.stderr


def test_without_a_terminal_a_password_must_be_given(desk, run_chatkit):
    ended = run_chatkit("join", desk.address, "--operator")
    assert ended.returncode == 64
    assert "hint: use --password-file FILE, or set CHATKIT_OPERATOR_PASSWORD" in ended.stderr


def test_at_a_terminal_it_is_asked_for_and_not_shown(desk, binary, start_terminal):
    terminal = start_terminal(binary, "join", desk.address, "--operator", "--nick", "olga")
    terminal.wait_text("operators' password:")
    terminal.type(f"sesame{RETURN}")
    client = desk.accept()
    client.welcome()
    assert client.hello["token"] == "sesame"
    terminal.wait_line("olga>")
    assert b"sesame" not in terminal.raw
    terminal.type(f"visible{RETURN}")
    terminal.wait_text("nobody is with you; /next takes the first in the queue")


def test_a_wrong_password_is_told_and_the_terminal_left_alone(desk, binary, start_terminal):
    terminal = start_terminal(
        binary, "join", desk.address, "--operator", CHATKIT_OPERATOR_PASSWORD="wrong")
    client = desk.accept()
    client.expect("hello", token="wrong")
    client.send("error", code="wrong_password", message="that is not the operators' password")
    assert terminal.wait_exit() == 77
    assert "that is not the operators' password" in terminal.text
    assert b"\x1b[r" not in terminal.raw


def test_bad_prepared_answers_are_told_with_their_line(desk, run_chatkit, home):
    path = home.path / "answers"
    path.write_text("hello = Hello\n\nbye Good-bye\n")
    ended = run_chatkit(
        "join", desk.address, "--operator", "--canned", path, CHATKIT_OPERATOR_PASSWORD="x")
    assert ended.returncode == 65
    assert "line 3: there is no = between a name and a text" in ended.stderr


def test_options_of_operators_are_refused_to_others(desk, run_chatkit):
    ended = run_chatkit("join", desk.address, "--canned", "/dev/null")
    assert ended.returncode == 64 and "add --operator" in ended.stderr


def test_without_a_terminal_it_is_a_log(desk, binary, start_program):
    program = start_program(
        binary, "join", desk.address, "--operator", "--nick", "olga",
        CHATKIT_OPERATOR_PASSWORD="sesame")
    client = desk.accept()
    client.welcome()
    client.report(current=["ann"])
    program.wait_output(
        "* - desk: Server A, attended today 12, this month 148, rating 4.5 of 97, approached 1210, "
        "lost 39, with ann, waiting 3\n")
    client.report(current=["ann"], oldest_wait_s=260)
    client.visitor("ann", 17, name="Ann Lee", student_id="", github="")
    program.wait_output("#visit-17 - ann is here; waited 1:20; name: Ann Lee\n")
    client.say("#visit-17", "ann", "hello?")
    program.wait_output("2026-11-21T10:00:00Z #visit-17 ann: hello?\n")
    program.write("hello ann\n/close bye\n")
    client.take("hello ann")
    client.expect("desk", do="close", text="bye", room="#visit-17")
    client.ended("ann", 17, reason="closed")
    program.wait_output("#visit-17 - the conversation with ann is over\n")
    client.report(waiting=2)
    program.wait_output("with nobody, waiting 2\n")
    assert program.output.count("desk: Server A") == 2
    program.close_input()
    client.goodbye()
    assert program.wait() == 0
    assert "\x1b" not in program.output


def test_in_json_an_operator_is_a_building_block(desk, binary, start_program):
    program = start_program(
        binary, "join", desk.address, "--operator", "--json", "--nick", "olga",
        CHATKIT_OPERATOR_PASSWORD="sesame")
    client = desk.accept()
    client.welcome()
    client.report(waiting=1)
    program.wait_output('"type": "desk"')
    program.write('{"type":"desk","do":"next"}\n')
    client.expect("desk", do="next")
    client.visitor("ann", 17)
    program.wait_output('"type": "visitor"')
    assert [json.loads(line)["type"] for line in program.lines[:3]] == [
        "welcome", "desk", "visitor"]
