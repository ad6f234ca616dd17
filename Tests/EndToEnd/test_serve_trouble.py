# `chatkit serve` when the machine does not play along: a clear message, a hint, an exit code.
# SPDX-License-Identifier: GPL-3.0-or-later
import socket
import subprocess

import pytest

from peers import JSONPeer, PlainPeer


def complaint(done, status):
    """The two lines of a complaint, when the exit status is that one and nothing else was said."""
    assert (done.returncode, done.stdout) == (status, ""), done
    what, hint = done.stderr.splitlines()
    assert what.startswith("chatkit: ") and hint.startswith("hint: ")
    return what.removeprefix("chatkit: ")


def test_a_port_that_is_taken(server, run_chatkit):
    done = run_chatkit("serve", "--port", server.port)
    assert complaint(done, 69) == (
        f"cannot listen: 127.0.0.1:{server.port}: address already in use")
    # The one that was there first is none the worse for it.
    PlainPeer(server.port, "alice").close()


def test_one_of_several_addresses_that_cannot_be_had_is_a_failure(server, run_chatkit):
    done = run_chatkit(
        "serve", "--listen", "127.0.0.1:0", "--listen", f"127.0.0.1:{server.port}")
    assert "address already in use" in complaint(done, 69)


def test_a_host_that_has_no_address(run_chatkit):
    done = run_chatkit("serve", "--listen", "no-such-host.invalid:12000")
    assert complaint(done, 69).startswith("cannot listen: no-such-host.invalid:12000: ")


def test_an_address_of_another_machine(run_chatkit):
    # 192.0.2.0/24 is for documentation (RFC 5737).
    done = run_chatkit("serve", "--listen", "192.0.2.1:0")
    assert complaint(done, 69).startswith("cannot listen: 192.0.2.1:0: ")


@pytest.mark.parametrize("options", [
    ("--port", "65536"), ("--port", "-1"), ("--port", "http"), ("--listen", "[::1"),
    ("--listen", ""), ("--threads", "0"), ("--threads", "65"), ("--flood", "fast"),
    ("--idle", "-3"), ("--log-level", "loud"), ("--log-format", "xml"), ("--name", "a\nb"),
    ("--port",), ("--bogus",), ("extra",), ("--port", "1", "--listen", "127.0.0.1:0")])
def test_what_cannot_be_used_is_64(run_chatkit, options):
    complaint(run_chatkit("serve", *options), 64)


def test_a_greeting_that_cannot_be_read(run_chatkit, home):
    assert "no such file" in complaint(run_chatkit("serve", "--motd", home.path / "none"), 64)
    assert "directory" in complaint(run_chatkit("serve", "--motd", home.path), 64)
    (home.path / "motd").write_bytes(b"\xff\xfe")
    complaint(run_chatkit("serve", "--motd", home.path / "motd"), 65)


def test_two_addresses_are_one_room(start_server, closing):
    server = start_server("--listen", "127.0.0.1:0", "--listen", "127.0.0.2:0")
    ports = [entry["port"] for entry in server.events("listening")]
    alice = closing(PlainPeer(ports[0], "alice"))
    with socket.create_connection(("127.0.0.2", ports[1])) as bob:
        bob.sendall(b"bob\nhello across\n")
        alice.wait("bob: hello across")


def test_a_closed_standard_output_costs_only_what_would_be_printed(start_server, closing):
    server = start_server(wrapper=["bash", "-c", 'exec "$@" >&-', "bash"])
    alice = closing(PlainPeer(server.port, "alice"))
    bob = closing(JSONPeer(server.port, "bob", profile={
        "name": "Bob B.", "student_id": "1", "github": "bob"}))
    bob.say("all is well")
    alice.wait("bob: all is well")
    assert not any("Bob B." in line for line in alice.seen)


def test_a_full_standard_output_stops_nobody(start_server, closing):
    with open("/dev/full", "wb") as full:
        server = start_server(stdout=full)
    bob = closing(JSONPeer(server.port, "bob", profile={
        "name": "Bob B.", "student_id": "1", "github": "bob"}))
    bob.say("all is well")


def test_a_reader_of_standard_output_that_goes_away_stops_nobody(start_server, closing):
    server = start_server(wrapper=["bash", "-c", 'exec "$@" > >(true)', "bash"])
    for nick in ("bob", "bill"):
        bob = closing(JSONPeer(server.port, nick, profile={
            "name": "B.", "student_id": "1", "github": "b"}))
        bob.say("all is well")


def test_a_state_directory_that_cannot_be_used(run_chatkit, home, start_server, closing):
    home.state.rmdir()
    home.state.write_text("a file where a directory should be")
    assert complaint(run_chatkit("serve", "--port", "0"), 1) == (
        f"cannot open the database: {home.state}/chatkit/: not a directory")
    # Who wants no history needs no disk.
    server = start_server("--db", ":memory:")
    closing(JSONPeer(server.port, "bob")).say("all is well")


def test_a_database_that_is_none(run_chatkit, home):
    (home.path / "letter").write_text("Dear Sir or Madam, " * 500)
    done = run_chatkit("serve", "--port", "0", "--db", home.path / "letter")
    assert complaint(done, 65).startswith(f"cannot open the database: {home.path}/letter: ")
    complaint(run_chatkit("serve", "--port", "0", "--db", home.path), 1)


def test_a_database_that_another_server_uses(server, run_chatkit, home):
    done = run_chatkit("serve", "--port", "0")
    assert complaint(done, 75) == (
        f"cannot open the database: {home.state}/chatkit/chatkit.db: another server is using it")


def test_text_logs_are_for_people(binary, home):
    done = subprocess.run(
        [binary, "serve", "--listen", "no-such-host.invalid:1", "--log-format", "text"],
        capture_output=True, text=True, env=home.environment(), timeout=30)
    assert done.returncode == 69 and "\x1b" not in done.stderr
