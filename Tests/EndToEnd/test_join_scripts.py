# `chatkit join` in scripts: what goes in, what comes out, and the exit codes.
# SPDX-License-Identifier: GPL-3.0-or-later
import json
import re
import signal
import socket
import subprocess
import threading

import pytest

from waiting import PATIENCE


@pytest.fixture
def join(server, run_chatkit):
    """Runs join to its end."""
    def run(*options, **more):
        return run_chatkit("join", f"127.0.0.1:{server.port}", *options, **more)
    return run


@pytest.fixture
def start_join(server, binary, start_program):
    """Starts join with pipes; it is in the lobby."""
    def start(nick, *options):
        program = start_program(
            binary, "join", f"127.0.0.1:{server.port}", "--nick", nick, *options)
        program.wait_output('"entered":true' if "--json" in options else f" - {nick} joined\n")
        return program
    return start


def test_send_posts_and_exits_when_it_was_accepted(join, json_peer):
    bob = json_peer("bob")
    done = join("--nick", "ci", "--send", "build 71 is green", "--send", "/not a command")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert bob.history() == [("ci", "build 71 is green"), ("ci", "/not a command")]


def test_send_goes_to_the_room_that_is_named(join, json_peer):
    bob = json_peer("bob", rooms=["#ops"])
    assert join("--nick", "ci", "--room", "ops", "-s", "to ops").returncode == 0
    assert bob.history("#ops") == [("ci", "to ops")]


def test_all_of_standard_input_is_accepted_before_join_leaves(join, json_peer):
    bob = json_peer("bob")
    lines = [f"line {number}" for number in range(1000)]
    done = join("--nick", "robot", input="\n".join(lines))
    assert done.returncode == 0, done.stderr
    for number, text in enumerate(lines):
        assert bob.wait("message")["text"] == text, number
    bob.wait("left", nick="robot")


def test_a_thousand_lines_come_out_as_fast_as_they_are_read(start_join, json_peer):
    log = start_join("log")
    bob = json_peer("bob")
    for number in range(1000):
        bob.request("message", text=f"m{number}")
    log.wait_output("bob: m999\n")
    assert re.findall(r"bob: m(\d+)$", log.output, re.M) == [str(n) for n in range(1000)]


def test_piped_lines_are_plain_and_one_event_a_line(start_join, json_peer):
    log = start_join("log")
    bob = json_peer("bob")
    bob.request("message", text="two\nlines")
    bob.request("message", text="waves", kind="action")
    bob.request("message", text="\x1b[31mnot red")
    bob.request("bye")
    log.wait_output("bob left")
    stamp = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ "
    patterns = [
        "#lobby bob: two$", "#lobby bob: lines$", r"#lobby \* bob waves$",
        r"#lobby bob: \^\[\[31mnot red$", "#lobby - bob left$"]
    for pattern in patterns:
        assert re.search(stamp + pattern, log.output, re.M), log.output
    assert "\x1b" not in log.output + log.errors
    assert "alice>" not in log.output and "#lobby log>" not in log.output
    log.close_input()
    assert log.wait() == 0


def test_json_goes_in_and_out(start_join, json_peer):
    bob = json_peer("bob")
    robot = start_join("robot", "--json")
    robot.write('{"type":"message","text":"as JSON","nonce":"n-1"}\nas a plain line\n')
    robot.write('{"type":"names","room":"#lobby","id":7}\n')
    assert bob.wait("message")["text"] == "as JSON"
    assert bob.wait("message")["text"] == "as a plain line"
    bob.say("hello robot")
    robot.wait_output("hello robot")
    robot.close_input()
    assert robot.wait() == 0
    events = [json.loads(line) for line in robot.lines]
    assert events[0]["type"] == "welcome" and events[0]["nick"] == "robot"
    assert [e["text"] for e in events if e["type"] == "message"] == [
        "as JSON", "as a plain line", "hello robot"]
    assert [e["nonce"] for e in events if e["type"] == "ack"][0] == "n-1"
    assert [e["type"] for e in events if e.get("re") == 7] == ["names"]
    assert robot.errors == ""


def test_linger_listens_on_after_the_end_of_input(start_join, json_peer):
    bob = json_peer("bob")
    robot = start_join("robot", "--linger", "forever")
    robot.write("question\n")
    robot.close_input()
    bob.wait("message", text="question")
    bob.say("answer")
    robot.wait_output("bob: answer\n")
    robot.signal(signal.SIGINT)
    assert robot.wait() == 130


def test_linger_ends_by_itself(join):
    done = join("--nick", "robot", "--linger", "0.2", input="question\n")
    assert (done.returncode, done.stderr) == (0, "")
    assert "robot: question" in done.stdout


@pytest.mark.parametrize("options", [(), ("--json",), ("--linger", "forever")])
def test_an_interrupt_is_130(start_join, json_peer, options):
    bob = json_peer("bob")
    robot = start_join("robot", *options)
    robot.signal(signal.SIGINT)
    assert robot.wait() == 130
    bob.wait("left", nick="robot")


def test_a_reader_that_goes_away_is_no_failure(server, binary, home, closing):
    log = subprocess.Popen(
        [binary, "join", f"127.0.0.1:{server.port}", "-n", "log", "--json"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env=home.environment())
    closing(log.stdin), closing(log.stderr)
    assert json.loads(log.stdout.readline())["type"] == "welcome"
    log.stdout.close()
    assert log.wait(PATIENCE) == 0
    assert log.stderr.read() == b""


def test_a_socket_that_is_gone_at_the_first_try_is_69(run_chatkit, closing):
    listener = closing(socket.socket())
    listener.bind(("127.0.0.1", 0))
    port = listener.getsockname()[1]  # Bound, so that nobody else gets it, but not listening.
    done = run_chatkit("join", f"127.0.0.1:{port}", "--send", "x")
    assert (done.returncode, done.stdout) == (69, "")
    assert done.stderr.startswith(
        f"chatkit: cannot connect: 127.0.0.1:{port}: connection refused\nhint: ")


def test_a_host_that_has_no_address_is_69(run_chatkit):
    done = run_chatkit("join", "no-such-host.invalid", "--send", "x")
    assert done.returncode == 69
    assert done.stderr.startswith("chatkit: cannot connect: no-such-host.invalid:12000: ")
    assert len(done.stderr.splitlines()) == 2


def test_a_server_that_is_no_chat_server_is_69(run_chatkit, closing):
    listener = closing(socket.create_server(("127.0.0.1", 0)))

    def answer():
        client, _ = listener.accept()
        client.sendall(b"SSH-2.0-OpenSSH_9.2\r\n")
        client.recv(100)
        client.close()

    threading.Thread(target=answer, daemon=True).start()
    done = run_chatkit("join", f"127.0.0.1:{listener.getsockname()[1]}", "--send", "x")
    assert done.returncode == 69
    assert "not a chatkit server: it said SSH-2.0-OpenSSH_9.2" in done.stderr


def test_bad_data_on_standard_input_is_65_and_the_rest_is_sent(join, json_peer):
    bob = json_peer("bob")
    done = join("-n", "robot", "--json", input='{"type":"message"\n{}\nfine\n')
    assert done.returncode == 65
    assert "chatkit: standard input: line 1: not JSON" in done.stderr
    assert "chatkit: standard input: line 2: a request without a type" in done.stderr
    assert bob.history() == [("robot", "fine")]


def test_the_longest_message_goes_through_and_a_longer_one_is_refused(join, json_peer):
    bob = json_peer("bob")
    long, longer = "x" * 4096, "x" * 4097
    assert join("-n", "ci", "--send", long).returncode == 0
    assert join("-n", "ci", "--send", longer).returncode == 64
    done = join("-n", "ci", input=f"{longer}\nfine\n")
    assert done.returncode == 65
    assert "a message may have at most 4096 bytes" in done.stderr
    assert [text for _, text in bob.history()] == [long, "fine"]


def test_what_is_not_utf_8_is_65(server, binary, home):
    done = subprocess.run(
        [binary, "join", f"127.0.0.1:{server.port}", "-n", "robot"], input=b"\xff\xfe\n",
        capture_output=True, env=home.environment(), timeout=PATIENCE)
    assert done.returncode == 65
    assert b"standard input: line 1: not UTF-8" in done.stderr


def test_a_nick_that_is_taken_is_77(join, json_peer):
    json_peer("bob")
    done = join("--nick", "BOB", "--send", "x")
    assert done.returncode == 77
    assert "the nick BOB is taken" in done.stderr
    assert "--nick" in done.stderr.splitlines()[1]


@pytest.mark.parametrize("options", [
    ("--nick", "a b"), ("--nick", ""), ("--nick", "x" * 33), ("--linger", "soon"),
    ("--room", "#a,b"), ("--sned", "x"), ("--send",), ("127.0.0.1:99999",), ("one", "two")])
def test_what_cannot_be_used_is_64(run_chatkit, options):
    done = run_chatkit("join", *options)
    assert (done.returncode, done.stdout) == (64, "")
    assert done.stderr.startswith("chatkit: ") and len(done.stderr.splitlines()) == 2


def test_a_server_that_is_stopped_is_told_by_the_status(server, start_join):
    log = start_join("log", "--no-reconnect", "--linger", "forever")
    server.stop()
    assert log.wait() == 69
    assert "the server is shutting down" in log.errors


def test_settings_come_from_the_file_and_the_command_line_wins(join, home, json_peer):
    bob = json_peer("bob")
    directory = home.config / "chatkit"
    directory.mkdir()
    (directory / "config").write_text("[join]\nnick = filed\nroom = #ops\n")
    assert join("--send", "by the file").returncode == 0
    assert join("--nick", "given", "--send", "by the line").returncode == 0
    bob.request("join", room="#ops")
    bob.wait("names", room="#ops")
    assert bob.history("#ops") == [("filed", "by the file"), ("given", "by the line")]
