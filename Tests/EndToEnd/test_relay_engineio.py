# Pages at the front door: whoever comes by Socket.IO waits in the same line as everybody else, hears
# where it stands, and keeps its session whatever becomes of servers.
# SPDX-License-Identifier: GPL-3.0-or-later
import json
import signal

import pytest

from operators import JSONOperator
from pages import PagePeer
from peers import JSONPeer
from pollers import OPEN, PollingPeer
from restarting import RestartingServer
from sockets import Loop, SocketPeer
from visitors import JSONVisitor, PlainVisitor, take_in_all
from waiting import eventually
from web import WebPeer

A = "Server A"
each_transport = pytest.mark.parametrize("transport", ["polling", "websocket", "upgrade"])


@pytest.fixture
def full(start_trusting, start_relay, come):
    """A relay before a server whose one slot is taken, and who has it."""
    def start(*options):
        server = start_trusting(A, "--capacity", "1")
        relay = start_relay(*options, servers={A: server})
        return server, relay, come(relay, JSONVisitor, "served").enter()
    return start


@pytest.fixture
def page(closing):
    def start(relay, transport, nick, **auth):
        return closing(PagePeer(relay.port, transport, auth={"nick": nick, **auth}))
    return start


@pytest.fixture
def poller(closing):
    def start(relay, *auth, **more):
        return closing(PollingPeer(relay.port, *auth, **more))
    return start


def wait_end(page):
    # The library takes itself for connected when it was let go before it had noticed that it was.
    eventually("the page's end", lambda: (
        not page.socket.connected or page.socket.eio.state == "disconnected"),
        look=lambda: page.events[-5:])


def names(page):
    return [name for name, _ in page.events]


# MARK: Waiting


@each_transport
def test_a_page_waits_with_everybody_else_and_is_served_in_its_turn(
        full, come, page, closing, transport):
    server, relay, served = full("--wait", "200")
    first = come(relay, PlainVisitor, "first")
    first.hear("queue", 1, 1)
    ann = page(relay, transport, "ann")
    told = ann.wait("queue", position=2, of=2)
    assert told["eta_s"] is None and 0 <= told["waited_s"] <= 200
    assert 0 < told["expires_in_s"] <= 200 and told["ticket"]
    texts = [f"number {number}" for number in range(30)]
    for text in texts[:15]:
        ann.emit("message", text)
    assert ann.call("ping", "n") == {"type": "pong", "nonce": "n"}
    served.leave()
    first.hear("turn")
    ann.wait("queue", position=1, of=1)
    for text in texts[15:]:
        ann.emit("message", text)
    # What was emitted is there before the slot is free.
    assert ann.call("ping", "m") == {"type": "pong", "nonce": "m"}
    first.enter().leave()
    assert ann.wait("admitted")["server"] == ann.wait("welcome")["server"] == A
    order = names(ann)
    assert order.index("queue") < order.index("admitted") < order.index("welcome")
    assert ann.of("error") == []
    if transport == "upgrade":
        eventually("the upgrade", lambda: ann.socket.transport() == "websocket")
    assert ann.call("message", "now")["seq"] == len(texts) + 1
    ann.wait("message", text="now")
    assert relay.row(A)["in_use"] == 1 and relay.table["waiting"] == 0
    ann.close()
    relay.wait_row(A, in_use=0)
    reader = closing(JSONPeer(server.port, "reader", replay=0))
    assert reader.history() == [("ann", text) for text in [*texts, "now"]]


@each_transport
def test_who_leaves_while_waiting_frees_the_place(full, page, transport):
    _, relay, served = full()
    ann, bob = page(relay, transport, "ann"), page(relay, transport, "bob")
    ann.wait("queue", position=1)
    bob.wait("queue", position=2)
    ann.close()
    bob.wait("queue", position=1, of=1)
    served.leave()
    bob.wait("welcome")
    assert ann.of("welcome") == []
    eventually("it is counted", lambda: relay.figures["lost"].get("left") == 1)


@each_transport
def test_a_wait_that_ends_in_vain_is_told_before_the_session_ends(full, page, transport):
    _, relay, served = full("--wait", "3", "--max-waiting", "1")
    ann = page(relay, transport, "ann")
    ann.wait("queue", position=1, of=1)
    late = page(relay, transport, "late")
    late.wait("bye", code="queue_full")
    ann.wait("bye", code="wait_expired")
    wait_end(ann)
    wait_end(late)
    assert late.of("queue") == [] and ann.of("welcome") == []
    served.say("still here")
    served.hear("text", "served", "still here")


def test_what_was_said_in_vain_is_kept_for_an_operator(full, poller):
    _, relay, _ = full("--wait", "2")
    ann = poller(relay, {"nick": "ann"})
    ann.say("is anybody", "there?")
    ann.wait("bye", code="wait_expired")
    ann.wait_end()
    relay.wait_event("messages left")


@each_transport
def test_a_taken_nick_is_told_and_another_one_is_taken(
        start_trusting, start_relay, come, page, transport):
    server = start_trusting(A)
    relay = start_relay(servers={A: server})
    come(server, JSONVisitor, "ann").enter()
    other = page(relay, transport, "ann")
    other.wait("error", code="nick_taken")
    assert other.call("join", "anna")["nick"] == "anna"
    other.wait("names", entered=True)
    assert other.of("error") == [other.wait("error", code="nick_taken")]


def test_a_nick_that_is_none_is_refused_once_and_at_the_door(full, page):
    _, relay, served = full()
    ann = page(relay, "websocket", "no nick\n")
    ann.wait("error")
    assert relay.table["waiting"] == 0
    ann.emit("join", "ann")
    ann.wait("queue", position=1, of=1)
    served.leave()
    assert ann.wait("welcome")["nick"] == "ann"
    assert len(ann.of("error")) == 1


@each_transport
def test_a_page_is_served_at_a_desk_and_rates_it(start_desk, start_relay, come, page, transport):
    desk = start_desk("--name", A, "--trust-proxy", "127.0.0.1")
    relay = start_relay(servers={A: desk}, is_linked=False)
    ann = page(relay, transport, "ann")
    ann.wait("queue", position=1, of=1)
    ann.emit("message", "is anybody there?")
    olga = come(desk, JSONOperator, "olga")
    room = olga.take("ann")
    olga.hear_text("ann", "is anybody there?")
    olga.say(room, "how can I help?")
    ann.wait("message", text="how can I help?")
    eventually("she is attended", lambda: relay.figures["attended"] == 1)
    olga.close_conversation(room)
    assert ann.wait("ended")["rate"]
    assert ann.call("rate", 5)["stars"] == 5
    relay.wait_row(A, free=1)
    wait_end(ann)


# MARK: A place that is kept


@pytest.mark.parametrize("shows", ["cookie", "ticket"])
def test_a_poller_whose_server_dies_is_told_and_next_when_it_comes_back(
        start_trusting, start_relay, come, poller, shows):
    server = RestartingServer(
        lambda *options, **more: start_trusting(A, *options, **more), "--capacity", "1")
    relay = start_relay(servers={A: server})
    ann = poller(relay, {"nick": "ann"})
    assert ann.opening.fields["set-cookie"].startswith("chatkit_place=")
    assert ann.opening.fields["set-cookie"].endswith(
        "; Path=/socket.io; Max-Age=60; HttpOnly; SameSite=Lax")
    ann.wait("welcome")
    late = come(relay, PlainVisitor, "late")
    late.hear("queue", 1, 1)
    server.kill()
    assert ann.wait("bye")["code"] == "shutdown" and ann.of("bye")[0]["retry"]
    ann.wait_end()
    assert any("place" not in event and A in str(event) for event in ann.of("notice"))
    assert ann.poller.ask("GET", ann.target).json["code"] == 1
    ticket = ann.cookie.split("=")[1]
    if shows == "cookie":
        again = poller(relay, {"nick": "another"}, cookie=ann.cookie)
        assert again.cookie == ann.cookie
    else:
        again = poller(relay, {"nick": "another", "ticket": ticket})
    assert again.wait("queue", position=1)["ticket"] == ticket
    late.hear("queue", 2, 2)
    server.start()
    assert again.wait("welcome")["nick"] == "another"
    assert relay.figures["approached"] == 2


def test_a_page_that_vanishes_while_it_waits_keeps_its_place(full, come, poller):
    _, relay, served = full()
    ann = poller(relay, {"nick": "ann"})
    ann.wait("queue", position=1)
    late = come(relay, PlainVisitor, "late")
    late.hear("queue", 2, 2)
    ann.wait("queue", of=2)
    # It is a poll that is given up by which the relay knows.
    ann.poller.request("GET", ann.target)
    ann.vanish()
    again = []

    def is_back():
        again.append(poller(relay, {"nick": "another"}, cookie=ann.cookie))
        if again[-1].wait("queue")["position"] == 1:
            return True
        assert again[-1].post("41").text == "ok"
        return False
    eventually("it stands where it stood", is_back)
    served.leave()
    again[-1].wait("welcome")
    assert late.told("turn") == []


@each_transport
def test_a_drained_server_lets_its_pages_come_back(start_trusting, start_relay, page, transport):
    servers = {name: start_trusting(name) for name in (A, "Server B")}
    relay = start_relay(servers=servers)
    relay.order("pause", "Server B")
    ann = page(relay, transport, "ann")
    ann.wait("names", entered=True)
    relay.order("undrain", "Server B")
    relay.order("drain", A)
    bye = ann.wait("bye", code="shutdown")
    assert bye["retry"] and "place is kept" in bye["reason"]
    wait_end(ann)
    again = page(relay, transport, "ann")
    assert again.wait("welcome")["server"] == "Server B"
    assert relay.figures["approached"] == 1


@each_transport
def test_a_relay_that_stops_says_so_to_pages(full, page, transport):
    _, relay, served = full()
    waiting = page(relay, transport, "waiting")
    waiting.wait("queue", position=1)
    served.leave()
    waiting.wait("names", entered=True)
    late = page(relay, transport, "late")
    late.wait("queue", position=1)
    relay.stop()
    for one in (waiting, late):
        assert one.wait("bye")["code"] == "shutdown"
        wait_end(one)


def test_a_server_that_stops_has_its_pages_come_back(start_trusting, start_relay, page):
    server = start_trusting(A)
    relay = start_relay(servers={A: server})
    ann = page(relay, "polling", "ann")
    ann.wait("names", entered=True)
    server.stop()
    assert ann.wait("bye", code="shutdown")["retry"]
    wait_end(ann)


# MARK: What must not be


def test_requests_of_no_session_are_refused(full, poller, closing):
    _, relay, _ = full()
    ann = poller(relay, {"nick": "ann"})
    ann.wait("queue", position=1)
    for sid in ("00" + "a" * 24, "01" + ann.sid[2:], "zz", ann.sid + "x"):
        for method, body in (("GET", None), ("POST", "6")):
            answer = relay.ask(method, f"{OPEN}&sid={sid}", body)
            assert (answer.status, answer.json["code"]) == (400, 1), (sid, answer.text)
    for target, code in [
            ("/socket.io/?EIO=4&transport=pigeon", 0), ("/socket.io/?EIO=3&transport=polling", 5),
            (OPEN.replace("polling", "websocket"), 3)]:
        answer = relay.ask("GET", target)
        assert (answer.status, answer.json["code"]) == (400, code)
    refused = relay.ask("GET", OPEN, Origin="https://evil.test")
    assert (refused.status, refused.json["code"]) == (403, 4)
    # It is as it was.
    assert ann.post("6").text == "ok"
    assert relay.table["waiting"] == 1


NONSENSE = [
    ["nonsense"], ["4"], ["42{}"], ["40[]"], ["41\x1e42"], ["0{}"], ["2probe"], ["", ""],
    ["451-[]"], ["40{}", "40{}"]]


@pytest.mark.parametrize("waits", [False, True], ids=["at first", "while it waits"])
def test_what_is_no_packet_ends_the_session_and_nothing_else(full, poller, waits):
    _, relay, served = full()
    for packets in NONSENSE if waits else [*NONSENSE, ['42["message","too soon"]'], ["b"]]:
        ann = poller(relay, {"nick": "ann"} if waits else None)
        if waits:
            ann.wait("queue")
        ann.post(*packets)

        def is_over():
            answer = ann.poller.ask("GET", ann.target)
            ann.seen += answer.text.split("\x1e")
            return answer.status == 400 and answer.json["code"] == 1
        eventually("the session's end", is_over, look=lambda: (packets, ann.seen))
        assert waits or relay.table["waiting"] == 0
    served.say("still here")
    served.hear("text", "served", "still here")


def test_who_posts_too_much_while_waiting_is_told_and_dropped(full, poller):
    _, relay, served = full()
    ann = poller(relay, {"nick": "ann"})
    ann.wait("queue", position=1)
    assert relay.ask("POST", ann.target, "4" + "x" * (64 << 10)).status == 413
    for _ in range(20):
        ann.say("x" * 4000)
    ann.wait("bye", code="slow_consumer")
    ann.wait_end()
    relay.wait_waiting(0)
    # Requests that pile up behind one that is not answered are not read for ever.
    bob = poller(relay, {"nick": "bob"})
    bob.wait("queue", position=1)
    before = resident(relay)
    bob.poller.request("GET", bob.target)
    bob.poller.socket.setblocking(False)
    with pytest.raises((BlockingIOError, ConnectionError)):
        for _ in range(2000):
            bob.poller.socket.sendall(b"x" * 65536)
    assert resident(relay) - before < 8 << 20


def resident(program):
    """So many bytes of memory a process has."""
    with open(f"/proc/{program.process.pid}/statm") as facts:
        return int(facts.read().split()[1]) * 4096


def test_two_polls_at_once_end_the_session(full, poller, closing):
    _, relay, _ = full()
    ann = poller(relay, {"nick": "ann"})
    ann.wait("queue", position=1)
    ann.poller.request("GET", ann.target)
    second = closing(WebPeer(relay.port))
    assert second.ask("GET", ann.target).status == 400
    assert ann.poller.answer().text == "1"
    assert second.ask("GET", ann.target).json["code"] == 1


def test_a_page_that_does_not_read_stops_its_server(
        start_trusting, start_relay, come, poller):
    server = start_trusting(A, "--flood", "off")
    relay = start_relay(servers={A: server})
    ann = poller(relay, {"nick": "ann"})
    ann.wait("names", entered=True)
    bob = come(server, JSONVisitor, "bob").enter()
    before = resident(relay)
    # More than the kernel keeps on the way: it is the server that lets go.
    for number in range(5000):
        bob.request("message", text="x" * 4000, nonce=f"n{number}")
        if number % 100 == 99:
            bob.heard = len(bob.events)
            take_in_all([bob], lambda number=number: any(
                f'"n{number}"' in line for line in bob.seen[-300:]))
            bob.seen, bob.events, bob.heard = [], [], 0
    server.wait_event("slow consumer")
    assert resident(relay) - before < 8 << 20
    ann.wait("bye", code="slow_consumer")
    ann.wait_end()
    relay.wait_row(A, in_use=1)


def test_a_websocket_may_begin_alone_and_go_in_any_way(full):
    _, relay, served = full()
    loop = Loop()
    try:
        target = OPEN.replace("polling", "websocket")
        peers = [SocketPeer(loop, relay.port, target) for _ in range(3)]
        for number, peer in enumerate(peers):
            assert json.loads(peer.receive()[1:])["upgrades"] == []
            peer.send(f'40{{"nick":"w{number}"}}')
            assert peer.receive().startswith('40{"sid"')
            peer.expect(lambda text: '"queue"' in text, "its place")
        assert relay.table["waiting"] == 3
        peers[0].send("1")
        relay.wait_waiting(2)
        peers[1].send("41")
        relay.wait_waiting(1)
        peers[2].send("nonsense")
        loop.run(peers[0].socket.wait_closed())
        loop.run(peers[1].socket.wait_closed())
        loop.run(peers[2].socket.wait_closed())
    finally:
        loop.end()
