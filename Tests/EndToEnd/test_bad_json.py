# Bad input over JSON lines: each gets one typed error and costs nobody the connection.
# SPDX-License-Identifier: GPL-3.0-or-later
import pytest


def nested(depth):
    return b'{"type":"ping","x":' + b"[" * depth + b"]" * depth + b"}"


BAD_LINES = [
    (b'{"type":"message","text":"cut', "bad_json"),
    (b'{"type":"message"', "bad_json"),
    (b"{", "bad_json"),
    (b'{"type":"ping"} trailing', "bad_json"),
    (b'{"type":"ping"}\r{"type":"ping"}', "bad_json"),
    (b"{'type':'ping'}", "bad_json"),
    (b'{"type":"message","text":"\\ud800"}', "bad_json"),
    (b'{"type":"message","text":"a\0b"}', "bad_json"),
    (b'{"type":"message","text":"\xff"}', "bad_utf8"),
    (b'{"type":"history","limit":1e999}', "bad_json"),
    (b'{"type":"history","limit":99999999999999999999999999}', "bad_field"),
    (b'{"type":"history","limit":-1}', "bad_field"),
    (b'{"type":"history","limit":1.5}', "bad_field"),
    (b'{"type":"ping","type":"ping"}', "duplicate_name"),
    (nested(17), "too_deep"),
    (nested(4000), "too_deep"),
    (b'{"type":"ping"' + b"".join(b',"m%d":0' % n for n in range(64)) + b"}", "too_many_members"),
    (b'{"type":"message","text":"' + b"x" * 8200 + b'"}', "line_too_long"),
    (b'{"type":"message","text":"' + b"x" * 100_000, "line_too_long"),
    (b'{"type":"message","text":"' + b"x" * 4097 + b'"}', "message_too_long"),
    (b'{"type":"message","text":""}', "empty_message"),
    (b'{"type":"message"}', "bad_field"),
    (b'{"type":"message","text":7}', "bad_field"),
    (b'{"type":"message","text":"x","room":"#a b"}', "bad_room"),
    (b'{"type":"message","text":"x","room":"#nowhere"}', "no_such_room"),
    (b'{"type":"message","text":"x","to":"nobody"}', "no_such_nick"),
    (b'{"type":"message","text":"x","nonce":"' + b"n" * 65 + b'"}', "bad_nonce"),
    (b'{"type":"nick","nick":"bob"}', "nick_taken"),
    (b'{"type":"nick","nick":"a\\u0007b"}', "bad_nick"),
    (b'{"type":"nick","nick":"a\\u0000b"}', "bad_field"),
    (b'{"type":"hello","nick":"alice2"}', "already_registered"),
    (b'{"type":"dance"}', "unknown_type"),
    (b'{"type":7}', "bad_field"),
    (b"{}", "bad_field"),
    (b"[1,2]", "not_an_object"),
    (b'"text"', "not_an_object"),
    (b"null", "not_an_object"),
    (b"hello?", "bad_json"),
]


@pytest.mark.parametrize(
    "line, code", BAD_LINES, ids=[f"{c}-{line[:30]}" for line, c in BAD_LINES])
def test_what_is_wrong_has_a_code_and_the_talk_goes_on(json_peer, line, code):
    bob, alice = json_peer("bob"), json_peer("alice")
    alice.send(line + b"\n")
    error = alice.wait("error")
    assert error["code"] == code and error["message"]
    alice.say("still here")
    assert bob.wait("message")["text"] == "still here"
    assert sum('"type":"error"' in line for line in alice.seen) == 1


@pytest.mark.parametrize("nick, code", [
    ("", "bad_nick"), ("x" * 33, "bad_nick"), ("a b", "bad_nick"), ("a\x07", "bad_nick"),
    ("{", "bad_nick"), ("server", "bad_nick"), ("bob", "nick_taken"), ("BOB", "nick_taken"),
    (7, "bad_field"), (["x"], "bad_field"),
])
def test_a_nick_that_cannot_be_is_refused_and_another_one_may_be_tried(json_peer, nick, code):
    json_peer("bob")
    alice = json_peer(hello=False)
    alice.request("hello", nick=nick)
    assert alice.wait("error")["code"] == code
    alice.request("message", text="not yet")
    assert alice.wait("error")["code"] == "not_registered"
    alice.request("hello", nick="alice")
    assert alice.wait("welcome")["nick"] == "alice"


def test_the_label_of_a_request_comes_back_on_its_refusal(json_peer):
    alice = json_peer("alice")
    alice.request("message", id=17)
    assert alice.wait("error")["re"] == 17
    alice.request("message", text="x", room="#nowhere", id="seventeen")
    assert alice.wait("error")["re"] == "seventeen"


def test_unknown_members_and_missing_nicks_are_fine(json_peer):
    alice = json_peer(hello=False)
    alice.request("hello", favourite_colour="green", deep={"a": [1, {"b": None}]})
    assert alice.wait("welcome")["nick"] == "client#1"
    alice.request("message", text="hi", colour="green")
    alice.wait("message", text="hi")


def test_the_same_nonce_is_never_a_second_message(json_peer):
    bob, alice = json_peer("bob"), json_peer("alice")
    for _ in range(3):
        alice.request("message", text="once", nonce="n-1")
    acks = [alice.wait("ack", nonce="n-1") for _ in range(3)]
    assert len({(ack["id"], ack["seq"]) for ack in acks}) == 1
    assert bob.history() == [("alice", "once")]
