# A room over HTTP: curl posts into it, scripts read it, and event streams tell what happens in it.
# SPDX-License-Identifier: GPL-3.0-or-later
import concurrent.futures
import json

import pytest

from web import WebPeer

ROOM = "/api/rooms/lobby/messages"


@pytest.fixture
def server(start_server):
    """Whoever floods it is read at once."""
    return start_server("--flood", "off")


def test_curl_posts_and_reads(server, start_program, json_peer):
    ann = json_peer("ann")
    url = f"http://127.0.0.1:{server.port}{ROOM}"
    post = start_program("curl", "-sS", "-d", "deploy done", "-H", "X-Nick: ci", url)
    assert post.wait() == 0
    answer = json.loads(post.output)
    heard = ann.wait("message")
    assert (heard["from"], heard["text"]) == ("ci", "deploy done")
    assert (answer["id"], answer["seq"]) == (heard["id"], heard["seq"])
    read = start_program("curl", "-sS", f"{url}?after=0&limit=5")
    assert read.wait() == 0
    assert json.loads(read.output)["messages"] == [heard]


def test_a_post_can_be_repeated_without_being_said_twice(web, json_peer):
    ann = json_peer("ann")
    first = web().ask("POST", ROOM, "build 71", Idempotency_Key="7f3a")
    again = web().ask("POST", ROOM, "build 71", Idempotency_Key="7f3a")
    assert (first.status, again.status) == (201, 201)
    assert again.json == first.json
    assert ann.history() == [("guest", "build 71")]


def test_a_repeated_post_is_known_after_a_restart(start_server, tmp_path):
    options = ("--db", tmp_path / "room.db")
    server = start_server(*options)
    first = WebPeer(server.port).ask("POST", ROOM, "x", Idempotency_Key="k1").json
    server.signal(9)
    server.was_killed = True
    server.wait()
    server = start_server(*options)
    assert WebPeer(server.port).ask("POST", ROOM, "x", Idempotency_Key="k1").json == first
    page = WebPeer(server.port).ask("GET", ROOM).json
    assert [message["text"] for message in page["messages"]] == ["x"]


def test_the_same_post_from_many_at_once_is_one_message(server):
    def post(_):
        peer = WebPeer(server.port)
        answer = peer.ask("POST", ROOM, "once", Idempotency_Key="same")
        peer.close()
        return answer.status, json.dumps(answer.json)

    with concurrent.futures.ThreadPoolExecutor(20) as pool:
        answers = set(pool.map(post, range(60)))
    assert len(answers) == 1 and answers.pop()[0] == 201


@pytest.mark.parametrize("room, body, fields, status", [
    ("lobby", "", {}, 400), pytest.param("lobby", "x" * 4097, {}, 413, id="too long"), ("none", "x", {}, 404),
    ("lobby", "x", {"Content_Type": "image/png"}, 415),
    ("lobby", b"\xff", {}, 400), ("lobby", "x", {"X_Nick": "a b"}, 400),
    ("lobby", "x", {"X_Nick": "ANN"}, 409), ("lobby", "x", {"Origin": "http://evil.test"}, 403),
])
def test_what_cannot_be_posted_is_refused(web, json_peer, room, body, fields, status):
    ann = json_peer("ann")
    answer = web().ask("POST", f"/api/rooms/{room}/messages", body, **fields)
    assert answer.status == status
    assert ann.history() == []


def test_who_posts_too_fast_is_told_when_to_go_on(start_server, closing):
    server = start_server("--flood", "1:5")
    peer = closing(WebPeer(server.port))
    statuses = []
    for number in range(7):
        # Each over a connection of its own, as curl would.
        answer = closing(WebPeer(server.port)).ask("POST", ROOM, f"{number}")
        statuses.append(answer.status)
    assert statuses[:5] == [201] * 5
    assert 429 in statuses and int(answer.fields["retry-after"]) >= 1
    assert peer.ask("GET", "/healthz").status == 200


def test_long_histories_are_read_page_by_page(web, json_peer):
    ann = json_peer("ann")
    for number in range(600):
        ann.request("message", text=f"{number}", nonce=f"{number}")
    ann.wait("ack", nonce="599")
    peer, texts, after = web(), [], 0
    while True:
        page = peer.ask("GET", f"{ROOM}?after={after}&limit=200").json
        texts += [message["text"] for message in page["messages"]]
        if page["complete"]:
            break
        after = page["messages"][-1]["seq"]
    assert texts == [str(number) for number in range(600)]


# Event streams


def test_a_stream_tells_what_happens(web, json_peer):
    stream = web()
    stream.request("GET", "/events?room=lobby")
    head = stream.answer(has_content=False)
    assert head.fields["content-type"] == "text/event-stream"
    ann = json_peer("ann")
    assert stream.expect_event("joined")[1]["nick"] == "ann"
    ack = ann.say("hello")
    number, event = stream.expect_event("message")
    assert (number, event["id"]) == (str(ack["seq"]), ack["id"])
    ann.request("bye")
    assert stream.expect_event("left")[1]["nick"] == "ann"


def test_a_reader_that_was_cut_off_misses_nothing(web, json_peer):
    ann = json_peer("ann")
    first = web()
    first.request("GET", "/events")
    first.answer(has_content=False)
    for number in range(100):
        ann.request("message", text=f"{number}", nonce=f"{number}")
    for _ in range(30):
        last, _ = first.expect_event("message")
    first.reset()
    ann.wait("ack", nonce="99")
    second = web()
    second.request("GET", "/events", Last_Event_ID=last)
    second.answer(has_content=False)
    ann.say("and on")
    seen = []
    while "and on" not in seen:
        seen.append(second.expect_event("message")[1]["text"])
    assert seen == [str(number) for number in range(int(last), 100)] + ["and on"]


def test_what_is_lost_is_named(web, json_peer):
    ann = json_peer("ann")
    for number in range(1500):
        ann.request("message", text=f"{number}", nonce=f"{number}")
    ann.wait("ack", nonce="1499")
    stream = web()
    stream.request("GET", "/events?after=0")
    stream.answer(has_content=False)
    _, gap = stream.event()
    assert (gap["type"], gap["from_seq"], gap["to_seq"]) == ("gap", 1, 500)
    assert stream.event()[0] == "501"


def test_a_reader_that_does_not_read_is_dropped_alone(server, closing, json_peer):
    ann = json_peer("ann")
    slow = closing(WebPeer(server.port, receive_buffer=4096))
    slow.request("GET", "/events")
    for number in range(1500):
        ann.request("message", text="x" * 4000, nonce=f"{number}")
        ann.wait("ack", nonce=f"{number}")
    server.wait_event("slow consumer")
    assert len(ann.history(limit=1)) == 1


def test_a_stop_ends_streams_with_a_reason(server, web):
    stream = web()
    stream.request("GET", "/events")
    stream.answer(has_content=False)
    server.stop()
    assert stream.expect_event("bye")[1]["code"] == "shutdown"
    assert stream.read_to_end() == b""


@pytest.mark.parametrize("options", [("--desk",), ("--capacity", "1")])
def test_where_people_are_admitted_nothing_is_open_to_those_outside(
        start_server, closing, options):
    peer = closing(WebPeer(start_server(*options).port))
    for target in ("/api/rooms", ROOM, "/events", "/api/rooms/visit-1/messages"):
        assert peer.ask("GET", target).code == "not_outside", target
    assert peer.ask("POST", ROOM, "x").status == 403
    assert peer.ask("GET", "/api/stats").status == 200
