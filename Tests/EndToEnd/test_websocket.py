# WebSocket clients: plain text as system E's, JSON, IRC; who may connect, and how it ends.
# SPDX-License-Identifier: GPL-3.0-or-later
import asyncio
import json
import signal
import time

import pytest
import websockets

from peers import Peer
from sockets import JSONSocket, SocketPeer
from waiting import eventually
from web import WebPeer

HANDSHAKE = {
    "Upgrade": "websocket", "Connection": "Upgrade", "Sec_WebSocket_Version": "13",
    "Sec_WebSocket_Key": "dGhlIHNhbXBsZSBub25jZQ=="}


@pytest.fixture
def server(start_server):
    """Whoever floods it is read at once."""
    return start_server("--flood", "off")


def test_system_e_everyone_gets_what_is_sent_the_sender_too(sockets):
    first, second = sockets(), sockets()
    for peer in (first, second):
        peer.wait_text("in #lobby: ")
    first.send("hello from one")
    assert first.wait_text("hello from one") == "client#1: hello from one"
    assert second.wait_text("hello from one") == "client#1: hello from one"
    second.send("and back")
    assert first.wait_text("and back") == "client#2: and back"


def test_system_e_nothing_is_lost_or_mixed_up_when_all_send_at_once(sockets):
    peers = [sockets(f"/?nick=p{number}") for number in range(8)]
    for peer in peers:
        peer.wait_text("in #lobby: ")
    peers[0].loop.run(send_all(peers, 50))
    expected = {f"p{peer}: {number}" for peer in range(8) for number in range(50)}
    orders = []
    for peer in peers:
        said = []
        while len(said) < len(expected):
            text = peer.receive()
            if text in expected:
                said.append(text)
        assert set(said) == expected
        orders.append(said)
    assert all(order == orders[0] for order in orders)


async def send_all(peers, count):
    async def talk(peer):
        for number in range(count):
            await peer.socket.send(str(number))
    await asyncio.gather(*map(talk, peers))


def test_system_e_who_leaves_cleanly_is_missed_and_the_others_go_on(sockets):
    ann, bob = sockets("/?nick=ann"), sockets("/?nick=bob")
    ann.wait_text("bob joined")
    bob.close()
    assert bob.socket.close_code == 1000
    ann.wait_text("bob left")
    ann.send("still here")
    ann.wait_text("ann: still here")


def test_the_query_names_nick_and_room(sockets, json_peer):
    watcher = json_peer("watcher", rooms=["#ops"])
    ann = sockets("/chat?nick=ann&room=ops")
    ann.wait_text("in #ops: ann, watcher")
    ann.send("hello ops")
    message = watcher.wait("message")
    assert (message["room"], message["from"], message["text"]) == ("#ops", "ann", "hello ops")


def test_a_first_hello_makes_it_json(server, loop, closing, json_peer):
    ann = closing(JSONSocket(loop, server.port, "ann", subprotocol=None))
    bob = json_peer("bob")
    ann.request("message", text="hi", nonce="1")
    assert ann.wait("ack", nonce="1")["seq"] == 1
    assert bob.history() == [("ann", "hi")]


def test_json_has_ids_and_acks_as_over_a_socket(server, loop, closing, json_peer):
    bob = json_peer("bob")
    ann = closing(JSONSocket(loop, server.port, "ann"))
    ann.request("message", text="line one\nline two", nonce="n")
    ack = ann.wait("ack", nonce="n")
    heard = bob.wait("message")
    assert (heard["id"], heard["seq"]) == (ack["id"], ack["seq"])
    bob.say("back to you")
    assert ann.wait("message", text="back to you")["from"] == "bob"


def test_a_good_bye_after_many_messages_acks_them_all(server, loop, closing):
    ann = closing(JSONSocket(loop, server.port, "ann"))
    for number in range(200):
        ann.request("message", text=f"{number}", nonce=f"{number}")
    ann.request("bye")
    assert ann.wait_closed() == 1000
    acked = [json.loads(text)["nonce"] for text in ann.seen if '"type":"ack"' in text]
    assert acked == [str(number) for number in range(200)]
    assert json.loads(ann.seen[-1])["type"] == "bye"


@pytest.mark.parametrize("subprotocol, encode, decode", [
    ("text.ircv3.net", str, str), ("binary.ircv3.net", str.encode, bytes.decode)])
def test_irc_one_line_a_message(sockets, plain, subprotocol, encode, decode):
    bob = plain("bob")
    ann = sockets("/", subprotocol=subprotocol)
    ann.send(encode("NICK ann"))
    ann.send(encode("USER ann 0 * :Ann"))
    lines = []
    while not lines or " 366 " not in lines[-1]:
        lines.append(decode(ann.receive()))
    assert lines[0].startswith(":chatkit 001 ann ")
    assert not any("\r" in line or "\n" in line for line in lines)
    ann.send(encode("PRIVMSG #lobby :hello"))
    bob.wait("ann: hello")
    bob.say("hello ann")
    assert decode(ann.receive()) == ":bob!~plain@plain.chatkit PRIVMSG #lobby :hello ann"
    ann.send(encode("QUIT :done"))
    assert ann.wait_closed() == 1000


# Handshakes


@pytest.mark.parametrize("changes, status", [
    ({"Sec_WebSocket_Version": "8"}, 426), ({"Sec_WebSocket_Key": "short"}, 400),
    ({"Connection": "keep-alive"}, 400), ({"Origin": "https://elsewhere.test"}, 403),
])
def test_a_bad_handshake_is_refused_and_the_connection_stays(web, changes, status):
    peer = web()
    answer = peer.ask("GET", "/", **{**HANDSHAKE, **changes})
    assert answer.status == status
    assert peer.ask("GET", "/healthz").status == 200


def test_pages_of_the_server_and_of_allowed_origins_may_connect(start_server, closing):
    server = start_server("--allow-origin", "https://team.test", "--allow-origin", "null")
    for origin, status in (
            ("http://localhost", 101), ("https://team.test", 101), ("null", 101),
            ("https://team.test:444", 403), ("https://team.test.evil.test", 403)):
        peer = closing(WebPeer(server.port))
        assert peer.ask("GET", "/", Origin=origin, **HANDSHAKE).status == status, origin


def test_an_unfinished_handshake_is_given_up(web):
    peer = web()
    peer.send("GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\n")
    assert peer.answer().status == 408
    assert peer.read_to_end() == b""


def test_a_socket_that_says_nothing_is_given_up(sockets):
    peer = sockets("/", subprotocol="chatkit.v1.json")
    assert peer.wait_closed() == 1008
    assert json.loads(peer.seen[-1])["code"] == "handshake_timeout"


# Ends


def test_a_stop_is_told_with_its_code(server, loop, closing, sockets):
    ann = closing(JSONSocket(loop, server.port, "ann"))
    bob = sockets("/?nick=bob")
    bob.wait_text("in #lobby")
    server.stop()
    assert ann.wait_closed() == 1001
    assert json.loads(ann.seen[-1])["code"] == "shutdown"
    assert bob.wait_closed() == 1001
    assert bob.seen[-1] == "bye: the server is shutting down"


def test_a_socket_that_is_cut_off_is_missed(server, closing, json_peer):
    bob = json_peer("bob")
    peer = closing(WebPeer(server.port))
    assert peer.ask("GET", "/?nick=ann", **HANDSHAKE).status == 101
    bob.wait("joined", nick="ann")
    peer.reset()
    bob.wait("left", nick="ann")


def test_silence_is_asked_about(start_server, loop, closing):
    server = start_server("--idle", "5")
    ann = closing(JSONSocket(loop, server.port, "ann"))
    # The library answers pings by itself, and so stays.
    began = time.monotonic()
    while time.monotonic() - began < 8:
        loop.run(asyncio.sleep(0.5))
        assert ann.socket.open
    # Whoever answers nothing does not.
    mute = closing(WebPeer(server.port))
    assert mute.ask("GET", "/?nick=mute", **HANDSHAKE).status == 101
    data = mute.read_to_end()
    assert b"you were silent for too long" in data
    assert b"\x03\xe9" in data


@pytest.mark.parametrize("frame, code", [
    (b"\x81\x02hi", 1002), (b"\x83\x80abcd", 1002), (b"\x82\x80abcd", 1003),
    (b"\x81\x81\x00\x00\x00\x00\xff", 1007), (b"\x81\xff\x00\x00\x00\x00\x00\x10\x00\x00abcd", 1009),
])
def test_what_breaks_the_rules_ends_with_its_code(server, closing, frame, code):
    peer = closing(WebPeer(server.port))
    assert peer.ask("GET", "/?nick=ann", **HANDSHAKE).status == 101
    peer.send(frame)
    assert code.to_bytes(2, "big") in peer.read_to_end()
    assert not peer.was_reset


def test_compressed_messages_are_understood_both_ways(start_server, loop, closing):
    server = start_server("--ws-compress")
    packed = closing(SocketPeer(loop, server.port, "/?nick=ann", compression="deflate"))
    as_is = closing(SocketPeer(loop, server.port, "/?nick=bob"))
    assert [extension.name for extension in packed.socket.extensions] == ["permessage-deflate"]
    assert as_is.socket.extensions == []
    text = "the same words " * 200
    packed.send(text)
    assert as_is.wait_text("the same words") == f"ann: {text}"
    assert packed.wait_text("the same words") == f"ann: {text}"
    as_is.send("short")
    packed.wait_text("bob: short")


def test_a_client_that_does_not_read_is_dropped_alone(server, loop, closing, json_peer):
    ann = closing(JSONSocket(loop, server.port, "ann"))
    slow = closing(WebPeer(server.port, receive_buffer=4096))
    assert slow.ask("GET", "/?nick=slow", **HANDSHAKE).status == 101
    for number in range(1200):
        ann.request("message", text="x" * 4000)
    server.wait_event("slow consumer")
    ann.wait("left", nick="slow")
    ann.request("message", text="still here", nonce="7")
    ann.wait("ack", nonce="7")


def test_ctrl_c_at_a_client_ends_it_cleanly(server, start_program, plain):
    bob = plain("bob")
    client = start_program(
        "/usr/bin/python3", "-m", "websockets", f"ws://127.0.0.1:{server.port}/?nick=ann")
    bob.wait("ann joined")

    # It is connected before it listens to its keyboard: what comes earlier than that it loses.
    def ends_when_asked():
        client.process.send_signal(signal.SIGINT)
        time.sleep(0.5)
        return client.process.poll() is not None

    eventually("the client's end", ends_when_asked)
    bob.wait("ann left")
