# chatkit: `make run` serves on 127.0.0.1:12000, `make test` runs every test; both install what is
# missing first. SPDX-License-Identifier: GPL-3.0-or-later

PREFIX ?= /usr/local
DESTDIR ?=
SWIFT ?= swift
PYTHON ?= /usr/bin/python3
SECONDS_PER_FUZZER ?= 60
SIMULATED_EVENTS ?= 10000000
WSTEST ?= wstest
AUTOBAHN_CASES ?= all

BUILD_PACKAGES = libuv1-dev libreadline-dev libsqlite3-dev libssl-dev zlib1g-dev pkg-config
TEST_PACKAGES = python3 python3-pytest python3-pexpect python3-pyte python3-websockets \
	python3-socketio python3-requests python3-websocket python3-venv netcat-openbsd irssi ii \
	weechat-headless weechat-plugins epic5 bash curl openssl man-db unicode-data bzip2 iproute2

BROWSER_PACKAGES = chromium
BROWSER_TESTS = $(addprefix Tests/EndToEnd/test_web_,page.py relay.py access.py desk.py)

RELEASE = $(SWIFT) build -c release --static-swift-stdlib
BINARY = .build/release/chatkit

.PHONY: run test build release unit tsan end-to-end browser check docs pictures bench fuzz simulate autobahn \
	install uninstall clean build-packages test-packages

run: release
	$(BINARY) serve

build-packages:
	@.ci/packages $(BUILD_PACKAGES)

test-packages: build-packages
	@.ci/packages $(TEST_PACKAGES)

build: build-packages
	$(SWIFT) build

release: build-packages
	$(RELEASE) --product chatkit

test: unit tsan end-to-end browser

# Unit tests, transcripts and fuzz seeds.
unit: test-packages
	$(SWIFT) test

# The same under ThreadSanitizer.
tsan: test-packages
	$(SWIFT) test --sanitize=thread --scratch-path .build/tsan

# Real clients against the release binary.
end-to-end: test-packages release
	@.ci/venv $(PYTHON) .build/venv Tests/EndToEnd/requirements.txt
	CHATKIT=$(CURDIR)/$(BINARY) .build/venv/bin/python -m pytest -q Tests/EndToEnd \
		$(addprefix --ignore=,$(BROWSER_TESTS))

# The web pages in Chromium, driven by playwright. Skipped only where there is no Chromium and none can
# be installed.
browser: test-packages release
	@if .ci/packages $(BROWSER_PACKAGES); then \
		.ci/venv $(PYTHON) .build/venv Tests/EndToEnd/requirements.txt && \
			CHATKIT=$(CURDIR)/$(BINARY) \
			.build/venv/bin/python -m pytest -q $(BROWSER_TESTS); \
	else \
		echo "chatkit: tests of the web pages skipped: Chromium cannot be installed here" >&2; \
	fi

check: build release
	@.ci/check $(BINARY)

# Renders man pages and completions from the option tables.
docs: release
	$(BINARY) __generate man man
	$(BINARY) __generate completions completions

# Takes the README's pictures again.
pictures: test-packages release
	@.ci/packages $(BROWSER_PACKAGES)
	@.ci/venv $(PYTHON) .build/venv Tests/EndToEnd/requirements.txt
	CHATKIT=$(CURDIR)/$(BINARY) docs/pictures

# Measures chatkit beside the floor, Redis, InspIRCd and HAProxy, with wrk (what of these is installed);
# about nine minutes. BENCH_FLAGS=--quick takes less than two, BENCH_FLAGS=--markdown prints the tables
# of Tools/chatkit-bench/RESULTS.md.
bench: build-packages
	$(SWIFT) build -c release --static-swift-stdlib --product chatkit
	$(SWIFT) build -c release --static-swift-stdlib --product chatkit-floor
	$(SWIFT) build -c release --static-swift-stdlib --product chatkit-bench
	.build/release/chatkit-bench --json .build/bench.json $(BENCH_FLAGS)

# libFuzzer under AddressSanitizer, SECONDS_PER_FUZZER for each target.
fuzz: build-packages
	$(SWIFT) build -c release --product chatkit-fuzz --sanitize=address -Xswiftc -sanitize=fuzzer \
		-Xswiftc -DLIBFUZZER -Xswiftc -use-ld=lld --scratch-path .build/fuzz
	@for target in sniffer plain json irc http reply websocket handshake socketio engineio \
		proxy control waiting call; do \
		mkdir -p .build/fuzz/corpus/$$target; \
		.build/fuzz/release/chatkit-fuzz $$target -max_total_time=$(SECONDS_PER_FUZZER) \
			-max_len=4096 -rss_limit_mb=2048 -artifact_prefix=.build/fuzz/ \
			.build/fuzz/corpus/$$target Tests/Fuzz/$$target || exit 1; \
	done

# A relay in virtual time: so many events, and every promise checked after each of them.
simulate: build-packages
	CHATKIT_SIMULATE=$(SIMULATED_EVENTS) $(SWIFT) test -c release --scratch-path .build/simulate \
		--filter RelaySimulationTests

# The public WebSocket suite, which needs Python 2.7: see Tests/Autobahn/README.md.
autobahn: build-packages
	$(SWIFT) build -c release --product chatkit-echo
	Tests/Autobahn/run .build/release/chatkit-echo $(WSTEST) $(AUTOBAHN_CASES)

install: release
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/share/man/man1 \
		$(DESTDIR)$(PREFIX)/share/man/man5 \
		$(DESTDIR)$(PREFIX)/share/bash-completion/completions \
		$(DESTDIR)$(PREFIX)/share/zsh/site-functions \
		$(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d
	install -m 755 -s $(BINARY) $(DESTDIR)$(PREFIX)/bin/chatkit
	install -m 644 man/*.1 $(DESTDIR)$(PREFIX)/share/man/man1
	install -m 644 man/*.5 $(DESTDIR)$(PREFIX)/share/man/man5
	install -m 644 completions/chatkit.bash \
		$(DESTDIR)$(PREFIX)/share/bash-completion/completions/chatkit
	install -m 644 completions/_chatkit $(DESTDIR)$(PREFIX)/share/zsh/site-functions/_chatkit
	install -m 644 completions/chatkit.fish \
		$(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/chatkit.fish

uninstall:
	rm -f $(DESTDIR)$(PREFIX)/bin/chatkit \
		$(addprefix $(DESTDIR)$(PREFIX)/share/man/man1/,$(notdir $(wildcard man/*.1))) \
		$(addprefix $(DESTDIR)$(PREFIX)/share/man/man5/,$(notdir $(wildcard man/*.5))) \
		$(DESTDIR)$(PREFIX)/share/bash-completion/completions/chatkit \
		$(DESTDIR)$(PREFIX)/share/zsh/site-functions/_chatkit \
		$(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/chatkit.fish

clean:
	rm -rf .build
