# The program's face: help, version, typos, man pages and completion.
# SPDX-License-Identifier: GPL-3.0-or-later
import os
import pathlib
import re
import shutil
import subprocess

import pytest

from terminals import TAB

HELP = [("--help",), ("help",), ("help", "serve"), ("help", "join"), ("serve", "--help"),
        ("join", "--help"), ("help", "help"), ("-h",), ("serve", "-h"), ("join", "-h")]


@pytest.mark.parametrize("arguments", HELP)
def test_help_that_was_asked_for_goes_to_standard_output(run_chatkit, arguments):
    done = run_chatkit(*arguments)
    assert (done.returncode, done.stderr) == (0, "")
    assert "chatkit" in done.stdout and "\x1b" not in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 100


def test_the_short_help_is_short_and_the_full_one_begins_with_examples(run_chatkit):
    for command in ("serve", "join"):
        short = run_chatkit(command, "-h").stdout
        full = run_chatkit(command, "--help").stdout
        assert len(short.splitlines()) * 2 < len(full.splitlines())
        order = [full.index(f"{title}:") for title in ("Examples", "Description", "Exit status")]
        assert order == sorted(order)


def test_the_version_is_one_line(run_chatkit):
    for arguments in (("--version",), ("-V",), ("serve", "--version"), ("join", "-V")):
        done = run_chatkit(*arguments)
        assert (done.returncode, done.stderr) == (0, "")
        assert re.fullmatch(r"chatkit \d+\.\d+\.\d+\n", done.stdout)


@pytest.mark.parametrize("arguments, hint", [
    (("srve",), "serve"), (("jion",), "join"), (("help", "jion"), "join"),
    (("serve", "--prot", "1"), "--port"), (("join", "--nikc", "x"), "--nick"),
    (("join", "-nick", "x"), "--nick"), (("serve", "--log-format", "jsn"), "json"),
    (("--verison",), "--version"), (("join", "--colour", "never"), "--color"),
])
def test_a_typo_is_64_and_gets_a_suggestion(run_chatkit, arguments, hint):
    done = run_chatkit(*arguments)
    assert (done.returncode, done.stdout) == (64, "")
    what, suggestion = done.stderr.splitlines()
    assert what.startswith("chatkit: ") and suggestion.startswith("hint: did you mean ")
    assert hint in suggestion


def test_no_command_is_64_with_the_short_help(run_chatkit):
    done = run_chatkit()
    assert (done.returncode, done.stdout) == (64, "")
    assert done.stderr.startswith("usage: chatkit COMMAND")


def test_options_can_be_written_in_every_usual_way(server, run_chatkit, json_peer):
    bob = json_peer("bob")
    port = server.port
    for number, options in enumerate([
            ("--nick=a0", f"--port={port}", "--send=m0"), ("-na1", f"-p{port}", "-sm1"),
            ("-n", "a2", "-p", port, "-s", "m2"), ("-s", "m3", "-n", "a3", f"127.0.0.1:{port}"),
            ("-n", "a4", "-s", "m4", "--", f"127.0.0.1:{port}")]):
        done = run_chatkit("join", *options)
        assert done.returncode == 0, done.stderr
        bob.wait("message", text=f"m{number}", **{"from": f"a{number}"})


def test_environment_variables_are_settings(server, run_chatkit, json_peer):
    bob = json_peer("bob")
    done = run_chatkit(
        "join", "--send", "hi", CHATKIT_NICK="eve", CHATKIT_PORT=str(server.port))
    assert done.returncode == 0, done.stderr
    bob.wait("message", **{"from": "eve"})


@pytest.mark.parametrize("text, hint", [
    ("[join]\nnik = x\n", "nick"), ("[jion]\n", "join"), ("nick = x\n", ""),
    ("[serve]\nthreads = many\n", ""), ("what\n", "")])
def test_a_slip_in_the_configuration_file_is_found_with_its_line(run_chatkit, home, text, hint):
    directory = home.config / "chatkit"
    directory.mkdir()
    (directory / "config").write_text(text)
    done = run_chatkit("serve", "--listen", "no-such-host.invalid:1")
    line = len(text.splitlines())
    assert done.returncode in (64, 65)
    assert f"{directory}/config:{line}: " in done.stderr and hint in done.stderr


def test_standard_output_that_is_closed_full_or_cut_off(binary, home):
    def status(script):
        return subprocess.run(
            ["bash", "-c", f"{script}; exit ${{PIPESTATUS[0]}}", binary], capture_output=True,
            text=True, env=home.environment(), timeout=30)

    for script in ('"$0" --help >&-', '"$0" --help | true', '"$0" --help | head -1'):
        done = status(script)
        assert (done.returncode, done.stderr) == (0, ""), script
    done = status('"$0" --help >/dev/full')
    assert done.returncode == 1
    assert done.stderr.startswith("chatkit: cannot write: standard output: ")


@pytest.fixture(scope="module")
def generated(binary, tmp_path_factory):
    """The man pages and completions as the binary writes them."""
    directory = tmp_path_factory.mktemp("generated")
    for what in ("man", "completions"):
        (directory / what).mkdir()
        subprocess.run([binary, "__generate", what, directory / what], check=True, timeout=30)
    return directory


def test_man_renders_every_page_without_a_warning(generated, home):
    pages = sorted((generated / "man").iterdir())
    assert [page.name for page in pages] == [
        "chatkit-join.1", "chatkit-relay.1", "chatkit-serve.1", "chatkit-stats.1", "chatkit.1",
        "chatkit.5"]
    for page in pages:
        if not shutil.which("man"):
            assert page.read_text().startswith((".TH", ".\\\""))
            continue
        done = subprocess.run(
            ["man", "--warnings", "-l", page], capture_output=True, text=True, timeout=60,
            env=home.environment(MANWIDTH="80", MAN_KEEP_FORMATTING=None))
        assert (done.returncode, done.stderr) == (0, ""), page.name
        for heading in ("NAME", "DESCRIPTION", "SEE ALSO"):
            assert re.search(f"^{heading}$", done.stdout, re.M), (page.name, heading)


def test_bash_completes_commands_options_and_values(generated, binary, start_terminal):
    shell = start_terminal(
        "bash", "--norc", "-i", PS1="$ ",
        PATH=f"{pathlib.Path(binary).parent}:{os.environ['PATH']}")
    shell.wait_line("$")
    shell.type(f"source {generated}/completions/chatkit.bash\r")
    shell.wait_line("$")
    for typed, completed in (
            ("chatkit se", "chatkit serve"), ("chatkit join --ni", "chatkit join --nick"),
            ("chatkit serve --log-f", "chatkit serve --log-format"),
            ("chatkit serve --log-format js", "chatkit serve --log-format json"),
            ("chatkit join --color=ne", "chatkit join --color=never"),
            ("chatkit help jo", "chatkit help join")):
        shell.type(f"{typed}{TAB}")
        shell.wait_line(f"$ {completed}")
        shell.type("\x15")
        shell.wait_line("$")
