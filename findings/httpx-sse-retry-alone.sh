#!/usr/bin/env bash
# httpx-sse 0.4.3 (PyPI): a block of an event stream that holds `retry:` alone is handed to the program as an
# event with empty data. The standard says that such a block sets the reconnection time and dispatches
# nothing, because the data buffer is empty (HTML, "Interpreting an event stream").
# SPDX-License-Identifier: GPL-3.0-or-later
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check httpx==0.28.1 httpx-sse==0.4.3
"$folder/venv/bin/pip" list --disable-pip-version-check 2>/dev/null | grep '^httpx'
cat > "$folder/try.py" <<'PYTHON'
import http.server, sys, threading
import httpx, httpx_sse

STREAM = b"retry: 3000\n\nid: 1\ndata: hello\n\n"

class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        self.wfile.write(STREAM)

    def log_message(self, *arguments):
        pass

server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
with httpx.Client() as client:
    with httpx_sse.connect_sse(client, "GET", f"http://127.0.0.1:{server.server_port}/") as source:
        events = [(event.event, event.data, event.id, event.retry) for event in source.iter_sse()]
server.shutdown()
print("behaviour: of one event, these are handed out:", events)
sys.exit(0 if [data for _, data, _, _ in events] == ["", "hello"] else 1)
PYTHON
"$folder/venv/bin/python" "$folder/try.py"
