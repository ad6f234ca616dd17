# What may come to a relay that nobody sensible would send: servers that are none, servers that lie, and
# strangers. It says why, and goes on for everybody else.
# SPDX-License-Identifier: GPL-3.0-or-later
import http.server
import socket
import threading

import pytest

from framed import FRAMED
from front_doors import TOKEN
from pages import PagePeer
from peers import Peer
from relays import Link, header
from visitors import KINDS, JSONVisitor, PlainVisitor
from waiting import eventually

A, B = "Server A", "Server B"


@pytest.fixture
def relay(start_relay):
    return start_relay()


@pytest.fixture
def announce(closing, relay):
    """Announces a server that is none; its first answer, and its link."""
    def announce(**changes):
        connected = socket.create_connection(("127.0.0.1", relay.port))
        link = closing(Link(connected))
        fields = {"v": 1, "name": A, "address": "127.0.0.1:1", "token": TOKEN, **changes}
        link.send(type="announce", **{name: v for name, v in fields.items() if v is not None})
        return link
    return announce


def wait_for_words(link):
    """The first line that it is told."""
    def is_told():
        return link.told
    return eventually("an answer", is_told, look=lambda: link.is_over)[0]


def check_well(relay, start_trusting, come, token):
    """It does its work as if nothing had been."""
    server = start_trusting(
        "Good one", "--relay", f"127.0.0.1:{relay.port}", "--relay-token-file", token)
    relay.wait_row("Good one", state="up")
    come(relay, JSONVisitor, "ann").enter().leave()
    return server


def test_a_second_server_of_a_name_is_refused(relay, start_trusting, come, token, run_chatkit):
    where = ("--relay", f"127.0.0.1:{relay.port}", "--relay-token-file", token, "--db", ":memory:")
    first = start_trusting(A, *where)
    relay.wait_row(A, state="up", address=f"127.0.0.1:{first.port}")
    second = start_trusting(A, *where)
    assert second.wait_event("relay refuses")["code"] == "name_taken"
    assert relay.row(A)["address"] == f"127.0.0.1:{first.port}"
    # When the first one is gone, the name is free.
    first.stop()
    relay.wait_row(A, state="up", address=f"127.0.0.1:{second.port}")
    come(relay, PlainVisitor, "ann").enter()
    twice = ["--server", "X=127.0.0.1:1", "--server", "X=127.0.0.1:2"]
    assert run_chatkit("relay", "--port", "0", *twice).returncode == 64


def test_a_wrong_token_is_refused(relay, start_trusting, home):
    wrong = home.path / "wrong"
    wrong.write_text("open-barley\n")
    wrong.chmod(0o600)
    server = start_trusting(
        A, "--relay", f"127.0.0.1:{relay.port}", "--relay-token-file", wrong)
    assert server.wait_event("relay refuses")["code"] == "bad_token"
    assert relay.table["servers"] == []
    assert TOKEN not in relay.errors and "open-barley" not in relay.errors


def test_a_nonsense_announcement_is_refused(relay, announce):
    for changes, code in [
            ({"token": "wrong"}, "bad_token"), ({"token": None}, None),
            ({"name": ""}, "bad_announce"), ({"name": "x" * 65}, "bad_announce"),
            ({"name": 7}, None), ({"name": "a\nb"}, None),
            ({"address": "nowhere"}, "bad_announce"), ({"address": "127.0.0.1:0"}, "bad_announce"),
            ({"address": "127.0.0.1:99999"}, "bad_announce"), ({"address": None}, None),
            ({"address": ":12000"}, "bad_announce"), ({"address": "[::1"}, "bad_announce"),
            ({"v": 99}, None), ({"v": "one"}, None)]:
        told = wait_for_words(announce(**changes))
        assert told["type"] == "error" and code in (None, told["code"]), (changes, told)
    assert relay.table["servers"] == []


def test_a_relay_is_no_server(relay, announce, start_relay, come, run_chatkit):
    told = wait_for_words(announce(address=f"127.0.0.1:{relay.port}"))
    assert told["code"] == "bad_announce"
    done = run_chatkit("relay", "--port", relay.port, "--server", f"Me=127.0.0.1:{relay.port}")
    assert done.returncode == 64 and "the relay itself listens there" in done.stderr
    # Nor is another relay linked.
    other = start_relay("--server", f"Next=127.0.0.1:{relay.port}", "--name", "other")
    visitor = come(other, PlainVisitor, "ann")
    visitor.hear("queue", 1, 1)
    eventually("it is said", lambda: other.events("server is down"))
    assert other.row("Next")["state"] == "down"
    assert relay.table["waiting"] == 0


def test_a_link_that_talks_nonsense_is_ended(relay, announce):
    for line in [
            "nonsense", "[]", "{}", '{"type":"availability"}',
            '{"type":"linked","v":1,"name":"x"}',
            '{"type":"availability","capacity":-1,"in_use":0,"others":0,"state":"up"}',
            '{"type":"availability","capacity":1,"in_use":-1,"others":-5,"state":"up"}',
            '{"type":"availability","capacity":1e300,"in_use":0,"others":0,"state":"up"}',
            '{"type":"availability","capacity":1,"in_use":0,"others":0,"state":"asleep"}',
            '{"type":"freed","visit":-1,"reason":"left"}', '{"type":"attended","visit":"x"}',
            '{"type":"beat","x":"' + "x" * 5000 + '"}', "\0\xff"]:
        link = announce()
        link.hear("linked")
        link.send_raw(line + "\n")
        link.wait_over()
        # It may come back at once.
        relay.wait_row(A, state="down")


def test_a_link_may_say_what_is_true_of_nobody(relay, announce, come, start_trusting, token):
    link = announce()
    link.hear("linked")
    huge = 2 ** 63 - 1
    for news in ({"capacity": huge, "in_use": huge, "others": huge},
                 {"capacity": 0, "in_use": 5, "others": 9},
                 {"capacity": None, "in_use": huge, "others": huge}):
        link.send(type="availability", state="up", **news)
        relay.wait_row(A, state="up", capacity=news["capacity"])
        assert relay.ask("GET", "/metrics").status == 200
    for visit in (0, 1, 2 ** 63 - 1):
        link.send(type="attended", visit=visit)
        link.send(type="freed", visit=visit, reason="closed")
    link.send(type="availability", state="paused", capacity=1, in_use=0, others=0)
    relay.wait_row(A, state="paused")
    check_well(relay, start_trusting, come, token)


def test_a_link_that_floods_is_ended_and_nobody_else(
        relay, announce, start_trusting, come, token):
    check_well(relay, start_trusting, come, token)
    link = announce()
    link.hear("linked")
    try:
        link.send_raw('{"type":"beat"}\n' * 100_000)
    except OSError:
        pass
    link.wait_over()
    relay.wait_row(A, state="down")
    assert relay.row("Good one")["state"] == "up"


class SomethingElse:
    """A port where something answers that is no chatkit."""

    def __init__(self, kind):
        if kind == "web":
            self.server = http.server.ThreadingHTTPServer(
                ("127.0.0.1", 0), http.server.BaseHTTPRequestHandler)
            self.port = self.server.server_address[1]
            threading.Thread(target=self.server.serve_forever, daemon=True).start()
            self.close = lambda: (self.server.shutdown(), self.server.server_close())
            return
        listener = self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = listener.getsockname()[1]
        self.accepted = []

        def answer():
            while True:
                try:
                    connected, _ = listener.accept()
                except OSError:
                    return
                self.accepted.append(connected)
                try:
                    if kind == "socket":
                        connected.sendall(b"HTTP/1.1 101 Any\r\n\r\n" + bytes(range(256)) * 99)
                    elif kind == "chatty":
                        connected.sendall(b"220 mail.example ESMTP\r\n" * 1000)
                    elif kind == "reset":
                        connected.close()
                except OSError:
                    pass
        threading.Thread(target=answer, daemon=True).start()

    def close(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        for connected in self.accepted:
            connected.close()


def test_what_answers_and_is_no_server_stays_down(
        start_relay, start_trusting, come, closing):
    strange = {kind: closing(SomethingElse(kind)) for kind in ("web", "silent", "chatty", "reset")}
    server = start_trusting(A, "--capacity", "1")
    relay = start_relay(*(
        word for kind, other in strange.items()
        for word in ("--server", f"{kind}=127.0.0.1:{other.port}")), servers={A: server})
    first = come(relay, JSONVisitor, "first").enter()
    waiting = come(relay, PlainVisitor, "waiting")
    waiting.hear("queue", 1, 1)
    first.leave()
    waiting.enter()
    for kind in ("web", "chatty", "reset"):
        eventually(f"{kind} is found out", lambda: [
            entry for entry in relay.events("server is down") if entry["server"] == kind])
    assert {row["name"]: row["state"] for row in relay.table["servers"]} == {
        A: "up", "web": "down", "silent": "down", "chatty": "down", "reset": "down"}


def test_a_server_that_is_announced_and_takes_nobody_costs_nobody_the_place(
        relay, announce, closing, come, start_trusting, token):
    nothing = closing(SomethingElse("reset"))
    link = announce(address=f"127.0.0.1:{nothing.port}")
    link.hear("linked")
    link.send(type="availability", capacity=5, in_use=0, others=0, state="up")
    line = [come(relay, kind, f"w{number}") for number, kind in enumerate(KINDS)]
    for visitor in line:
        visitor.hear("queue")
    start_trusting(B, "--relay", f"127.0.0.1:{relay.port}", "--relay-token-file", token)
    for visitor in line:
        visitor.enter()


@pytest.mark.parametrize("kind", ["web", "chatty", "socket", "reset"])
def test_what_speaks_no_socket_io_costs_no_page_its_place(
        relay, announce, closing, start_trusting, token, kind):
    strange = closing(SomethingElse(kind))
    link = announce(address=f"127.0.0.1:{strange.port}")
    link.hear("linked")
    page = closing(PagePeer(relay.port, "polling", auth={"nick": "page"}))
    page.wait("queue", position=1)
    link.send(type="availability", capacity=5, in_use=0, others=0, state="up")
    eventually("it was sent in vain", lambda: (
        relay.row(A)["waiting_for"] == "news of its room"), look=lambda: relay.table)
    page.wait_for(2, "queue")
    start_trusting(B, "--relay", f"127.0.0.1:{relay.port}", "--relay-token-file", token)
    assert page.wait("welcome")["server"] == B
    assert {name for name, _ in page.events} <= {
        "queue", "admitted", "welcome", "joined", "names", "notice", "history"}


@pytest.mark.parametrize(
    "kind", [PlainVisitor, JSONVisitor, *FRAMED], ids=lambda kind: kind.kind)
def test_nothing_said_is_lost_on_a_server_that_has_no_room(
        relay, announce, start_trusting, come, kind):
    """The link says that there is room, and there is none: the client is sent in vain."""
    server = start_trusting(A, "--capacity", "1")
    host = come(server, JSONVisitor, "host").enter()
    link = announce(address=f"127.0.0.1:{server.port}")
    link.hear("linked")
    ann = come(relay, kind, "ann")
    ann.hear("queue", 1, 1)
    ann.say("one")
    link.send(type="availability", capacity=5, in_use=0, others=0, state="up")
    ann.say("two")
    eventually("it was sent in vain", lambda: (
        relay.row(A)["waiting_for"] == "news of its room"), look=lambda: relay.table)
    ann.say("three")
    host.leave()
    ann.enter()
    for text in ("one", "two", "three"):
        ann.hear("text", "ann", text)
    assert ann.told("returned") == []


@pytest.mark.parametrize("transport", ["polling", "websocket"])
def test_a_page_that_is_sent_in_vain_keeps_its_place_and_takes_no_slot(
        relay, announce, start_trusting, come, closing, transport):
    server = start_trusting(A, "--capacity", "1")
    host = come(server, JSONVisitor, "host").enter()
    link = announce(address=f"127.0.0.1:{server.port}")
    link.hear("linked")
    link.send(type="availability", capacity=1, in_use=0, others=0, state="up")
    relay.wait_row(A, free=1)
    page = closing(PagePeer(relay.port, transport, auth={"nick": "page"}))
    page.emit("message", "one")
    page.wait("queue", position=1, of=1)
    late = come(relay, PlainVisitor, "late")
    late.hear("queue", 2, 2)
    page.emit("message", "two")
    host.leave()
    host.hear("closed")
    # The server has room now, and says so.
    link.send(type="availability", capacity=1, in_use=0, others=0, state="up")
    page.wait("welcome")
    page.wait("message", text="two")
    assert [message["text"] for message in page.of("message")] == ["one", "two"]
    assert late.told("turn") == [] and page.of("bye") == page.of("returned") == []


def test_a_strangers_header_is_refused(relay, closing):
    for prefix in (header(), header(7), b"PROXY TCP4 192.0.2.7 127.0.0.1 1 2\r\n"):
        peer = closing(Peer(relay.port))
        peer.send(prefix + b"ann\n")
        assert "PROXY header is not accepted" in peer.read_line()
        assert peer.read_line() is None


def test_a_server_that_does_not_trust_the_relay_is_down(start_server, start_relay, come):
    server = start_server("--name", A)
    relay = start_relay(servers={A: server}, is_linked=False)
    eventually("it is said", lambda: [
        entry for entry in relay.events("server is down") if "not_trusted" in entry["why"]])
    assert relay.row(A)["state"] == "down"


def test_whatever_a_client_begins_with_the_relay_goes_on(relay, closing):
    for words in [
            b"\0" * 64, b"\x16\x03\x01\x02\0", b"GET / HTTP/9.9\r\n\r\n", b"{" * 10_000 + b"\n",
            b'{"type":"hello","nick":"\\ud800"}\n', b"NICK\r\nUSER\r\n", b"\xff\xfe\n",
            b'{"type":"hello","nick":"x","operator":true,"token":"y"}\n',
            b'{"type":"link","v":1,"relay":"r1"}\n',
            b"POST /servers/x HTTP/1.1\r\nHost: x\r\n\r\n",
            b"GET /socket.io/?EIO=4&transport=polling&sid=nobody HTTP/1.1\r\nHost: x\r\n\r\n",
            b"GET /socket.io/?EIO=3&transport=polling HTTP/1.1\r\nHost: x\r\n\r\n"]:
        peer = closing(Peer(relay.port))
        peer.send(words)
        peer.finish_sending()
        peer.read_to_end()
        assert relay.ask("GET", "/healthz").status == 200, words
