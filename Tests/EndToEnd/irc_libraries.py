# A bot made with one of PyPI's IRC libraries: LIBRARY PORT NICK. What it is told on standard input it
# does through the library's own interface, and what the library understood stands on standard output:
#   say TARGET TEXT · nick NEW · whois NICK · raw LINE      in ROOM · heard FROM TARGET TEXT · …
# It comes back by itself when its connection is lost.
# SPDX-License-Identifier: GPL-3.0-or-later
import asyncio
import sys
import threading
import time

LIBRARY, PORT, NICK = sys.argv[1], int(sys.argv[2]), sys.argv[3]
HOST, ROOM, REAL_NAME = "127.0.0.1", "#lobby", "A Library"
# Seconds until a lost connection is tried again.
PAUSE = 0.2


def tell(*words):
    print(*words, flush=True)


def orders():
    """The orders on standard input, each with its two arguments."""
    for line in sys.stdin:
        verb, _, rest = line.rstrip("\n").partition(" ")
        first, _, second = rest.partition(" ")
        yield verb, first, second


def run_irc():
    import irc.client
    reactor = irc.client.Reactor()
    connection = reactor.server()

    def on(event, handler):
        reactor.add_global_handler(event, lambda _, event: handler(event))

    def heard(event):
        tell("heard", event.source.nick, event.target, event.arguments[0])

    def come():
        while True:
            try:
                return connection.connect(HOST, PORT, connection_nick[0], ircname=REAL_NAME)
            except irc.client.ServerConnectionError:
                time.sleep(PAUSE)

    connection_nick = [NICK]
    on("pubmsg", heard)
    on("privmsg", heard)
    on("action", heard)
    on("endofnames", lambda event: tell("in", event.arguments[0]))
    on("nick", lambda event: tell("renamed", event.source.nick, event.target))
    on("whoisuser", lambda event: tell("whois", *event.arguments[:2], f"[{event.arguments[4]}]"))
    on("disconnect", lambda event: come())
    come()

    def listen():
        for verb, first, second in orders():
            with reactor.mutex:
                if verb == "say":
                    connection.privmsg(first, second)
                elif verb == "nick":
                    connection_nick[0] = first
                    connection.nick(first)
                elif verb == "whois":
                    connection.whois([first])
                elif verb == "raw":
                    connection.send_raw(f"{first} {second}")

    threading.Thread(target=listen, daemon=True).start()
    while True:
        reactor.process_once(0.05)


def run_miniirc():
    import miniirc
    client = miniirc.IRC(
        HOST, PORT, NICK, [ROOM], ssl=False, realname=REAL_NAME, auto_connect=False,
        persist=True, ns_identity=None)

    def on(*events):
        return client.Handler(*events, colon=False)

    @on("PRIVMSG")
    def heard(_, source, words):
        tell("heard", source[0], *words)

    @on("366")
    def entered(_, source, words):
        tell("in", words[1])

    @on("NICK")
    def renamed(_, source, words):
        tell("renamed", source[0], words[0])

    @on("311")
    def whois(_, source, words):
        tell("whois", words[1], words[2], f"[{words[5]}]")

    client.connect()
    for verb, first, second in orders():
        if verb == "say":
            client.msg(first, second)
        elif verb == "raw":
            client.quote(first, second)
        else:
            client.quote(verb.upper(), first)


async def each_order(carry_out):
    """Carries out orders as they come, until standard input ends."""
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        verb, _, rest = line.decode().rstrip("\n").partition(" ")
        first, _, second = rest.partition(" ")
        done = carry_out(verb, first, second)
        if asyncio.iscoroutine(done):
            asyncio.ensure_future(done)


def run_pydle():
    import pydle

    class Bot(pydle.Client):
        RECONNECT_DELAYS = [PAUSE]
        RECONNECT_MAX_ATTEMPTS = None

        async def on_connect(self):
            await super().on_connect()
            await self.join(ROOM)

        async def on_join(self, channel, user):
            await super().on_join(channel, user)
            if channel in self.channels:
                tell("in", channel)

        async def on_message(self, target, by, message):
            await super().on_message(target, by, message)
            tell("heard", by, target, message)

        async def on_nick_change(self, old, new):
            await super().on_nick_change(old, new)
            tell("renamed", old, new)

    bot = Bot(NICK, username=NICK, realname=REAL_NAME)

    async def whois(nick):
        found = await bot.whois(nick)
        tell("whois", nick, found["username"], f"[{found['realname']}]")

    async def main():
        await bot.connect(HOST, PORT, tls=False)
        await each_order(lambda verb, first, second: {
            "say": lambda: bot.message(first, second), "nick": lambda: bot.set_nickname(first),
            "whois": lambda: whois(first), "raw": lambda: bot.rawmsg(first, *second.split()),
        }[verb]())

    asyncio.run(main())


{"irc": run_irc, "miniirc": run_miniirc, "pydle": run_pydle}[LIBRARY]()
