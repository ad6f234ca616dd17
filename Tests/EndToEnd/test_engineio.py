# Engine.IO by hand: requests over any connection and event loop find their session, and what is none
# of the protocol's is refused in its words.
# SPDX-License-Identifier: GPL-3.0-or-later
import json

import pytest

from peers import JSONPeer, wait_until_delivered
from sockets import SocketPeer
from waiting import eventually
from web import WebPeer

SEPARATOR = "\x1e"
OPEN = "/socket.io/?EIO=4&transport=polling"


def packets(answer):
    return answer.text.split(SEPARATOR)


def open_session(peer):
    """Opens a session by polling; its name."""
    answer = peer.ask("GET", OPEN)
    assert answer.status == 200 and answer.text[0] == "0"
    handshake = json.loads(answer.text[1:])
    assert handshake["upgrades"] == ["websocket"]
    return handshake["sid"]


def poll_until(peer, sid, what):
    """Polls until a packet has `what` in it; all packets until then."""
    seen = []
    while not any(what in packet for packet in seen):
        answer = peer.ask("GET", f"{OPEN}&sid={sid}")
        assert answer.status == 200, (answer.status, answer.text, seen)
        seen += packets(answer)
    return seen


def samples(peer):
    """What /metrics says, by name."""
    lines = peer.ask("GET", "/metrics").text.splitlines()
    return dict(line.rsplit(" ", 1) for line in lines if not line.startswith("#"))


def test_requests_find_their_session_over_any_connection(start_server, closing):
    server = start_server("--threads", "4")
    peers = [closing(WebPeer(server.port)) for _ in range(8)]
    # Connections are dealt out in turn, so that every loop has some of each.
    for opener in peers[:4]:
        sid = open_session(opener)
        for other in peers:
            assert other.ask("POST", f"{OPEN}&sid={sid}", "6").text == "ok"
        assert peers[5].ask("POST", f"{OPEN}&sid={sid}", "40").text == "ok"
        assert packets(peers[6].ask("GET", f"{OPEN}&sid={sid}"))[0].startswith('40{"sid":')
        assert peers[7].ask("POST", f"{OPEN}&sid={sid}", '42["join","n"]').text == "ok"
        poll_until(peers[1], sid, '42["renamed"')
        assert peers[2].ask("POST", f"{OPEN}&sid={sid}", '42["bye"]').text == "ok"
        poll_until(peers[3], sid, '42["bye"')
        # They still speak HTTP as before.
        for peer in peers:
            assert peer.ask("GET", "/healthz").text == "ok\n"


def test_pipelined_requests_move_with_their_connection(start_server, closing):
    server = start_server("--threads", "3")
    first, second, third = (closing(WebPeer(server.port)) for _ in range(3))
    sid = open_session(first)
    for peer in (second, third):
        peer.request("GET", "/api/rooms")
        peer.request("POST", f"{OPEN}&sid={sid}", "6")
        peer.request("GET", "/healthz")
        assert peer.answer().json["type"] == "rooms"
        assert peer.answer().text == "ok"
        assert peer.answer().text == "ok\n"


def test_a_poll_waits_for_something_to_say(server, web, json_peer):
    ann, poller = json_peer("ann"), web()
    sid = open_session(poller)
    poster = web()
    poster.ask("POST", f"{OPEN}&sid={sid}", '40{"nick":"bob"}')
    poll_until(poller, sid, '42["names"')
    poller.request("GET", f"{OPEN}&sid={sid}")
    wait_until_delivered(poller.socket)
    ann.say("for the poll")
    while True:
        answer = poller.answer()
        if "for the poll" in answer.text:
            break
        poller.request("GET", f"{OPEN}&sid={sid}")


def test_a_stop_answers_the_poll_that_waits(server, web):
    poller, poster = web(), web()
    sid = open_session(poller)
    poster.ask("POST", f"{OPEN}&sid={sid}", '40{"nick":"bob"}')
    poll_until(poller, sid, '42["names"')
    poller.request("GET", f"{OPEN}&sid={sid}")
    # This is answered behind the poll's arrival, on the same loop.
    assert poster.ask("POST", f"{OPEN}&sid={sid}", "6").text == "ok"
    server.stop()
    assert '"code":"shutdown"' in packets(poller.answer())[0]


@pytest.mark.parametrize("target, status, code", [
    ("/socket.io/?EIO=4&transport=carrier-pigeon", 400, 0),
    (f"{OPEN}&sid=00aaaaaaaaaaaaaaaaaaaaaaaa", 400, 1),
    (f"{OPEN}&sid=zzaaaaaaaaaaaaaaaaaaaaaaaa", 400, 1),
    ("/socket.io/?EIO=3&transport=polling", 400, 5),
])
def test_bad_requests_are_refused_in_the_protocols_words(web, target, status, code):
    peer = web()
    answer = peer.ask("GET", target)
    assert (answer.status, answer.json["code"]) == (status, code)
    assert peer.ask("GET", "/healthz").status == 200


def test_pages_from_elsewhere_may_not_open_sessions_unless_allowed(start_server, closing):
    server = start_server("--allow-origin", "https://team.test")
    peer = closing(WebPeer(server.port))
    refused = peer.ask("GET", OPEN, Origin="https://evil.test")
    assert (refused.status, refused.json["code"]) == (403, 4)
    refused = peer.ask(
        "GET", "/socket.io/?EIO=4&transport=websocket", Origin="https://evil.test",
        Connection="Upgrade", Upgrade="websocket", Sec_WebSocket_Version="13",
        Sec_WebSocket_Key="dGhlIHNhbXBsZSBub25jZQ==")
    assert (refused.status, refused.json["code"]) == (403, 4)
    allowed = peer.ask("GET", OPEN, Origin="https://team.test")
    assert allowed.status == 200
    assert allowed.fields["access-control-allow-origin"] == "https://team.test"


def test_a_page_that_does_not_poll_is_told_so_and_dropped(start_server, closing):
    server = start_server("--flood", "off")
    ann, peer = closing(JSONPeer(server.port, "ann")), closing(WebPeer(server.port))
    sid = open_session(peer)
    peer.ask("POST", f"{OPEN}&sid={sid}", '40{"nick":"bob"}')
    poll_until(peer, sid, '42["names"')
    for number in range(400):
        ann.request("message", text="x" * 4000, nonce=f"{number}")
        ann.wait("ack", nonce=f"{number}")
    server.wait_event("slow consumer")
    ann.request("ping", nonce="p")
    ann.wait("pong", nonce="p")
    assert any('"type":"left"' in line and '"bob"' in line for line in ann.seen)
    assert '"slow_consumer"' in peer.ask("GET", f"{OPEN}&sid={sid}").text


def test_a_session_that_has_ended_is_unknown(web):
    peer = web()
    sid = open_session(peer)
    assert peer.ask("POST", f"{OPEN}&sid={sid}", "1").text == "ok"
    for method, body in (("POST", "40"), ("GET", None)):
        answer = peer.ask(method, f"{OPEN}&sid={sid}", body)
        assert (answer.status, answer.json["code"]) == (400, 1)


def test_who_never_connects_is_not_kept(web):
    opener, poller = web(), web()
    sid = open_session(opener)
    # The answer comes when the ten seconds are over: the session ends.
    assert poller.ask("GET", f"{OPEN}&sid={sid}").text == "1"
    answer = opener.ask("POST", f"{OPEN}&sid={sid}", "40")
    assert (answer.status, answer.json["code"]) == (400, 1)
    eventually("nothing is kept", lambda: samples(opener)["chatkit_socketio_sessions"] == "0")


def test_a_long_content_is_refused_and_the_session_stays(web):
    peer = web()
    sid = open_session(peer)
    assert peer.ask("POST", f"{OPEN}&sid={sid}", "4" * (64 << 10) + "4").status == 413
    other = web()
    assert other.ask("POST", f"{OPEN}&sid={sid}", "40").text == "ok"
    assert poll_until(other, sid, "40{")


def test_two_polls_at_once_end_the_session(web):
    first, second = web(), web()
    sid = open_session(first)
    for peer in (first, second):
        peer.request("GET", f"{OPEN}&sid={sid}")
    answers = {answer.status: answer.text for answer in (first.answer(), second.answer())}
    assert answers[200] == "1" and 400 in answers


def test_a_websocket_for_a_session_that_is_none_is_closed(loop, server):
    target = "/socket.io/?EIO=4&transport=websocket&sid=00aaaaaaaaaaaaaaaaaaaaaaaa"
    socket = SocketPeer(loop, server.port, target)
    assert socket.wait_closed() == 1000


def test_the_browser_may_ask_first(start_server, closing):
    server = start_server("--allow-origin", "https://team.test")
    peer = closing(WebPeer(server.port))
    answer = peer.ask(
        "OPTIONS", OPEN, Origin="https://team.test", Access_Control_Request_Method="POST")
    assert answer.status == 204
    assert answer.fields["access-control-allow-origin"] == "https://team.test"


def test_sessions_are_counted_once_however_they_move(start_server, closing):
    server = start_server("--threads", "3")
    peers = [closing(WebPeer(server.port)) for _ in range(3)]
    for opener in peers:
        sid = open_session(opener)
        for other in peers:
            assert other.ask("POST", f"{OPEN}&sid={sid}", "6").text == "ok"
    counts = samples(peers[0])
    assert counts["chatkit_socketio_sessions_total"] == "3"
    assert counts["chatkit_connections_total"] == "3"
    assert counts['chatkit_protocols_total{protocol="http"}'] == "3"
