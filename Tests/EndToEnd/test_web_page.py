# The web chat, as people use it: in browsers, beside netcat, on a phone, by keyboard alone.
# SPDX-License-Identifier: GPL-3.0-or-later
import pathlib
import re
import urllib.request

import pytest

from browsers import DESKTOP, PHONE, SMALL_PHONE
from peers import JSONPeer
from restarting import RestartingServer

SOURCES = pathlib.Path(__file__).parents[2] / "Sources"

# What a first visit fetches, in bytes.
FIRST_LOAD = 60_000

# Most messages that the page keeps.
WINDOW = 500

# Texts that a page must show and never obey.
HOSTILE = [
    "<script>window.hacked = 1</script>",
    "<img src=x onerror='window.hacked = 1'>",
    "\"><svg onload=window.hacked=1>",
    "javascript:window.hacked=1",
    "http://example.org/\"onmouseover=\"window.hacked=1",
    "{{constructor.constructor('window.hacked = 1')()}}",
    "&lt;b&gt;&amp;",
]


def fetch(server, path):
    with urllib.request.urlopen(f"http://127.0.0.1:{server.port}{path}") as answer:
        return answer.read().decode(), answer.headers


def test_two_browsers_and_netcat_have_one_conversation(server, chat_page, start_program):
    ann, bob = chat_page("ann"), chat_page("bob")
    netcat = start_program("nc", "127.0.0.1", server.port)
    netcat.wait_output("NICK")
    netcat.write("nelly\n")
    netcat.wait_output("Welcome")
    ann.find("#members", has_text="nelly").wait_for()

    ann.say("good morning")
    netcat.wait_output("ann: good morning\n")
    bob.message("good morning")
    netcat.write("hello from netcat\n")
    for page in (ann, bob):
        page.message("hello from netcat")
    bob.say("/me waves")
    netcat.wait_output("bob waves\n")
    bob.say("//not a command")
    netcat.wait_output("bob: /not a command\n")
    for page in (ann, bob):
        page.message("/not a command")
    expected = ["good morning", "hello from netcat", "* bob waves", "/not a command"]
    assert ann.texts == bob.texts == expected
    ann.wait_sent("good morning")


def test_a_first_visit_fetches_little_and_from_nowhere_else(server, open_page):
    sizes = {}
    page = open_page(server.port, "/?first")
    page.page.on("response", lambda answer: sizes.update({answer.url: len(answer.body())}))
    page.page.reload(wait_until="networkidle")
    assert sum(sizes.values()) <= FIRST_LOAD, sizes
    # One round trip for the page, one for all that it names.
    assert len(sizes) <= 7, sizes


@pytest.mark.parametrize("path", ["/", "/operator"])
def test_pages_allow_nothing_inline_and_nothing_foreign(server, path):
    html, headers = fetch(server, path)
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert not re.search(r"<script(?! type=\"module\" src=\"/)|<style|\son\w+=|\sstyle=", html)
    scripts = re.findall(r'(?:src|href)="(/[\w.]+\.js)"', html)
    names = set()
    while scripts:
        name = scripts.pop()
        if name in names:
            continue
        names.add(name)
        code, _ = fetch(server, name)
        assert not re.search(
            r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function|srcdoc",
            code), name
        scripts += [f"/{other}" for other in re.findall(r"'\./([\w.]+\.js)'", code)]
    assert len(names) >= 5


def test_every_asset_is_served_line_for_line(server):
    files = sorted((SOURCES / "CAssets/Files").iterdir())
    assert len(files) > 10
    for file in files:
        if file.stem == "table":  # a relay's
            continue
        served, _ = fetch(server, f"/{file.name}")
        assert "SPDX-License-Identifier" in served or file.suffix == ".svg", file.name
        lines = file.read_text().split("\n")
        assert len(served.split("\n")) == len(lines), file.name
        for line, original in zip(served.split("\n"), lines):
            assert line == original or line in ("", original.lstrip(" ")), (file.name, original)


def test_the_name_is_remembered_and_a_taken_one_is_refused(chat_page):
    ann = chat_page("ann")
    late = chat_page()
    late.sign_in("Ann")
    late.find("#trouble", has_text="taken").wait_for()
    assert late.focus == "name"
    late.join("anna")
    ann.find("#members", has_text="anna").wait_for()

    ann.find("#me").click()
    ann.find("dialog input[name=nick]").fill("anke")
    ann.press("Enter")
    late.find(".note", has_text="ann is now anke").wait_for()
    again = chat_page(beside=ann)
    assert again.find("#name").input_value() == "anke"


def test_rooms_are_made_listed_entered_and_left(server, chat_page, json_peer):
    eve = json_peer("eve", rooms=["#ops"])
    eve.request("topic", room="#ops", text="deploys")
    ann = chat_page("ann")
    ann.find("#browse").click()
    ann.find(".result", has_text="#ops").click()
    ann.find("#topic", has_text="deploys").wait_for()
    assert ann.find("#title").inner_text() == "#ops"
    ann.say("hello ops")
    assert eve.wait("message")["room"] == "#ops"
    ann.find("#leave").click()
    eve.wait("left", nick="ann", room="#ops")
    ann.find("#title", has_text="#lobby").wait_for()
    assert ann.find('[data-room="#ops"]').count() == 0


def test_unread_rooms_and_mentions_are_marked(chat_page, json_peer):
    eve = json_peer("eve", rooms=["#lobby", "#ops"])
    ann = chat_page("ann")
    ann.enter("#ops")
    eve.say("just talk", room="#lobby")
    eve.say("Ann, are you there? annoying", room="#lobby")
    lobby = ann.find('[data-room="#lobby"]')
    lobby.locator(".badge.mention", has_text="2").wait_for()
    ann.wait("() => document.title.startsWith('(2) ')")
    ann.go("#lobby")
    ann.find(".new").wait_for()
    named = ann.message("are you there?")
    assert "mentions" in named.get_attribute("class")
    assert named.locator("mark").all_inner_texts() == ["Ann"]
    lobby.locator(".badge").wait_for(state="detached")
    ann.wait("() => !document.title.startsWith('(')")


def test_a_name_is_one_in_every_case_and_form(chat_page, json_peer):
    page = chat_page("Weiß")
    ann = json_peer("ann")
    ann.say("WEISS: is it Weiss or Weissenburg?")
    said = page.message("Weissenburg")
    assert said.locator("mark").all_inner_texts() == ["WEISS", "Weiss"]
    # A word to oneself, in whichever case, is in one conversation.
    ann.request("message", to="WEISS", text="psst")
    page.find('[data-room="@ann"]').wait_for()


def test_private_conversations_stand_apart(chat_page, json_peer):
    eve = json_peer("eve")
    ann = chat_page("ann")
    eve.say("psst", to="ann")
    ann.find('[data-room="@eve"] .badge').wait_for()
    ann.go("@eve")
    ann.message("psst")
    ann.say("I am all ears")
    assert eve.wait("message", to="eve")["text"] == "I am all ears"
    ann.wait_sent("I am all ears")
    ann.go("#lobby")
    assert ann.texts == []


def test_drafts_are_kept_for_each_room_and_over_a_reload(chat_page, json_peer):
    ann = chat_page("ann")
    ann.enter("#ops")
    ann.type("half a sentence")
    ann.go("#lobby")
    assert ann.find("#text").input_value() == ""
    ann.type("another half")
    ann.go("#ops")
    assert ann.find("#text").input_value() == "half a sentence"
    ann.page.reload()
    ann.wait_room("#ops")
    assert ann.find("#text").input_value() == "half a sentence"
    ann.go("#lobby")
    assert ann.find("#text").input_value() == "another half"


def test_a_reload_goes_on_with_the_same_session(chat_page, json_peer):
    eve = json_peer("eve")
    ann = chat_page("ann")
    ann.say("before")
    ann.wait_sent("before")
    ann.page.reload()
    ann.wait_joined()
    ann.message("before")
    ann.say("after")
    eve.wait("message", **{"from": "ann", "text": "after"})
    assert eve.history() == [("ann", "before"), ("ann", "after")]


def test_history_is_fetched_by_scrolling_and_stays_in_place(chat_page, json_peer):
    eve = json_peer("eve")
    total = 900
    for number in range(total):
        eve.request("message", text=f"line {number}.", nonce=f"l{number}")
    eve.wait("ack", nonce=f"l{total - 1}")
    ann = chat_page("ann")
    ann.message(f"line {total - 1}.")
    place = """() => {
        const log = document.getElementById('log').getBoundingClientRect();
        const row = [...document.querySelectorAll('.message')].find((row) =>
            row.getBoundingClientRect().top >= log.top + 200);
        return [row.querySelector('.text').textContent, row.getBoundingClientRect().top];
    }"""
    moved = []
    while "line 0." not in (texts := ann.texts):
        ann.scroll_to(300)
        text, top = ann.run(place)
        ann.wait("first => document.querySelector('.message .text').textContent !== first",
                 texts[0])
        moved.append(ann.run("""text => [...document.querySelectorAll('.message')].find((row) =>
            row.querySelector('.text').textContent === text).getBoundingClientRect().top""",
            text) - top)
        assert len(ann.texts) <= WINDOW
    # Not even a pixel, but for rounding.
    assert max(map(abs, moved)) <= 1, moved
    ann.find(".start").wait_for()

    # The end is far; it is offered, and one comes back to it.
    eve.say("newest")
    ann.find("#down", has_text="1 new message").click()
    ann.message("newest")
    texts = ann.texts
    numbers = [int(text[5:-1]) for text in texts if text.startswith("line ")]
    assert numbers == list(range(numbers[0], total)) and texts[-1] == "newest"


def test_a_long_stay_keeps_a_bounded_page(chat_page, json_peer):
    ann = chat_page("ann")
    eve = json_peer("eve")
    for number in range(800):
        eve.request("message", text=f"line {number}.", nonce=f"l{number}")
    eve.wait("ack", nonce="l799")
    ann.message("line 799.")
    assert ann.texts == [f"line {number}." for number in range(800 - WINDOW, 800)]


def test_search_finds_and_goes_to_an_old_message(chat_page, json_peer):
    eve = json_peer("eve")
    eve.say("the needle is here, für dich")
    for number in range(700):
        eve.request("message", text=f"hay {number}", nonce=f"h{number}")
    eve.wait("ack", nonce="h699")
    ann = chat_page("ann")
    ann.find("#find").click()
    ann.find("dialog input").fill("needle dich")
    ann.press("Enter")
    found = ann.find(".result")
    found.wait_for()
    assert found.locator("mark").all_inner_texts() == ["needle", "dich"]
    found.click()
    ann.find(".message.found", has_text="the needle is here").wait_for()
    assert ann.run("""() => {
        const box = document.querySelector('.found').getBoundingClientRect();
        return box.top > 0 && box.bottom < innerHeight;
    }""")


def test_a_restart_of_the_server_loses_and_doubles_nothing(start_server, home, open_page, closing):
    server = RestartingServer(start_server, "--db", home.path / "page.db")
    ann = open_page(server.port)
    ann.join("ann")
    ann.say("one")
    ann.wait_sent("one")
    server.process.stop()
    ann.find("#state", has_text="Not connected").wait_for()
    ann.say("two, while it is away")
    ann.find(".state", has_text="sending").wait_for()
    server.start()
    ann.wait_sent("two, while it is away")
    ann.find("#state:empty").wait_for(state="attached")
    ann.say("three")
    ann.wait_sent("three")
    expected = ["one", "two, while it is away", "three"]
    assert ann.texts == expected

    server.crash()
    eve = closing(JSONPeer(server.port, "eve"))
    eve.wait("joined", nick="ann")
    eve.say("four")
    ann.message("four")
    assert ann.texts == [*expected, "four"]
    assert [text for _, text in eve.history()] == [*expected, "four"]


def test_what_is_refused_can_be_sent_again_or_discarded(server, chat_page, json_peer):
    ann = chat_page("ann")
    ann.say("/msg nobody are you there?")
    failed = ann.find(".message.failed", has_text="are you there?")
    failed.wait_for()
    nobody = json_peer("nobody")
    failed.locator("button", has_text="Resend").click()
    assert nobody.wait("message")["text"] == "are you there?"
    ann.wait_sent("are you there?")
    assert ann.texts == ["are you there?"]

    ann.say("/msg nowhere hello?")
    ann.find(".message.failed button", has_text="Discard").click()
    ann.find(".message").wait_for(state="detached")


def test_too_long_a_message_is_not_sent(chat_page, json_peer):
    eve = json_peer("eve")
    ann = chat_page("ann")
    ann.say("ü" * 2049)
    ann.find("#problem", has_text="too long by 2 bytes").wait_for()
    ann.say("ü" * 2048)
    assert eve.wait("message")["text"] == "ü" * 2048
    ann.wait_sent("ü" * 2048)


def test_two_tabs_of_one_session_do_not_fight(chat_page):
    ann = chat_page("ann")
    # As the browser does when a tab is duplicated.
    session = ann.run("sessionStorage.getItem('chatkit.session')")
    twin = chat_page(beside=ann, session=session)
    ann.find("#card", has_text="goes on elsewhere").wait_for()
    twin.wait_joined()
    twin.say("it is me")
    twin.wait_sent("it is me")


def test_hostile_text_is_shown_as_it_was_written(chat_page, json_peer):
    ann = chat_page("ann")
    room = "#a'onclick=alert(1)"
    eve = json_peer("eve-javascript=alert(1)", rooms=["#lobby", room])

    def assert_harmless():
        assert ann.run("window.hacked") is None
        bad = "#chat :is(script, img[src=x], svg[onload], iframe), dialog script"
        assert ann.find(bad).count() == 0
        links = ann.find("#log a").evaluate_all("links => links.map((link) => link.href)")
        assert all(link.startswith("http://example.org/") for link in links)

    for text in HOSTILE:
        eve.say(text)
        assert ann.message(text).locator(".text").inner_text() == text
        eve.request("topic", room="#lobby", text=text)
        ann.find("#topic", has_text=text).wait_for()
        eve.say(text, to="ann")
    assert_harmless()
    ann.go(f"@{eve.nick}")
    ann.message(HOSTILE[-1])
    assert ann.texts == HOSTILE
    assert_harmless()
    ann.enter(room)
    for text in HOSTILE:
        ann.say(text)
        ann.wait_sent(text)
    ann.find("#find").click()
    ann.find("dialog input").fill("hacked")
    ann.press("Enter")
    ann.find(".result").first.wait_for()
    assert_harmless()
    ann.press("Escape")
    ann.find(f'[data-nick="{eve.nick}"]').click()
    ann.find("dialog .primary").wait_for()
    assert_harmless()


def test_code_is_set_as_code_and_stays_text(chat_page, json_peer):
    ann = chat_page("ann")
    eve = json_peer("eve")
    eve.say("Try `ls <b>` or\n```\n<i>if</i> x:\n    http://example.org/\n```\nand `no end")
    row = ann.message("Try")
    assert row.locator("code").all_inner_texts() == [
        "ls <b>", "<i>if</i> x:\n    http://example.org/"]
    assert row.locator(":is(b, i, a):not(.by *)").count() == 0
    assert row.locator(".text").inner_text().endswith("and `no end")


def test_links_are_links_and_nothing_else_is(chat_page, json_peer):
    ann = chat_page("ann")
    eve = json_peer("eve")
    eve.say("See https://example.org/a_(b)?c=d&e=f. (Or http://example.org/x), not ftp://a.b/c")
    links = ann.message("See https").locator("a")
    assert links.all_inner_texts() == ["https://example.org/a_(b)?c=d&e=f", "http://example.org/x"]
    for link in links.all():
        assert {"noopener", "noreferrer"} <= set(link.get_attribute("rel").split())


@pytest.mark.parametrize("size", [SMALL_PHONE, PHONE, DESKTOP])
def test_nothing_is_wider_than_the_window(chat_page, json_peer, size):
    page = chat_page(size=size)
    assert page.overflow <= 0
    page.join("n" * 32)
    eve = json_peer("W" * 32, rooms=["#lobby", "#" + "R" * 60])
    eve.request("topic", room="#lobby", text="t" * 390)
    eve.say("w" * 4000)
    eve.say("https://example.org/" + "u" * 2000)
    eve.say("مرحبا " + "ش" * 500)
    page.message("مرحبا")
    page.enter("#" + "R" * 60)
    page.go("#lobby") if size == DESKTOP else page.say("/join lobby")
    page.message("مرحبا")
    assert page.overflow <= 0
    inner = page.run("() => { const log = document.getElementById('log');"
                     " return log.scrollWidth - log.clientWidth; }")
    assert inner <= 0


def test_a_phone_has_drawers(chat_page, json_peer):
    json_peer("eve")
    page = chat_page("ann", size=PHONE)
    assert not page.find("#side").is_visible() and not page.find("#people").is_visible()
    page.find("#menu").click()
    page.find("#browse").wait_for()
    assert page.run("document.getElementById('middle').inert")
    page.press("Escape")
    page.find("#side").wait_for(state="hidden")
    assert page.focus == "menu"
    page.find("#crowd").click()
    page.find('[data-nick="eve"]').click()
    page.find("dialog .primary").click()
    page.find("#title", has_text="eve").wait_for()
    assert page.focus == "text"
