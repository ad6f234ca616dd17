#!/usr/bin/env bash
# irc 20.5.0 (PyPI): a server that announces no prefixes (`PREFIX=` in 005, which the IRC documentation
# allows: an empty value is "no prefixes are supported") ends the reactor at the first list of names.
# SPDX-License-Identifier: GPL-3.0-or-later
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check irc==20.5.0
"$folder/venv/bin/pip" list --disable-pip-version-check 2>/dev/null | grep '^irc '
cat > "$folder/try.py" <<'PYTHON'
import socket, sys, threading, traceback
import irc.bot

kept = []
listener = socket.create_server(("127.0.0.1", 0))

def serve():
    peer, _ = listener.accept()
    peer.recv(1000)
    kept.append(peer)
    for line in (
            ":server 001 bot :Welcome", ":server 005 bot PREFIX= CHANTYPES=# :are supported",
            ":bot!bot@host JOIN #room", ":server 353 bot = #room :bot ann",
            ":server 366 bot #room :End of NAMES list"):
        peer.sendall(line.encode() + b"\r\n")

class Bot(irc.bot.SingleServerIRCBot):
    def on_endofnames(self, connection, event):
        print("behaviour: the list of names was read")
        sys.exit(1)

threading.Thread(target=serve, daemon=True).start()
bot = Bot([("127.0.0.1", listener.getsockname()[1])], "bot", "bot")
bot._connect()
try:
    for _ in range(100):
        bot.reactor.process_once(0.05)
except TypeError as error:
    traceback.print_exc()
    print("behaviour: the reactor ends with TypeError:", error)
    sys.exit(0)
print("behaviour: no error")
sys.exit(1)
PYTHON
"$folder/venv/bin/python" "$folder/try.py"
