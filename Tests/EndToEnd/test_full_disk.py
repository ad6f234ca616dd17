# A disk that is full: people go on talking, nobody is told that something is saved that is not, and
# when there is room again everything is saved, once.
# SPDX-License-Identifier: GPL-3.0-or-later
import errno
import json
import os
import resource
import subprocess

import pytest

from peers import IRCPeer, JSONPeer, PlainPeer
from returning import read_room
from waiting import eventually

# Large enough for an empty database and too small for what is said here.
DISK_BYTES = 2 << 20
TEXT = "x" * 4000

CAP_SYS_ADMIN = 21


def may_mount():
    with open("/proc/self/status") as status:
        capabilities = next(line for line in status if line.startswith("CapEff:"))
    return os.geteuid() == 0 and int(capabilities.split()[1], 16) >> CAP_SYS_ADMIN & 1 == 1


class SmallDisk:
    """A file system of its own in memory; room is made by making it larger."""

    def __init__(self, path):
        self.path = path
        path.mkdir()
        subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs", str(path)], check=True)
        self.wrapper = ()

    def make_room(self, server):
        subprocess.run(
            ["mount", "-o", f"remount,size={64 << 20}", "tmpfs", str(self.path)], check=True)

    def end(self):
        subprocess.run(["umount", "-l", str(self.path)], check=True)


class BoundedFiles:
    """Files that may not grow beyond a size: needs no rights, and fails with EFBIG."""

    def __init__(self, path):
        self.path = path
        path.mkdir()
        # The signal that goes with it would end the server; ignored is inherited.
        self.wrapper = ["bash", "-c", f'trap "" XFSZ; ulimit -Sf {DISK_BYTES >> 10}; exec "$@"', "x"]

    def make_room(self, server):
        resource.prlimit(
            server.process.pid, resource.RLIMIT_FSIZE,
            (resource.RLIM_INFINITY, resource.RLIM_INFINITY))

    def end(self):
        pass


@pytest.fixture(params=["a small disk", "bounded files"])
def disk(request, tmp_path, closing):
    """Where may_mount() says so a mount that fails is a failure and not a reason to skip."""
    if request.param == "a small disk":
        if not may_mount():
            pytest.skip("only root mounts; the other way is tested")
        return closing(SmallDisk(tmp_path / "disk"))
    return closing(BoundedFiles(tmp_path / "disk"))


@pytest.fixture
def server(start_server, disk):
    return start_server("--db", disk.path / "room.db", wrapper=disk.wrapper)


def events_of(peer, *types):
    """Reads events until one of each of these types was there; all of them, in order."""
    events, missing = [], set(types)
    while missing:
        line = peer.read_line()
        assert line is not None, peer.seen[-5:]
        event = json.loads(line)
        events.append(event)
        missing.discard(event["type"])
    return events


def fill(ann, first=0):
    """Posts until the server says that it cannot save; how many were posted, and the nonces of
    those that were acked."""
    acked, posted = set(), first
    while True:
        ann.request("message", text=f"{posted} {TEXT}", nonce=f"n{posted}")
        ann.request("ping", nonce=f"p{posted}")
        posted += 1
        while True:
            event = json.loads(ann.read_line())
            if event["type"] == "ack":
                acked.add(event["nonce"])
            elif event["type"] == "error":
                assert event["code"] == "not_saved", event
                assert event["message"].startswith("delivered, but not saved yet: ")
                ann.wait("pong", nonce=f"p{posted - 1}")
                return posted, acked
            elif event["type"] == "pong":
                break
        assert posted < 5000, "the disk never filled"


def test_people_talk_on_and_all_is_saved_when_there_is_room(server, disk, closing):
    ann = closing(JSONPeer(server.port, "ann"))
    bob = closing(JSONPeer(server.port, "bob"))
    plain = closing(PlainPeer(server.port, "cat"))
    irc = closing(IRCPeer(server.port, "dan"))
    posted, acked = fill(ann)
    assert f"n{posted - 1}" not in acked
    # Nobody's deliveries wait for the disk, whatever they speak.
    for number in range(posted):
        assert bob.wait("message")["text"].startswith(f"{number} ")
    plain.wait(f"ann: {posted - 1} ")
    plain.say("cat is here")
    bob.wait("message", text="cat is here")
    irc.wait("PRIVMSG", "cat is here")
    # Who speaks is told so; a second time it would be noise.
    plain.wait("error: delivered, but not saved yet: ")
    ann.request("message", text="once more", nonce="more")
    ann.request("ping", nonce="later")
    quiet = events_of(ann, "pong")
    assert [e["type"] for e in quiet if e["type"] in ("ack", "error")] == []
    assert server.events("journal cannot write")
    disk.make_room(server)
    news = events_of(ann, "notice")
    acked |= {event["nonce"] for event in news if event["type"] == "ack"}
    assert news[-1]["text"] == "messages are being saved again"
    while len(acked) < posted + 1:
        acked.add(ann.wait("ack")["nonce"])
    plain.wait("messages are being saved again")
    assert server.events("journal works again")
    room = read_room(bob)
    assert [seq for seq, *_ in room] == list(range(1, posted + 3))
    assert [text.split()[0] for *_, text in room[:posted]] == [str(n) for n in range(posted)]
    assert [text for *_, text in room[posted:]] == ["cat is here", "once more"]
    ann.say("and on it goes")


def test_a_crash_while_it_is_full_loses_nothing_that_was_acked(
        start_server, disk, closing):
    server = start_server("--db", disk.path / "room.db", wrapper=disk.wrapper)
    ann = closing(JSONPeer(server.port, "ann"))
    token = ann.welcome["resume"]
    posted, acked = fill(ann)
    server.was_killed = True
    server.process.kill()
    server.process.wait()
    if isinstance(disk, SmallDisk):
        disk.make_room(server)
    again = start_server("--db", disk.path / "room.db")
    ann = closing(JSONPeer(again.port, "ann", resume=token, replay=0))
    saved = {text.split()[0] for *_, text in read_room(ann)}
    assert saved >= {nonce[1:] for nonce in acked}
    for number in range(posted):
        ann.request("message", text=f"{number} {TEXT}", nonce=f"n{number}")
    # What was saved may be acked later than what was not: it is looked up.
    nonces = {ann.wait("ack")["nonce"] for _ in range(posted)}
    assert len(nonces) == posted
    texts = [text.split()[0] for *_, text in read_room(ann)]
    assert sorted(texts, key=int) == [str(number) for number in range(posted)]


def test_a_stop_while_it_is_full_does_not_take_forever(server, disk, closing):
    ann = closing(JSONPeer(server.port, "ann"))
    fill(ann)
    # Held to the promise of a graceful stop by Server.stop, which the fixture calls.
    server.stop()
    ann.wait("bye", code="shutdown")


def test_a_server_does_not_start_on_a_full_disk(run_chatkit, disk):
    if not isinstance(disk, SmallDisk):
        pytest.skip("a bound on files does not bind an empty one")
    with open(disk.path / "ballast", "wb") as ballast:
        try:
            while True:
                ballast.write(b"x" * 65536)
                ballast.flush()
        except OSError as error:
            assert error.errno == errno.ENOSPC
    done = run_chatkit("serve", "--port", 0, "--db", disk.path / "room.db")
    assert done.returncode == 75, done
    what, hint = done.stderr.splitlines()
    assert what.startswith("chatkit: cannot ") and "full" in what or "space" in what
    assert "make room" in hint


def test_it_is_not_ready_and_takes_nothing_from_outside(server, disk, json_peer, web):
    ann, peer = json_peer("ann"), web()

    def is_full():
        ann.request("message", text=TEXT)
        return peer.ask("GET", "/readyz").status == 503

    eventually("a full disk", is_full)
    refusal = peer.ask("GET", "/readyz")
    assert refusal.code == "cannot_save" and refusal.fields["retry-after"]
    assert peer.ask("GET", "/healthz").status == 200
    assert peer.ask("POST", "/api/rooms/lobby/messages", "not now").status == 503
    disk.make_room(server)
    eventually("room", lambda: peer.ask("GET", "/readyz").status == 200)
    assert peer.ask("POST", "/api/rooms/lobby/messages", "now").status == 201
