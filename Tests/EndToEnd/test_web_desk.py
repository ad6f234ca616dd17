# The desk in browsers: visitors wait, are attended to and rate; operators see and do what system A
# asks for.
# SPDX-License-Identifier: GPL-3.0-or-later
import pytest

from browsers import OperatorPage, PHONE, SMALL_PHONE
from restarting import RestartingServer

PASSWORD = "open sesame"


@pytest.fixture
def password_file(home):
    path = home.path / "password"
    path.write_text(f"{PASSWORD}\n")
    path.chmod(0o600)
    return path


@pytest.fixture
def server(start_server, password_file):
    return start_server(
        "--desk", "--name", "Server A", "--capacity", 1, "--operator-password-file",
        password_file)


@pytest.fixture
def visitor(server, open_page):
    """A visitor who waits."""
    def come(nick, **options):
        page = open_page(server.port, **options)
        page.sign_in(nick)
        page.find(".waiting").wait_for()
        return page
    return come


@pytest.fixture
def operator(server, open_page):
    def sit(nick="olga", **options):
        page = open_page(server.port, "/operator", page_class=OperatorPage, **options)
        page.sit_down(nick, PASSWORD)
        return page
    return sit


def wait_place(page, position, of):
    told = page.find(".waiting [role=status]", has_text=f"number {position} of {of} ")
    told.wait_for(state="attached")
    assert page.find(".ring").inner_text().split() == [str(position), "of", str(of)]


def wait_admitted(page):
    page.find("#text").wait_for()


def test_a_visitor_waits_is_attended_and_rates(visitor, operator):
    ann, bob = visitor("ann"), visitor("bob", size=PHONE)
    wait_place(bob, 2, 2)
    wait_place(ann, 1, 2)
    left = bob.find(".waiting dd").nth(2)
    first = left.inner_text()
    assert first.startswith(("4:", "5:"))
    bob.wait("first => document.querySelectorAll('.waiting dd')[2].textContent !== first", first)
    assert bob.overflow <= 0

    olga = operator()
    wait_admitted(ann)
    ann.find("#title", has_text="olga").wait_for()
    wait_place(bob, 1, 1)
    ann.say("my invoice is wrong")
    olga.message("my invoice is wrong")
    olga.say("let me see")
    ann.message("let me see")
    olga.wait_figure("attended_today", "1")
    olga.wait_figure("current", "ann")

    olga.find("#close").click()
    olga.find("#farewell").fill("have a nice day")
    olga.press("Enter")
    ann.message("have a nice day")
    ann.find(".rating h2", has_text="How was it?").wait_for()
    assert ann.find("#composer").is_hidden()
    # Stars by keyboard.
    ann.press("Tab", "ArrowRight", "ArrowRight", "ArrowRight")
    assert ann.find(".stars :checked").get_attribute("value") == "4"
    ann.press("Tab")
    ann.page.keyboard.type("quick and kind")
    ann.press("Tab", "Enter")
    ann.find("#after", has_text="Thank you for 4 stars").wait_for()
    olga.wait_figure("rating", "4.00")

    # The freed slot was given away at once.
    wait_admitted(bob)
    bob.say("hello?")
    olga.message("hello?")
    # Only who was attended is asked.
    olga.say("here I am")
    bob.message("here I am")
    bob.find("#leave").click()
    bob.find(".rating button", has_text="Skip").click()
    bob.find("#after", has_text="Start another conversation").wait_for()
    assert bob.overflow <= 0


def test_a_place_in_the_queue_outlives_a_reload(visitor, operator):
    ann = visitor("ann")
    visitor("bob")
    ann.page.reload()
    wait_place(ann, 1, 2)
    operator()
    wait_admitted(ann)


def test_a_conversation_outlives_a_crash_of_the_server(start_server, home, password_file, open_page):
    server = RestartingServer(
        start_server, "--desk", "--db", home.path / "desk.db",
        "--operator-password-file", password_file)
    olga = open_page(server.port, "/operator", page_class=OperatorPage)
    olga.sit_down("olga", PASSWORD)
    ann = open_page(server.port)
    ann.sign_in("ann")
    wait_admitted(ann)
    olga.find("#visits", has_text="ann").wait_for()
    ann.say("my invoice is wrong")
    olga.message("my invoice is wrong")
    ann.wait_sent("my invoice is wrong")
    server.kill()
    olga.find("#state", has_text="lost").wait_for()
    olga.find("#visits", has_text="over").wait_for()
    ann.find("#state", has_text="Not connected").wait_for()
    ann.say("are you there?")
    server.start()
    olga.message("are you there?")
    ann.wait_sent("are you there?")
    olga.say("I am back")
    ann.message("I am back")
    assert ann.texts == ["my invoice is wrong", "are you there?", "I am back"]


def test_who_leaves_the_queue_is_gone(visitor):
    ann, bob = visitor("ann"), visitor("bob")
    ann.find(".waiting button").click()
    ann.find("#enter").wait_for()
    wait_place(bob, 1, 1)


def test_a_wait_that_expires_is_told_and_can_be_begun_again(start_server, password_file, open_page):
    server = start_server("--desk", "--wait", 1, "--operator-password-file", password_file)
    ann = open_page(server.port)
    ann.sign_in("ann")
    ann.find("#card h1", has_text="Nobody became free in time").wait_for()
    ann.find("#card button", has_text="Try again").click()
    ann.find(".waiting").wait_for()


def test_a_conversation_can_be_rated_after_a_reload(visitor, operator):
    olga = operator()
    ann = visitor_at_once(visitor, olga)
    olga.say("hello")
    ann.message("hello")
    olga.find("#close").click()
    olga.press("Enter")
    ann.find(".rating").wait_for()
    ann.page.reload()
    ann.find("#later .rating h2", has_text="olga").wait_for()
    ann.find('#later .stars [value="5"]').check()
    ann.find("#later .rating button.primary").click()
    ann.find("#later [role=status]", has_text="Thank you for 5 stars").wait_for()
    olga.wait_figure("rating", "5.00")


def visitor_at_once(visitor, olga):
    """A visitor for an operator who is pausing, and then is not."""
    olga.find("#pause").click()
    olga.find("#pause[aria-pressed=true]").wait_for()
    page = visitor("ann")
    olga.find("#pause").click()
    wait_admitted(page)
    return page


def test_the_operator_needs_the_password(server, open_page):
    page = open_page(server.port, "/operator", page_class=OperatorPage)
    page.find("#name").fill("olga")
    page.find("#password").fill("guess")
    page.press("Enter")
    page.find("#trouble", has_text="password").wait_for()
    page.sit_down("olga", PASSWORD)
    assert PASSWORD not in page.run(
        "JSON.stringify([localStorage, sessionStorage, document.cookie])")


def test_the_operator_sees_the_eight_fields_and_the_queue(visitor, operator):
    olga = operator()
    ann = visitor_at_once(visitor, olga)
    visitor("bob")
    visitor("carl")
    olga.say("good morning")
    ann.message("good morning")
    fields = {
        "server": "Server A", "attended_today": "1", "attended_month": "1", "rating": "–",
        "approached": "3", "lost": "0", "current": "ann"}
    for name, text in fields.items():
        olga.wait_figure(name, text)
    assert olga.find('[data-figure="at"]').inner_text() != ""
    olga.find("#queue-length", has_text="2 waiting").wait_for()
    olga.find("#waiting li", has_text="bob").wait_for()
    assert [row.split("\n")[1] for row in olga.find("#waiting li").all_inner_texts()] == [
        "bob", "carl"]
    olga.find("#next").click()
    ann.find(".rating").wait_for()
    olga.find("#visits", has_text="bob").wait_for()
    olga.find("#charts svg").first.wait_for(state="attached")


def test_a_visitor_is_handed_over(visitor, operator):
    olga = operator()
    ann = visitor_at_once(visitor, olga)
    oscar = operator("oscar")
    olga.find("#operators", has_text="oscar").wait_for()
    olga.find("#transfer").click()
    olga.find("#to").select_option("oscar")
    olga.find("dialog .primary").click()
    oscar.find("#visits", has_text="ann").wait_for()
    oscar.say("I go on from here")
    ann.message("I go on from here")


def test_ready_replies_are_kept_and_sent(visitor, operator):
    olga = operator()
    ann = visitor_at_once(visitor, olga)
    olga.find("#canned button", has_text="Edit").click()
    olga.find("#ready").fill("First reply\nSecond reply")
    olga.find("dialog .primary").click()
    olga.find("#canned button", has_text="Second reply").click()
    olga.press("Enter")
    ann.message("Second reply")
    olga.press("Alt+1", "Enter")
    ann.message("First reply")
    olga.page.reload()
    assert olga.find("#canned button").all_inner_texts()[:2] == ["First reply", "Second reply"]


@pytest.mark.parametrize("size", [SMALL_PHONE, PHONE])
def test_the_operator_may_sit_at_a_phone(visitor, operator, size):
    olga = operator(size=size)
    assert olga.overflow <= 0
    for tab in ("queue", "talk", "charts"):
        olga.find(f'#tabs [data-to="{tab}"]').click()
        assert olga.overflow <= 0
    for name in ("server", "at", "rating", "current"):
        assert olga.find(f'[data-figure="{name}"]').is_visible()
