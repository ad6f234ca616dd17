# A whole day at a help desk: fifty visitors of three protocols, each with a part to play, operators
# who come and go, a crash in the middle of it, and at the end figures that are the visitors' own.
# SPDX-License-Identifier: GPL-3.0-or-later
import collections
import concurrent.futures
import threading

from desks import fence, figures, settle
from operators import IRCOperator, JSONOperator
from restarting import RestartingServer
from visitors import KINDS, JSONVisitor, come_back
from waiting import PATIENCE, eventually

# What a visitor does, by its number: ten parts for three kinds, so that thirty play them all.
PARTS = [
    "rates", "declines", "gives-up", "leaves-early", "unanswered", "rates-early", "mistypes",
    "leaves-late", "returns", "rates"]
LOSSES = ["left", "expired", "queue_full", "no_server", "unanswered", "server_gone"]
SLOTS = 2


class Visitors:
    """Those of the day, and what became of them as they have seen it themselves."""

    def __init__(self, closing):
        self.closing = closing
        self.counts = collections.Counter()
        self.stars = [0] * 5
        self.all = []
        # Of those who left without a rating.
        self.tickets = []
        self._lock = threading.Lock()

    def come(self, port, kind, part):
        visitor = self.closing(kind(port, f"{part}-{len(self.all)}"))
        visitor.part = part
        # One to five stars from those who give some, each as often.
        visitor.stars = 1 + len(self.all) % 5
        self.all.append(visitor)
        visitor.hear("welcome")
        self.count("approached")
        return visitor

    def replace(self, visitor, another):
        """It goes on from another connection."""
        another.part, another.stars = visitor.part, visitor.stars
        self.all.append(self.closing(another))
        return another

    def count(self, what):
        with self._lock:
            self.counts[what] += 1

    def count_rating(self, stars):
        with self._lock:
            self.stars[stars - 1] += 1

    def play(self, visitor):
        """What it does from the moment at which it is served to its end."""
        operator = visitor.hear("turn")[1]
        if visitor.part == "leaves-early":
            visitor.leave()
            self.count("left")
        elif visitor.part == "unanswered":
            visitor.hear("over")
            assert visitor.hear("bye") == ("bye", "ended") and not visitor.told("asked")
            self.count("unanswered")
        else:
            self.talk(visitor, operator)
        visitor.hear("closed")

    def talk(self, visitor, operator):
        """The operator has something to say to it."""
        visitor.hear("text", operator, f"hello {visitor.nick}")
        self.count("attended")
        if visitor.part == "leaves-late":
            self.tickets += [visitor.ticket] if visitor.ticket else []
            visitor.leave()
            return
        if visitor.part == "rates-early":
            visitor.rate(visitor.stars)
            visitor.hear("rated", visitor.stars)
            self.count_rating(visitor.stars)
        visitor.say("done")
        visitor.hear("over")
        if visitor.part == "rates-early":
            assert visitor.hear("bye") == ("bye", "ended") and not visitor.told("asked")
            return
        visitor.hear("asked")
        if visitor.part == "mistypes":
            visitor.say("fife")
            visitor.hear("refused", "bad_rating")
        if visitor.part == "declines":
            visitor.say("no")
        else:
            visitor.say(f"{visitor.stars} stars")
            visitor.hear("rated", visitor.stars)
            self.count_rating(visitor.stars)
        visitor.hear("bye", "ended")


class Shift(threading.Thread):
    """An operator at work: a word to each visitor that is to have one, an end when it is done."""

    def __init__(self, operator):
        super().__init__(daemon=True)
        self.operator = operator
        self.failure = None
        self.start()

    def run(self):
        try:
            index = 0
            while index < len(self.operator.events) or self.operator.wait_for_more(index):
                index += 1
                if found := self.operator.visitor(self.operator.events[index - 1]):
                    self.serve(*found, index)
        except BaseException as failure:  # Told by the test's own thread.
            self.failure = failure

    def serve(self, nick, room, index):
        part = nick.rpartition("-")[0]
        if part == "unanswered":
            self.operator.close_conversation(room)
        elif part != "leaves-early":
            self.operator.say(room, f"hello {nick}")
            if part != "leaves-late":
                self.operator.hear_text(nick, "done", after=index)
                self.operator.close_conversation(room, "good-bye")


def play_all(visitors, some):
    """All play their parts at the same time."""
    with concurrent.futures.ThreadPoolExecutor(len(some)) as pool:
        for _ in pool.map(visitors.play, some):
            pass


def open_desk(closing, port, *operators):
    shifts = [Shift(closing(kind(port, nick))) for kind, nick in operators]
    assert all(shift.operator.has_come() for shift in shifts)
    return shifts


def ask_all(shifts, do):
    for shift in shifts:
        shift.operator.ask(do)
        fence(shift.operator)


def morning(visitors, closing, port):
    """Thirty visitors in three crowds, each of which comes during a pause."""
    shifts = open_desk(closing, port, (JSONOperator, "olga"), (IRCOperator, "pete"))
    for crowd in range(3):
        ask_all(shifts, "pause")
        line = []
        for number in range(10 * crowd, 10 * crowd + 10):
            line.append(visitors.come(port, KINDS[number % 3], PARTS[number % 10]))
            line[-1].hear("queue", len(line), len(line))
        for place, visitor in enumerate(line):
            if visitor.part == "gives-up":
                give_up(visitors, visitor)
            elif visitor.part == "returns":
                visitor.vanish()
                more = {"ticket": visitor.ticket} if visitor.ticket else {}
                line[place] = visitors.replace(
                    visitor, come_back(type(visitor), port, visitor.nick, **more))
        ask_all(shifts, "resume")
        play_all(visitors, [visitor for visitor in line if visitor.part != "gives-up"])
    for shift in shifts:
        assert not shift.failure
        shift.operator.send('{"type":"bye"}\n' if shift.operator.kind == "json" else "QUIT\r\n")
        shift.join(PATIENCE)


def give_up(visitors, visitor):
    """It waits no longer; before that it rates what somebody else did not."""
    if visitors.tickets and visitor.kind == "json":
        visitor.request("rate", ticket=visitors.tickets.pop(), stars=visitor.stars)
        visitor.hear("rated", visitor.stars)
        visitors.count_rating(visitor.stars)
    visitor.leave()
    visitor.hear("closed")
    visitors.count("left")


def noon(visitors, closing, server):
    """Four are served and eight wait when one operator vanishes; then the server is killed. Those
    who wait then, with their places."""
    port = server.port
    operators = {"olga": JSONOperator(port, "olga"), "pete": IRCOperator(port, "pete")}
    served = {nick: [] for nick in operators}
    for operator in operators.values():
        assert closing(operator).has_come()
    for _ in range(2 * SLOTS):
        visitor = visitors.come(port, JSONVisitor, "rates")
        served[visitor.hear("turn")[1]].append(visitor)
    for nick, (first, _) in served.items():
        operators[nick].say(operators[nick].take(first.nick), "good day")
        first.hear("text", nick, "good day")
        visitors.count("attended")
    waiting = []
    for number in range(8):
        waiting.append(visitors.come(port, KINDS[number % 3], "rates"))
        waiting[-1].hear("queue", number + 1, number + 1)
    operators["pete"].reset()
    for place, visitor in enumerate(served["pete"], 1):
        visitor.hear("returned", "pete")
        visitor.hear("queue", place, 10)
    settle(operators["olga"])
    server.kill()
    # Nobody has spoken to the second one of those who were served.
    visitors.count("server_gone")
    return list(enumerate([*served["pete"], *waiting], 1))


def afternoon(visitors, closing, server, line):
    """Some come back to their places, some never; nobody is in the way of those who are new."""
    server.start()
    back = []
    for place, visitor in reversed(line):
        # The second one of those whose operator vanished has had enough.
        if visitor.ticket and place != 2:
            again = visitors.replace(
                visitor, JSONVisitor(server.port, visitor.nick, ticket=visitor.ticket))
            again.was_attended = place == 1
            again.hear("queue", place, len(line))
            back.append(again)
        else:
            visitors.count("server_gone")
    shifts = open_desk(closing, server.port, (IRCOperator, "olga"), (JSONOperator, "quin"))
    play_all(visitors, back)
    # Once is once: it was attended before the crash.
    visitors.counts["attended"] -= sum(visitor.was_attended for visitor in back)
    for number, part in enumerate(part for part in PARTS[:7] if part != "gives-up"):
        visitors.play(visitors.come(server.port, KINDS[number % 3], part))
    assert not any(shift.failure for shift in shifts)
    return shifts


def evening(visitors, start_desk, database):
    """There is no operator any more."""
    server = start_desk("--db", database, "--wait", "5", "--max-waiting", "1")
    late = visitors.come(server.port, JSONVisitor, "rates")
    late.hear("queue", 1, 1)
    later = visitors.come(server.port, KINDS[0], "rates")
    later.hear("bye", "queue_full")
    visitors.count("queue_full")
    late.hear("bye", "wait_expired")
    visitors.count("expired")
    server.stop()


def test_the_figures_of_a_day_are_those_of_its_visitors(
        start_desk, home, closing, run_chatkit):
    database = home.path / "day.db"
    visitors = Visitors(closing)
    server = RestartingServer(start_desk, "--capacity", SLOTS, "--db", database)
    morning(visitors, closing, server.port)
    check(visitors, run_chatkit, database)
    shifts = afternoon(visitors, closing, server, noon(visitors, closing, server))
    # Places are kept for 30 seconds.
    eventually(
        "the last places are given up",
        lambda: figures(run_chatkit, database)["now"]["waiting"] == 0, patience=30 + PATIENCE)
    check(visitors, run_chatkit, database)
    # An operator's screen has the same.
    total = figures(run_chatkit, database)["ever"]
    screen = shifts[1].operator.hear(
        "desk", approached=total["approached"], lost=total["lost"]["total"],
        rating_count=total["rating"]["count"], waiting=0, current=[])
    assert abs(screen["rating_average"] - total["rating"]["average"]) <= 0.005
    server.process.stop()
    evening(visitors, start_desk, database)
    assert visitors.counts["approached"] == 50
    check(visitors, run_chatkit, database)


def check(visitors, run_chatkit, database):
    """Holds the figures against what the visitors have counted, when nobody is there any more."""
    lost = {reason: visitors.counts[reason] for reason in LOSSES}
    counted = {
        "approached": visitors.counts["approached"], "attended": visitors.counts["attended"],
        "lost": {"total": sum(lost.values()), **lost}, "stars": visitors.stars,
        "ratings": sum(visitors.stars), "waiting": 0, "serving": 0, "clients": [],
        # However long it was: whoever was given a slot had waited for it.
        "waits": sum(len(visitor.told("turn")) for visitor in visitors.all)}

    def told():
        report = figures(run_chatkit, database)
        span, now = report["ever"], report["now"]
        assert all(span[name] == report[name] for name in span), report
        return {
            "approached": span["approached"], "attended": span["attended"], "lost": span["lost"],
            "stars": span["rating"]["stars"], "ratings": span["rating"]["count"],
            "waits": report["wait_ms"]["count"], "waiting": now["waiting"],
            "serving": now["serving"], "clients": now["clients"]}

    # What has just happened may not be written yet.
    eventually(f"the figures {counted}", lambda: told() == counted, look=told)
