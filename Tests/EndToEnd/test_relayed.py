# A server behind a relay: whose word is believed, clients that a relay has brought, and what the relay
# is told over its link.
# SPDX-License-Identifier: GPL-3.0-or-later
import random
import signal

import pytest

from desks import converse
from operators import JSONOperator
from peers import IRCPeer, JSONPeer, Peer, PlainPeer
from relays import RELAY, SOURCE, Door, Link, brought, header, passed_on
from sockets import SocketPeer
from visitors import KINDS, JSONVisitor, PlainVisitor
from waiting import eventually
from web import WebPeer

TRUSTED = ("--trust-proxy", "127.0.0.1")
# An address of this machine that is not trusted.
STRANGER = "127.0.0.2"


@pytest.fixture
def trusting(start_server):
    return start_server(*TRUSTED)


@pytest.fixture
def link(closing):
    """Links a relay, which has heard the first news."""
    def dial(server, relay=RELAY):
        made = closing(Link.dial(server.port, relay))
        made.hear("linked")
        return made
    return dial


@pytest.fixture
def bring(closing):
    """A client of that kind that the relay has brought."""
    def bring(server, kind, nick, visit, relay=RELAY, reference=None, **more):
        prefix = header(visit, relay, reference)
        return closing(brought(kind, prefix)(server.port, nick, **more))
    return bring


@pytest.fixture
def door(closing):
    return closing(Door())


@pytest.fixture
def token(home):
    path = home.path / "token"
    path.write_text("open-sesame\n")
    path.chmod(0o600)
    return path


# MARK: PROXY headers


@pytest.mark.parametrize("prefix", [
    header(), header(source="2001:db8::7"), header(additions=b"\x04\0\x03pad"),
    b"PROXY TCP4 192.0.2.7 127.0.0.1 40001 12000\r\n",
    b"PROXY TCP6 2001:db8::7 ::1 40001 12000\r\n", b"PROXY UNKNOWN\r\n",
    b"\r\n\r\n\0\r\nQUIT\n\x20\x00\x00\x00",
], ids=["v2", "v2 IPv6", "v2 addition", "v1", "v1 IPv6", "v1 unknown", "local"])
def test_behind_a_header_every_protocol_is_spoken(trusting, loop, closing, prefix):
    plain = closing(brought(PlainPeer, prefix)(trusting.port, "plain"))
    json = closing(brought(JSONPeer, prefix)(trusting.port, "json"))
    irc = closing(brought(IRCPeer, prefix)(trusting.port, "irc"))
    web = closing(SocketPeer(
        loop, trusting.port, "/?nick=web", sock=passed_on(trusting.port, prefix)))
    web.wait_text("in #lobby: ")
    json.say("hello all")
    plain.wait("json: hello all")
    irc.wait("PRIVMSG", "hello all")
    web.wait_text("json: hello all")
    http = closing(brought(WebPeer, prefix)(trusting.port))
    assert http.ask("GET", "/healthz").status == 200


def test_a_header_may_come_in_pieces_and_silence_after_it_is_asked(trusting, closing):
    peer = closing(PlainPeer(trusting.port))
    for byte in header():
        peer.send(bytes([byte]))
    peer.read_prompt()
    peer.say("late")
    peer.wait("Welcome to chatkit, late.")


def test_a_strangers_header_is_refused_and_counted(trusting, closing):
    for prefix in (header(7), b"PROXY TCP4 192.0.2.7 127.0.0.1 1 2\r\n"):
        peer = closing(Peer(trusting.port, source=STRANGER))
        peer.send(prefix + b"ann\n")
        assert peer.read_line() == "a PROXY header is not accepted from this address"
        assert peer.read_line() is None
    metrics = closing(WebPeer(trusting.port)).ask("GET", "/metrics").text
    assert 'protocol="proxy"} 2' in metrics


@pytest.mark.parametrize("prefix", [
    b"PROXY TCP4 nonsense\r\n", b"PROXY " + b"x" * 200, b"\r\n\r\n\0\r\nQUIT\n\x31\x11\0\0",
    b"\r\n\r\n\0\r\nQUIT\n\x21\x11\xff\xff", header(additions=b"\xe0\0\x09R"),
    header(additions=b"\xe0\0\x03R 7"),
])
def test_a_header_that_is_none_ends_the_connection(trusting, closing, prefix):
    peer = closing(Peer(trusting.port))
    peer.send(prefix)
    assert peer.read_line().startswith("bad PROXY header: ")
    assert peer.read_line() is None


def test_a_header_within_a_header_is_refused(trusting, closing):
    peer = closing(Peer(trusting.port))
    peer.send(header() + header() + b"ann\n")
    assert peer.read_line() == "a PROXY header is not accepted from this address"


def test_the_limits_see_the_address_of_the_header(start_desk, closing):
    # Whoever tries passwords is held up at its own address, and nobody else with it.
    desk = start_desk(*TRUSTED)

    def attempt(source, password):
        peer = closing(brought(JSONPeer, header(source=source))(desk.port, hello=False))
        peer.request("hello", nick="op", operator=True, token=password)
        line = peer.expect(lambda line: line, "an answer")
        peer.close()
        return line
    eventually("so many wrong ones are too many", lambda: "try_later" in attempt(SOURCE, "wrong"))
    assert "wrong_password" in attempt("198.51.100.1", "wrong")


# MARK: Clients of a relay


def test_a_relay_hears_of_slots_and_what_becomes_of_its_clients(start_server, link, bring):
    server = start_server(*TRUSTED, "--capacity", "2")
    relay = link(server)
    relay.hear_slots(2, 0, 0)
    ann = bring(server, PlainVisitor, "ann", 7).enter()
    relay.hear("attended", visit=7)
    relay.hear_slots(2, 1, 0)
    bob = bring(server, JSONVisitor, "bob", 8).enter()
    relay.hear("attended", visit=8)
    relay.hear_slots(2, 2, 0)
    ann.vanish()
    assert relay.hear("freed")["visit"] == 7
    relay.hear_slots(2, 1, 0)
    bob.send('{"type":"bye"}\n')
    relay.hear("freed", visit=8, reason="left")
    relay.hear_slots(2, 0, 0)


@pytest.mark.parametrize("kind", KINDS)
def test_who_would_have_to_wait_is_let_go_without_a_word(start_server, come, link, bring, kind):
    server = start_server(*TRUSTED, "--capacity", "1")
    relay = link(server)
    first = come(server, JSONVisitor, "first").enter()
    relay.hear_slots(1, 1, 1)
    busy = bring(server, kind, "busy", 7)
    assert busy.read_to_end() == b""
    # It is not journalled either: the next visit is the second.
    first.request("bye")
    relay.hear_slots(1, 0, 0)
    bring(server, kind, "busy", 7).enter()
    relay.hear("attended", visit=7)
    assert [line["visit"] for line in relay.lines("freed")] == []


def test_a_web_socket_is_let_go_without_a_message(loop, start_server, come, closing):
    server = start_server(*TRUSTED, "--capacity", "1")
    come(server, JSONVisitor, "first").enter()
    peer = closing(SocketPeer(
        loop, server.port, "/?nick=busy", sock=passed_on(server.port, header(7))))
    assert peer.wait_closed() == 1006
    assert peer.seen == []


def test_relayed_clients_and_others_never_take_more_than_there_is(
        start_server, come, link, bring):
    server = start_server(*TRUSTED, "--capacity", "3", "--max-waiting", "100")
    relay = link(server)
    other = link(server, "r2")
    dice = random.Random(1)
    inside, waiting = [], []
    for number in range(60):
        if inside and dice.random() < 0.4:
            inside.pop(dice.randrange(len(inside))).vanish()
        elif dice.random() < 0.5:
            waiting.append(come(server, JSONVisitor, f"d{number}"))
        else:
            name = dice.choice([RELAY, "r2"])
            visitor = bring(server, JSONVisitor, f"r{number}", number, relay=name)
            if visitor.take_in() and not visitor.is_over():
                inside.append(visitor)
        for visitor in waiting[:]:
            if visitor.told("turn") or visitor.told("in"):
                waiting.remove(visitor)
                inside.append(visitor)
    for visitor in inside + waiting:
        visitor.vanish()
    relay.hear_slots(3, 0, 0)
    other.hear_slots(3, 0, 0)
    for line in relay.lines("availability") + other.lines("availability"):
        assert 0 <= line["others"] <= line["in_use"] <= line["capacity"] == 3
    # Every visit that had a slot has given it back, once.
    for told in (relay, other):
        freed = [line["visit"] for line in told.lines("freed")]
        assert sorted(freed) == sorted({line["visit"] for line in told.lines("attended")})


def test_without_a_limit_slots_are_told_of_too(trusting, link, bring, come):
    relay = link(trusting)
    relay.hear_slots(None, 0, 0)
    ann = bring(trusting, JSONVisitor, "ann", 7).enter()
    relay.hear("attended", visit=7)
    relay.hear_slots(None, 1, 0)
    come(trusting, JSONVisitor, "bob").enter()
    relay.hear_slots(None, 2, 1)
    ann.vanish()
    relay.hear("freed", visit=7, reason="left")
    relay.hear_slots(None, 1, 1)


def test_links_are_nobody(trusting, link, closing):
    link(trusting)
    ann = closing(JSONPeer(trusting.port, "ann"))
    ann.request("names", room="#lobby")
    assert [member["nick"] for member in ann.wait("names")["members"]] == ["ann"]


# MARK: A desk behind a relay


def test_a_desk_tells_when_its_visitors_are_attended_and_free(start_desk, come, link, bring):
    desk = start_desk(*TRUSTED)
    relay = link(desk)
    relay.hear_slots(0, 0, 0)
    olga = come(desk, JSONOperator, "olga")
    relay.hear_slots(1, 0, 0)
    ann = bring(desk, JSONVisitor, "ann", 7, reference="Server B #visit-12")
    room = olga.take("ann")
    relay.hear_slots(1, 1, 0)
    assert relay.lines("attended") == []
    olga.find(
        lambda event: "ann was at Server B #visit-12 before" in str(event), "the reference")
    olga.say(room, "hello")
    relay.hear("attended", visit=7)
    olga.close_conversation(room, "good-bye")
    relay.hear("freed", visit=7, reason="closed")
    relay.hear_slots(1, 0, 0)
    # It is asked for a rating yet, and its slot is somebody else's already.
    ann.hear("asked")
    bob = bring(desk, PlainVisitor, "bob", 8)
    olga.take("bob")
    bob.hear("turn", "olga")
    relay.hear_slots(1, 1, 0)
    ann.request("rate", stars=5)
    ann.hear("rated", 5)


def test_who_loses_the_operator_is_given_back_without_a_word(start_desk, come, link, bring):
    desk = start_desk(*TRUSTED)
    relay = link(desk)
    olga = come(desk, JSONOperator, "olga")
    relay.hear_slots(1, 0, 0)
    ann = bring(desk, PlainVisitor, "ann", 7)
    converse(olga, ann)
    said = len(ann.events)
    olga.close()
    relay.hear("freed", visit=7, reason="server_gone")
    relay.hear_slots(0, 0, 0)
    while ann.take_in():
        pass
    assert ann.events[said:] == [("closed",)]


def test_a_pause_is_told(start_desk, come, link):
    desk = start_desk(*TRUSTED)
    relay = link(desk)
    olga = come(desk, JSONOperator, "olga")
    relay.hear_slots(1, 0, 0)
    olga.request("desk", do="pause")
    relay.hear_slots(0, 0, 0, state="paused")
    olga.request("desk", do="resume")
    relay.hear_slots(1, 0, 0)


# MARK: Links


def test_a_strangers_link_is_refused(trusting, closing):
    peer = closing(Peer(trusting.port, source=STRANGER))
    peer.send('{"type":"link","v":1,"relay":"r1"}\n')
    assert '"code":"not_trusted"' in peer.read_line()
    assert peer.read_line() is None


@pytest.mark.parametrize("line, code", [
    ("nonsense", "bad_line"), ('{"type":"attended","visit":1}', "bad_line"),
    ('{"type":"link","v":1,"relay":"r1"}', "bad_line"),
    ('{"type":"beat","x":"' + "x" * 5000 + '"}', "bad_line"),
])
def test_a_line_that_has_no_place_ends_the_link(trusting, link, line, code):
    relay = link(trusting)
    relay.send_raw(line + "\n")
    relay.hear("error", code=code)
    relay.wait_over()


def test_a_link_that_floods_is_ended_and_nobody_else(trusting, link, closing):
    relay, quiet = link(trusting), link(trusting, "r2")
    relay.send_raw('{"type":"beat"}\n' * 100_000)
    relay.hear("error", code="flood")
    relay.wait_over()
    closing(JSONPeer(trusting.port, "ann"))
    quiet.hear_slots(None, 1, 1)


def test_signs_of_life_are_given(trusting, link):
    link(trusting).hear("beat")


def test_a_server_announces_itself_and_comes_back(start_server, token, door, bring, closing):
    server = start_server(
        "--name", "Server A", "--capacity", "1", "--relay", f"127.0.0.1:{door.port}",
        "--relay-token-file", token)
    announced, relay = door.answer()
    closing(relay)
    assert announced == {
        "type": "announce", "v": 1, "name": "Server A",
        "address": f"127.0.0.1:{server.port}", "token": "open-sesame"}
    relay.hear_slots(1, 0, 0)
    assert server.wait_event("linked to relay")["id"] == RELAY
    # Nobody was said to be trusted; the relay that was dialled is.
    ann = bring(server, JSONVisitor, "ann", 7).enter()
    relay.hear("attended", visit=7)
    relay.close()
    server.wait_event("no link to relay")
    _, again = door.answer("r9")
    closing(again)
    # It is another relay by now: what it has not brought is somebody else's.
    again.hear_slots(1, 1, 1)
    ann.vanish()
    again.hear_slots(1, 0, 0)
    assert "open-sesame" not in server.errors


def test_trust_ends_with_the_link(start_server, token, door, closing):
    server = start_server(
        "--relay", f"127.0.0.1:{door.port}", "--relay-token-file", token)

    def refused():
        peer = closing(Peer(server.port))
        peer.send(header() + b"ann\n")
        return "not accepted" in peer.read_line()
    _, relay = door.answer()
    relay.hear("availability")
    assert not refused()
    door.close()
    relay.close()
    eventually("a header is refused", refused)


def test_a_refused_server_says_so_once_and_tries_again(start_server, token, door):
    server = start_server(
        "--relay", f"127.0.0.1:{door.port}", "--relay-token-file", token,
        "--relay-address", "desk.example:12000")
    for _ in range(3):
        announced, _ = door.answer(code="bad_token", message="that is not the token")
        assert announced["address"] == "desk.example:12000"
    refusals = server.events("relay refuses")
    assert [(entry["code"], entry["why"]) for entry in refusals] == [
        ("bad_token", "that is not the token")]


# MARK: The end


def test_a_stop_is_told_first_and_relayed_clients_hear_no_good_bye(trusting, link, bring, come):
    relay = link(trusting)
    ann = bring(trusting, JSONVisitor, "ann", 7).enter()
    bob = come(trusting, JSONVisitor, "bob").enter()
    trusting.signal(signal.SIGTERM)
    relay.hear("availability", state="draining")
    # What it says before it is moved is taken and answered.
    ann.request("message", text="one more thing", nonce="n1")
    bob.hear("text", "ann", "one more thing")
    bob.hear("bye", "shutdown")
    while ann.take_in():
        pass
    assert any('"ack"' in line and '"n1"' in line for line in ann.seen)
    assert ann.told("bye") == []
    assert trusting.wait(5) == 0
