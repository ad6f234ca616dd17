# The operators' password: hashed at a terminal or from a pipe, and read from a file of one's own.
# SPDX-License-Identifier: GPL-3.0-or-later
import re
import signal

import pytest

from processes import Server
from terminals import CTRL_C, CTRL_D, RETURN

HASH = re.compile(r"\$scrypt\$ln=15,r=8,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}")


@pytest.mark.parametrize("typed", ["secret\n", "secret", "secret\r\n", "secret\nmore\n"])
def test_a_password_from_a_pipe_is_hashed(run_chatkit, typed):
    done = run_chatkit("serve", "--hash-password", input=typed)
    assert (done.returncode, done.stderr) == (0, "")
    assert HASH.fullmatch(done.stdout.rstrip("\n")) and done.stdout.endswith("\n")


@pytest.mark.parametrize("typed", ["", "\n", "x" * 1025 + "\n", "$scrypt$x\n"])
def test_what_is_no_password_is_not_hashed(run_chatkit, typed):
    done = run_chatkit("serve", "--hash-password", input=typed)
    assert (done.returncode, done.stdout) == (65, "")
    what, hint = done.stderr.splitlines()
    assert what.startswith("chatkit: cannot ") and hint.startswith("hint: ")
    assert "xx" not in done.stderr


@pytest.fixture
def prompt(binary, start_terminal):
    """`--hash-password` on a terminal of a shell's, which goes on when it ends."""
    terminal = start_terminal("bash", "--norc", "-i", PS1="$ ")
    terminal.wait_line("$")
    terminal.type(f"{binary} serve --hash-password; echo ended $?{RETURN}")
    terminal.wait_line("operators' password:")
    return terminal


def test_a_password_is_asked_for_twice_and_not_shown(prompt):
    prompt.type("hush" + RETURN)
    prompt.wait_line("repeat the password:")
    prompt.type("hush" + RETURN)
    prompt.wait_text("ended 0")
    assert "hush" not in prompt.text and HASH.search(prompt.text.replace("\n", ""))


def test_two_that_differ_are_refused(prompt):
    prompt.type("hush" + RETURN)
    prompt.wait_line("repeat the password:")
    prompt.type("husk" + RETURN)
    prompt.wait_text("ended 65")
    assert "the two passwords differ" in prompt.text


@pytest.mark.parametrize("key, status", [(CTRL_C, 130), (CTRL_D, 65)])
def test_an_interrupted_terminal_shows_again_what_is_typed(prompt, key, status):
    prompt.type(key)
    prompt.wait_text(f"ended {status}")
    prompt.wait_line("$")
    prompt.type("stty -a | grep -c -- ' -echo '" + RETURN)
    prompt.wait(
        "an echoing terminal", lambda: prompt.lines[-2:] == ["0", "$"])


def test_a_terminated_prompt_leaves_the_terminal_as_it_was(binary, start_terminal):
    terminal = start_terminal(binary, "serve", "--hash-password")
    terminal.wait_line("operators' password:")
    assert not terminal.child.getecho()
    terminal.signal(signal.SIGTERM)
    terminal.child.wait()
    assert terminal.child.signalstatus == signal.SIGTERM
    assert terminal.child.getecho()


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o620, 0o604])
def test_a_password_that_others_may_read_is_refused(run_chatkit, tmp_path, mode):
    path = tmp_path / "password"
    path.write_text("secret\n")
    path.chmod(mode)
    done = run_chatkit("serve", "--desk", "--operator-password-file", path)
    assert (done.returncode, done.stdout) == (77, "")
    what, hint = done.stderr.splitlines()
    assert what.endswith(f"{path}: others than its owner may read or write it")
    assert hint == f"hint: chmod 600 {path}"


def test_a_password_in_the_environment_is_taken_out_of_it(binary, home, closing):
    server = closing(
        Server(binary, home.environment(CHATKIT_OPERATOR_PASSWORD="hushhush"), "--desk"))
    with open(f"/proc/{server.process.pid}/environ", "rb") as environ:
        assert b"hushhush" not in environ.read()
    server.stop()
