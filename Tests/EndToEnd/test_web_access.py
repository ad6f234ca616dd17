# The pages by keyboard alone and for those who listen: focus, names, news, and contrast in light and
# dark.
# SPDX-License-Identifier: GPL-3.0-or-later
import pytest

from browsers import OperatorPage, PHONE
from operators import PASSWORD

# Texts with less contrast than WCAG 2.2 (1.4.3) asks for; large ones may have 3.
FAINT = """() => {
    const parse = (text) => {
        const [r, g, b, a = 1] = text.match(/[\\d.]+/g).map(Number);
        return { r, g, b, a };
    };
    const over = (top, under) => {
        const mix = (one) => top[one] * top.a + under[one] * (1 - top.a);
        return { r: mix('r'), g: mix('g'), b: mix('b'), a: 1 };
    };
    const ground = (node) => {
        const layers = [];
        for (let at = node; at; at = at.parentElement) {
            layers.push(parse(getComputedStyle(at).backgroundColor));
        }
        return layers.reduceRight((under, top) => over(top, under), { r: 255, g: 255, b: 255, a: 1 });
    };
    const light = ({ r, g, b }) => [r, g, b].map((part) => part / 255)
        .map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
        .reduce((sum, part, n) => sum + part * [0.2126, 0.7152, 0.0722][n], 0);
    const faint = [];
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
        const node = texts.currentNode.parentElement;
        if (!texts.currentNode.data.trim() || !node.checkVisibility({ opacityProperty: true })) continue;
        if (node.closest('.unseen, .skip, :disabled, time')) continue;
        const style = getComputedStyle(node);
        const under = ground(node);
        const [one, other] = [light(over(parse(style.color), under)), light(under)];
        const ratio = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
        if (ratio < (parseFloat(style.fontSize) >= 24 ? 3 : 4.5)) {
            faint.push([texts.currentNode.data, ratio]);
        }
    }
    return faint;
}"""

# What can be used and has no name.
NAMELESS = """() => [...document.querySelectorAll('button, input, textarea, select, [role=region]')]
    .filter((one) => one.checkVisibility())
    .filter((one) => !(one.textContent.trim() || one.ariaLabel || one.labels?.length))
    .map((one) => one.outerHTML)"""


def assert_readable(page):
    for scheme in ("light", "dark"):
        page.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        assert page.run(FAINT) == [], scheme
    assert page.run(NAMELESS) == []


@pytest.fixture
def desk_pages(start_desk, open_page):
    """A visitor who has been attended by an operator at a desk where another one waits."""
    server = start_desk()
    ann, bob = open_page(server.port), open_page(server.port, size=PHONE)
    for page, nick in ((ann, "ann"), (bob, "bob")):
        page.sign_in(nick)
        page.find(".waiting").wait_for()
    olga = open_page(server.port, "/operator", page_class=OperatorPage)
    olga.sit_down("olga", PASSWORD)
    ann.find("#text").wait_for()
    olga.say("hello")
    ann.message("hello")
    return ann, bob, olga


def test_everything_can_be_done_by_keyboard(chat_page, json_peer):
    eve = json_peer("eve")
    page = chat_page()
    assert page.focus == "name"
    page.page.keyboard.type("ann")
    page.press("Tab")
    page.page.keyboard.type("ops")
    page.press("Enter")
    page.wait_joined()
    assert page.focus == "text"
    page.page.keyboard.type("first line")
    page.press("Shift+Enter")
    page.page.keyboard.type("second line")
    page.press("Enter")
    page.wait_sent("first line\nsecond line")

    # Back to the beginning of the page, and by its skip link to the box again.
    for _ in range(20):
        if page.focus != "skip":
            page.press("Shift+Tab")
    assert page.focus == "skip"
    page.press("Enter")
    assert page.focus == "text"

    page.page.keyboard.type("/rooms")
    page.press("Enter")
    page.find(".result", has_text="#lobby").wait_for()
    page.page.keyboard.type("lobby")
    page.press("Enter")
    page.wait_room("#lobby")
    page.press("Alt+ArrowUp")
    page.wait_room("#ops")
    page.press("Alt+ArrowDown")
    page.wait_room("#lobby")

    # The messages scroll by keys, and every control has a visible focus.
    for number in range(60):
        eve.say(f"line {number}")
    page.message("line 59")
    page.find("#log").focus()
    page.press("Home")
    page.wait("() => document.getElementById('log').scrollTop < 400")
    seen = set()
    for _ in range(40):
        page.press("Tab")
        seen.add(page.focus)
        assert page.run("""() => {
            const style = getComputedStyle(document.activeElement);
            const box = getComputedStyle(document.querySelector('.box'));
            return document.activeElement === document.body || style.outlineStyle !== 'none'
                || box.outlineStyle !== 'none';
        }"""), page.focus
    assert {"browse", "me", "find", "crowd", "leave", "log", "text", "send"} <= seen


def test_news_are_told_to_those_who_listen(chat_page, json_peer):
    eve = json_peer("eve")
    eve.say("old news")
    ann = chat_page("ann")
    ann.message("old news")
    eve.say("fresh news")
    log = ann.find("[role=log][aria-live=polite]")
    log.locator("p", has_text="eve: fresh news").wait_for(state="attached")
    assert "old news" not in log.inner_text()


def test_the_room_has_its_parts_and_their_names(chat_page, json_peer):
    eve = json_peer("eve")
    eve.request("topic", room="#lobby", text="deploys")
    ann = chat_page("ann")
    eve.say("ann, look")
    ann.message("look")
    snapshot = ann.page.locator("body").aria_snapshot()
    for part in [
            'navigation "Rooms and private conversations"', 'list "Rooms"',
            'heading "#lobby" [level=1]', 'button "People: 2" [expanded]',
            'region "Messages in #lobby"', 'textbox "Message #lobby"', 'button "Send"',
            'complementary "People in this room"', 'log "New messages"']:
        assert part in snapshot, snapshot
    assert 'list "Private"' not in snapshot
    ann.find("#crowd").click()
    ann.find("#people").wait_for(state="hidden")
    assert ann.find("#crowd").get_attribute("aria-expanded") == "false"
    assert_readable(ann)


def test_dialogs_are_closed_by_escape_and_give_the_focus_back(chat_page, json_peer):
    eve = json_peer("eve")
    eve.say("a needle")
    ann = chat_page("ann")
    ann.message("a needle")
    for opener in ("find", "browse", "me"):
        ann.find(f"#{opener}").focus()
        ann.press("Enter")
        ann.find("dialog input").first.wait_for()
        assert ann.run("document.activeElement.closest('dialog') !== null")
        assert_readable(ann)
        ann.press("Escape")
        ann.find("dialog").wait_for(state="hidden")
        assert ann.focus == opener
    ann.find('[data-nick="eve"]').press("Enter")
    ann.find("dialog .primary", has_text="Write privately").wait_for()
    ann.press("Enter")
    ann.wait_room("@eve")
    assert ann.focus == "text"


def test_the_beginning_is_readable(chat_page):
    page = chat_page()
    page.sign_in("a b c/")
    page.find("#trouble:not(:empty)").wait_for()
    assert page.find("#name").get_attribute("aria-invalid") == "true"
    assert_readable(page)
    assert not page.find("#skip").is_visible()


def test_the_desk_is_readable(desk_pages):
    ann, bob, olga = desk_pages
    assert_readable(bob)
    told = bob.page.locator("body").aria_snapshot()
    assert "status: You are number 1 of 1 in the queue." in told, told
    assert olga.focus == "text"
    assert_readable(olga)
    snapshot = olga.page.locator("body").aria_snapshot()
    for part in [
            'banner "Figures of the desk"', "term: Average rating", 'list "Your conversations"',
            'region "Conversation with ann"', 'textbox "Message ann"', 'region "Charts"']:
        assert part in snapshot, snapshot
    olga.find("#close").press("Enter")
    olga.find("#farewell").wait_for()
    assert_readable(olga)
    olga.press("Enter")
    ann.find(".rating").wait_for()
    assert_readable(ann)
    assert 'radio "4 stars, Good"' in ann.page.locator("#after").aria_snapshot()
