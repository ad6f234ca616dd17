# HTTP as such: the page, connections that stay, and requests that are wrong, slow or half.
# SPDX-License-Identifier: GPL-3.0-or-later
import re
import time

import pytest

from waiting import eventually


def test_curl_gets_the_page_and_everything_it_refers_to(server, start_program, web):
    url = f"http://127.0.0.1:{server.port}"
    curl = start_program("curl", "-sS", "-i", f"{url}/")
    assert curl.wait() == 0
    head, page = curl.output.split("\r\n\r\n", 1)
    assert head.startswith("HTTP/1.1 200 OK\r\n")
    assert "text/html; charset=utf-8" in head and "default-src 'none'" in head
    # Nothing is fetched from anywhere else.
    assert not re.search(r"""(?:src|href)=["'](?:https?:)?//""", page)
    peer = web()
    paths = set(re.findall(r"""(?:src|href)="(/[^"#]*)""", page)) | {"/operator", "/favicon.ico"}
    assert len(paths) > 3
    for path in paths:
        answer = peer.ask("GET", path)
        assert (answer.status, bool(answer.body)) == (200, True), path


def test_a_browser_asks_again_and_is_told_that_nothing_changed(web):
    peer = web()
    first = peer.ask("GET", "/")
    tag = first.fields["etag"]
    again = peer.ask("GET", "/", If_None_Match=f'"other", {tag}')
    assert (again.status, again.body) == (304, b"")
    head = peer.ask("HEAD", "/")
    assert (head.status, head.fields["content-length"]) == (200, str(len(first.body)))


def test_pipelined_requests_are_answered_in_their_order(web):
    peer = web()
    targets = ["/healthz", "/api/rooms", "/readyz", "/threads", "/nothing", "/healthz"] * 20
    for target in targets:
        peer.request("GET", target)
    statuses = [peer.answer().status for _ in targets]
    assert statuses == [200, 200, 200, 200, 404, 200] * 20


def test_posts_that_wait_for_the_disk_keep_their_place_in_the_pipeline(web):
    peer = web()
    for number in range(50):
        peer.request("POST", "/api/rooms/lobby/messages", f"number {number}")
        peer.request("GET", f"/api/rooms/lobby/messages?after={number}&limit=1")
    for number in range(50):
        assert peer.answer().json["seq"] == number + 1
        assert peer.answer().json["messages"][0]["text"] == f"number {number}"


def test_who_only_half_closes_is_answered(web):
    peer = web()
    peer.request("GET", "/api/rooms")
    peer.finish_sending()
    assert peer.answer().status == 200
    assert peer.read_to_end() == b""
    assert not peer.was_reset


@pytest.mark.parametrize("request_bytes, status", [
    (b"GET / HTTP/1.1\r\n\r\n", 400),
    (b"GET / HTTP/3.0\r\nHost: a\r\n\r\n", 505),
    (b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
    pytest.param(b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\nHost: a\r\n\r\n", 414, id="long target"),
    pytest.param(
        b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"a" * 40000 + b"\r\n\r\n", 431, id="long field"),
    (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n", 413),
    (b"GET /../../etc/passwd HTTP/1.1\r\nHost: a\r\n\r\n", 400),
])
def test_what_is_no_request_ends_the_connection(web, request_bytes, status):
    peer = web()
    peer.send(request_bytes)
    answer = peer.answer()
    assert (answer.status, answer.fields["connection"]) == (status, "close")
    assert set(answer.json["error"]) == {"code", "message"}
    assert peer.read_to_end() == b""


def test_other_methods_are_refused_by_name(web):
    peer = web()
    answer = peer.ask("DELETE", "/api/rooms/lobby/messages")
    assert (answer.status, answer.fields["allow"]) == (405, "GET, HEAD, POST")
    assert peer.ask("OPTIONS", "/nothing").status == 404


@pytest.mark.parametrize("start", [
    b"GET / HTTP/1.1\r\nHost: a",
    b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99\r\n\r\nabc"])
def test_a_request_that_trickles_in_is_given_up(web, start):
    peer = web()
    peer.send(start)
    began = time.monotonic()
    # One byte a second is no sign of life.
    peer.socket.settimeout(1)
    answer = b""
    while not answer:
        try:
            answer = peer.socket.recv(4096)
        except TimeoutError:
            peer.send(b"x")
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert time.monotonic() - began > 8


def test_many_half_requests_hold_up_nobody(web):
    for _ in range(200):
        web().send(b"GET / HTTP/1.1\r\nHost: a\r\nX-Slow: ")
    assert web().ask("GET", "/healthz").text == "ok\n"


def test_the_server_tells_how_it_is(web, json_peer):
    json_peer("ann").say("hello")
    peer = web()
    assert peer.ask("GET", "/healthz").text == "ok\n"
    assert peer.ask("GET", "/readyz").text == "ready\n"
    threads = peer.ask("GET", "/threads").json
    assert threads["count"] == len(threads["threads"])
    assert {"loop-0", "journal"} <= set(threads["threads"])
    stats = peer.ask("GET", "/api/stats?by=hour").json
    assert stats["approached"] == stats["attended"] == 1
    assert len(stats["rows"]) == 24 and sum(row["attended"] for row in stats["rows"]) == 1


def metrics(peer):
    """Every sample, by its name and labels; each line must be one."""
    samples = {}
    types = {}
    for line in peer.ask("GET", "/metrics").text.splitlines():
        if line.startswith("# TYPE "):
            _, _, name, kind = line.split(" ")
            types[name] = kind
        elif not line.startswith("# HELP "):
            name, labels, value = re.fullmatch(
                r'([a-z_]+)(\{[a-z]+="[^"]*"\})? (\d+(?:\.\d+)?)', line).groups()
            family = re.sub("_(bucket|sum|count)$", "", name)
            assert name in types or types[family] == "histogram"
            samples[name + (labels or "")] = float(value)
    return samples


def test_the_metrics_count_what_happens(server, web, json_peer, plain, irc):
    ann, bob, cid = json_peer("ann"), plain("bob"), irc("cid")
    for number in range(10):
        ann.say(f"number {number}")
    bob.wait("number 9")
    cid.wait("PRIVMSG", "number 9")
    peer = web()

    def counted():
        samples = metrics(peer)
        same = (
            samples["chatkit_messages_total"] == 10
            and samples["chatkit_people"] == 3
            and samples["chatkit_journal_records_total"] >= 10
            and samples["chatkit_deliveries_total"] >= 30
            and all(samples[f'chatkit_protocols_total{{protocol="{name}"}}'] == 1
                    for name in ("plain", "json", "irc", "http")))
        return samples if same else None

    samples = eventually("the counts", counted, look=lambda: metrics(peer))
    assert samples["chatkit_connections"] == 4
    assert samples["chatkit_received_bytes_total"] > 500
    assert samples["chatkit_sent_bytes_total"] > 5000
    assert samples["chatkit_threads"] >= 4
    assert samples["chatkit_memory_bytes"] > 1 << 20
    assert samples['chatkit_journal_commit_seconds_bucket{le="+Inf"}'] > 0
