# `serve --console`: the server and its operator in one terminal.
# SPDX-License-Identifier: GPL-3.0-or-later
import re
import signal

import pytest

from peers import JSONPeer
from terminals import RETURN


@pytest.fixture
def console(binary, start_terminal):
    """A desk with its operator at a terminal."""
    terminal = start_terminal(
        binary, "serve", "--desk", "--console", "--operator", "olga", "--name", "Server A",
        "--port", "0", "--db", ":memory:")
    terminal.wait_line("olga>")
    address = re.compile(r"\[listening on 127\.0\.0\.1:(\d+)\]")
    terminal.wait("its address", lambda: address.search(terminal.text))
    terminal.port = int(address.search(terminal.text).group(1))
    return terminal


def test_visitors_are_served_and_the_figures_kept(console, closing):
    ann = closing(JSONPeer(console.port, "ann", profile={
        "name": "Ann Lee", "student_id": "42", "github": "annlee"}))
    console.wait_text("- ann is here; waited 0:")
    console.wait_text("[ann is Ann Lee, 42, annlee]")
    console.wait_text("with ann 0:")
    ann.say("hello")
    console.wait_text("ann: hello")
    console.type(f"hello ann{RETURN}")
    ann.wait("message", text="hello ann")
    console.wait_text("attended 1 today · 1 this month")
    console.type(f"/close bye{RETURN}")
    ann.wait("ended", rate=True)
    ann.request("rate", stars=5, comment="great")
    ann.wait("rated", stars=5)
    console.wait_text("5.0 ★ of 1")


@pytest.mark.parametrize("way", ["quit", "signal"])
def test_it_ends_with_its_operator_and_leaves_the_terminal_in_order(console, closing, way):
    ann = closing(JSONPeer(console.port, "ann"))
    console.wait_text("- ann is here")
    if way == "quit":
        console.type(f"/quit{RETURN}")
    else:
        console.signal(signal.SIGTERM)
    ann.read_to_end()
    assert console.wait_exit() == 0
    assert console.screen.margins in (None, (0, 23))
    assert "─" * 80 not in console.text and "- ann is here" in console.text
