# The web chat behind a relay: it waits before it is let in, goes on at another server when its own
# dies, and goes to another server's page when it is sent there.
# SPDX-License-Identifier: GPL-3.0-or-later
import signal

import pytest

from browsers import PHONE, OperatorPage
from fake_relay import LOBBY, FakeRelay
from operators import PASSWORD, JSONOperator
from visitors import JSONVisitor
from waiting import eventually


@pytest.fixture
def behind_relay(server, open_page):
    """A page and what it takes for its server, which has heard its hello."""
    def start(nick="ann", **options):
        page = open_page(server.port, **options)
        relay = FakeRelay(page.page)
        page.sign_in(nick)
        return page, relay, relay.expect("hello")
    return start


def shown(page):
    """The messages and dividers of the page, in their order."""
    return page.find(":is(.message .text, .divider)").all_inner_texts()


@pytest.mark.parametrize("size", [None, PHONE])
def test_a_page_waits_before_it_is_welcome(behind_relay, size):
    page, relay, hello = behind_relay(**({"size": size} if size else {}))
    assert hello["rooms"] == [LOBBY]
    relay.send("notice", text="Every server is busy.")
    relay.queue(3, 4)
    page.find(".waiting [role=status]", has_text="number 3 of 4 ").wait_for(state="attached")
    page.find(".waiting", has_text="Every server is busy.").wait_for()
    relay.queue(1, 2)
    page.find(".waiting [role=status]", has_text="number 1 of 2 ").wait_for(state="attached")
    assert page.overflow <= 0
    relay.welcome("Server A", hello)
    relay.enter(LOBBY, "good morning")
    page.message("good morning")
    assert page.find("#server").inner_text() == "Server A" if size is None else True
    assert page.focus == "text"


def test_a_place_before_the_welcome_outlives_a_reload(behind_relay):
    page, relay, _ = behind_relay()
    relay.queue(3, 4, ticket="t-7")
    page.find(".waiting").wait_for()
    page.page.reload()
    hello = relay.expect("hello")
    assert (hello["ticket"], hello["nick"], hello["rooms"]) == ("t-7", "ann", [LOBBY])
    assert "resume" not in hello


def test_another_server_goes_on_below_what_was_said(behind_relay):
    page, relay, hello = behind_relay()
    relay.welcome("Server A", hello)
    relay.enter(LOBBY, *(f"old {number}." for number in range(40)))
    page.message("old 39.")
    page.say("/join ops")
    relay.enter("#ops", join=relay.expect("join", room="#ops"))
    page.wait_room("#ops")
    page.go(LOBBY)
    page.say("is anybody here?")
    lost = relay.expect("message")
    page.type("half a sentence")

    relay.send("notice", text="Server A is gone. You are at the head of the queue.")
    relay.queue(1, 1)
    page.find(".waiting", has_text="Server A is gone.").wait_for()
    relay.welcome("Server B", None)
    # What the new server cannot know: the other room, and what was not acknowledged.
    assert relay.expect("join")["room"] == "#ops"
    again = relay.expect("message")
    assert (again["nonce"], again["text"]) == (lost["nonce"], "is anybody here?")
    relay.enter(LOBBY, "old in B", members=("ann", "ben"))
    relay.enter("#ops", "deploys")
    page.find("#members", has_text="ben").wait_for()
    relay.acknowledge(again, LOBBY, 2)
    page.wait_sent("is anybody here?")
    relay.say(LOBBY, 3, "hello from B")
    page.message("hello from B")

    assert shown(page) == [
        *(f"old {number}." for number in range(40)), "now with Server B", "old in B",
        "is anybody here?", "hello from B"]
    assert page.find("#text").input_value() == "half a sentence"
    assert page.focus == "text"
    assert page.find("[role=log] p", has_text="now with Server B").count() == 1
    # Nothing is asked of the new server that only the old one knew.
    page.scroll_to(0)
    page.find(".message", has_text="old 0.").wait_for()
    assert page.find("#log .gap, #log .start").count() == 0
    page.go("#ops")
    page.message("deploys")
    assert shown(page) == ["now with Server B", "deploys"]


def test_the_same_server_goes_on_where_it_was(behind_relay):
    page, relay, hello = behind_relay()
    relay.welcome("Server A", hello)
    relay.enter(LOBBY, "one", "two")
    page.message("two")
    relay.send("notice", text="Server A is gone.")
    relay.queue(1, 1)
    page.find(".waiting").wait_for()
    relay.welcome("Server A", None)
    relay.enter(LOBBY, "one", "two", "three")
    page.message("three")
    assert shown(page) == ["one", "two", "three"]


@pytest.mark.parametrize("visit", ["#visit-7", "#visit-12"])
def test_a_conversation_at_a_desk_goes_on_with_another_server(behind_relay, visit):
    page, relay, hello = behind_relay()
    relay.welcome("Server A", hello, rooms=())
    relay.enter("#visit-7", members=("ann", "olga"))
    relay.send("admitted", server="Server A", operator="olga", room="#visit-7", ticket="t-1",
               waited=False)
    relay.say("#visit-7", 1, "how can I help?", "olga")
    page.message("how can I help?")
    page.say("my invoice is wrong")
    unsaved = relay.expect("message", room="#visit-7")
    page.type("it says")

    relay.send("notice", text="Server A is gone.")
    relay.queue(1, 1, ticket="t-2")
    page.find(".waiting", has_text="Server A is gone.").wait_for()
    relay.welcome("Server B", None, rooms=())
    relay.send("notice", text="messages are kept")
    relay.enter(visit, members=("ann", "oscar"))
    relay.send("admitted", server="Server B", operator="oscar", room=visit, ticket="t-2",
               waited=True)
    again = relay.expect("message", room=visit)
    assert again["nonce"] == unsaved["nonce"]
    # What the next operator cannot know; that it is refused is nobody's business.
    told = relay.expect("transcript")
    assert [(said["from"], said["text"]) for said in told["messages"]] == [
        ("olga", "how can I help?")]
    relay.send("error", code="unknown_type", message="?", re=told["id"])
    relay.acknowledge(again, visit, 1)
    page.wait_sent("my invoice is wrong")
    relay.say(visit, 2, "I go on from here", "oscar")
    page.message("I go on from here")
    assert shown(page) == [
        "how can I help?", "now with Server B", "my invoice is wrong", "I go on from here"]
    page.find("#title", has_text="oscar").wait_for()
    assert page.find("#topic").inner_text() == "Server B"
    assert page.find("#text").input_value() == "it says"


def test_a_redirected_page_goes_to_the_other_server(start_server, behind_relay):
    other = start_server("--name", "Server B")
    page, relay, hello = behind_relay(also=other.port)
    relay.welcome("Server A", hello)
    relay.enter(LOBBY)
    page.say("/join ops")
    relay.enter("#ops", join=relay.expect("join"))
    page.wait_room("#ops")
    page.say("not heard by anyone")
    page.type("half a sentence")

    relay.leave()
    relay.send("redirect", host="127.0.0.1", port=other.port, ticket="t-9")
    page.page.wait_for_url(f"http://127.0.0.1:{other.port}/**")
    page.wait_room("#ops")
    assert page.find("#server").inner_text() == "Server B"
    hello = relay.expect("hello")
    assert (hello["nick"], hello["ticket"]) == ("ann", "t-9")
    assert sorted(hello["rooms"]) == [LOBBY, "#ops"]
    # A link makes nobody say anything.
    assert page.texts == []
    assert page.find("#text").input_value() == "not heard by anyone\nhalf a sentence"
    assert "t-9" not in page.page.url


@pytest.mark.parametrize("link", ["#?", "#?nick=ann", "#%E0"])
def test_a_broken_link_takes_nobody_anywhere(server, open_page, link):
    page = open_page(server.port, f"/{link}")
    page.join("ben")
    page.say("here I am")
    page.wait_sent("here I am")


def test_a_link_from_elsewhere_is_but_text(server, open_page):
    draft = "<img src=x onerror='window.hacked = 1'>"
    page = open_page(server.port, f"/#?nick=mallory&ticket=x&rooms=%5B%5B%5D%2C1&draft={draft}")
    page.wait_joined()
    page.wait_room("#lobby")
    assert page.find("#text").input_value() == draft
    assert page.texts == [] and page.run("window.hacked") is None


def test_at_a_real_relay_the_page_waits_is_served_and_goes_on_elsewhere(
        start_trusting, start_relay, come, open_page):
    servers = {name: start_trusting(name, "--capacity", "1") for name in ("Server A", "Server B")}
    relay = start_relay(servers=servers)
    relay.order("pause", "Server B")
    served = come(relay, JSONVisitor, "served").enter()
    page = open_page(relay.port)
    page.sign_in("ann")
    page.find(".waiting [role=status]", has_text="number 1 of 1 ").wait_for(state="attached")
    served.leave()
    page.find("#server", has_text="Server A").wait_for()
    page.say("hello")
    page.message("hello")
    relay.order("drain", "Server A")
    page.find(".waiting").wait_for()
    relay.order("undrain", "Server B")
    page.find("#server", has_text="Server B").wait_for()
    page.say("hello again")
    page.message("hello again")


def test_the_next_operators_page_shows_what_the_visitors_page_tells(
        start_desk, start_relay, come, open_page):
    desks = {name: start_desk("--name", name, "--trust-proxy", "127.0.0.1")
             for name in ("Server A", "Server B")}
    relay = start_relay(servers=desks, is_linked=False)
    olga = come(desks["Server A"], JSONOperator, "olga")
    relay.wait_row("Server A", capacity=1, free=1)
    ann = open_page(relay.port)
    ann.sign_in("ann")
    room = olga.take("ann")
    olga.say(room, "<b>how</b> can I help?")
    ann.message("<b>how</b> can I help?")
    ann.say("it is broken")
    ann.wait_sent("it is broken")
    eventually("she is attended", lambda: relay.figures["attended"] == 1)
    desks["Server A"].was_killed = True
    desks["Server A"].signal(signal.SIGKILL)
    ann.find(".waiting").wait_for()
    otto = open_page(desks["Server B"].port, "/operator", page_class=OperatorPage)
    otto.sit_down("otto", PASSWORD)
    notes = otto.find("#log .note")
    notes.filter(has_text="ann: it is broken").wait_for()
    heading, *told = notes.all_inner_texts()[-3:]
    assert heading == "What was said before, as ann tells it (Server A #visit-1):"
    assert [line.split(" ", 1)[-1].removeprefix("AM ").removeprefix("PM ") for line in told] == [
        "olga: <b>how</b> can I help?", "ann: it is broken"]
    otto.say("and now?")
    ann.message("and now?")
    assert ann.texts == ["<b>how</b> can I help?", "it is broken", "and now?"]
