# Chromium with the server's own pages in it, and what a person does with them. A page that reports
# an error, or asks any other host for anything, fails its test.
# SPDX-License-Identifier: GPL-3.0-or-later
import os
import re

import pytest

from waiting import PATIENCE

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")

# What the browser itself says of a server that is away.
EXPECTED = re.compile(
    "WebSocket connection|ERR_CONNECTION_(REFUSED|RESET)|ERR_EMPTY_RESPONSE|ERR_INVALID_HTTP_RESPONSE")

DESKTOP = (1280, 800)
PHONE = (390, 844)
SMALL_PHONE = (320, 568)


@pytest.fixture(scope="session")
def chromium():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM)
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium):
    """Opens an address in a browser profile of its own, or in that of another page; `session` is
    what a page kept for its tab, `also` the port of another server that it may go to."""
    contexts, troubles = [], []

    def start(port, path="/", size=DESKTOP, beside=None, session=None, also=None,
              page_class=ChatPage):
        if beside:
            context = beside.page.context
        else:
            width, height = size
            context = chromium.new_context(viewport={"width": width, "height": height})
            context.set_default_timeout(PATIENCE * 1000)
            contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("console", lambda message: note(message))
        page.on("request", lambda request: check(request, port, also or port))
        if session:
            page.add_init_script(f"sessionStorage.setItem('chatkit.session', {session!r})")
        page.goto(f"http://127.0.0.1:{port}{path}")
        return page_class(page)

    def note(message):
        if message.type == "error" and not EXPECTED.search(message.text):
            troubles.append(message.text)

    def check(request, *ports):
        own = [f"http://127.0.0.1:{port}/" for port in ports]
        if not request.url.startswith((*own, "data:")):
            troubles.append(f"asked for {request.url}")

    yield start
    for context in contexts:
        context.close()
    assert not troubles, troubles


@pytest.fixture
def chat_page(server, open_page):
    """The chat page, in the lobby when a nick is given."""
    def start(nick=None, **options):
        page = open_page(server.port, **options)
        if nick:
            page.join(nick)
        return page
    return start


class ServedPage:
    """A page of the server's."""

    def __init__(self, page):
        self.page = page

    def find(self, selector, **options):
        return self.page.locator(selector, **options)

    def press(self, *keys):
        for key in keys:
            self.page.keyboard.press(key)

    def run(self, script, *arguments):
        return self.page.evaluate(script, *arguments)

    def wait(self, script, *arguments):
        """Waits until the script, a function, returns true."""
        return self.page.wait_for_function(script, arg=arguments[0] if arguments else None)

    def resize(self, width, height):
        self.page.set_viewport_size({"width": width, "height": height})

    @property
    def focus(self):
        """The id of what has the focus."""
        return self.run("document.activeElement.id")

    @property
    def overflow(self):
        """Pixels by which the page is wider than the window."""
        return self.run("document.documentElement.scrollWidth - innerWidth")


class Conversation(ServedPage):
    """What chat page and operator's page have in common."""

    def type(self, text):
        self.find("#text").fill(text)

    def say(self, text):
        self.type(text)
        self.find("#text").press("Enter")

    def message(self, text):
        """The one message with that text; it must be there soon, and stay one."""
        found = self.find(".message", has=self.page.locator(".text", has_text=text))
        found.first.wait_for()
        assert found.count() == 1, found.all_inner_texts()
        return found

    def wait_sent(self, text):
        """Waits until the message is acknowledged."""
        self.message(text)
        self.find(".message", has_text=text).locator(".state").wait_for(state="detached")

    @property
    def texts(self):
        """The texts of the messages on the page, oldest first."""
        return self.find(".message .text").all_inner_texts()


class ChatPage(Conversation):
    """The web chat."""

    def sign_in(self, nick, room=None):
        self.find("#name").fill(nick)
        if room:
            self.find("#room").fill(room)
        self.find("#go").click()

    def join(self, nick, room=None):
        self.sign_in(nick, room)
        self.wait_joined()

    def wait_joined(self):
        self.find("#rooms .entry[aria-current]").wait_for(state="attached")

    def enter(self, room):
        """Goes into a room, or to one where one is already."""
        self.say(f"/join {room}")
        self.wait_room(room)

    def go(self, room):
        self.find(f'[data-room="{room.lower()}"]').click()
        self.wait_room(room)

    def wait_room(self, room):
        """Waits until that room is in front."""
        entry = self.find(f'[data-room="{room.lower()}"][aria-current]')
        entry.wait_for(state="attached")

    def scroll_to(self, place):
        self.run("top => { document.getElementById('log').scrollTop = top; }", place)


class OperatorPage(Conversation):
    """The operator's page."""

    def sit_down(self, nick, password):
        self.find("#name").fill(nick)
        self.find("#password").fill(password)
        self.find("#go").click()
        self.find("#desk").wait_for()

    def wait_figure(self, name, text):
        self.find(f'[data-figure="{name}"]', has_text=text).wait_for()
