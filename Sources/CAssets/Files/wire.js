// The connection of a page: one WebSocket, tried again with growing pauses, its answers matched
// with what was asked (chatkit(5), `id` and `re`).
// Invariant: at most one socket is listened to, and every question is settled exactly once.
// SPDX-License-Identifier: GPL-3.0-or-later

// Milliseconds: pauses between attempts; how long a good connection lasts; silence before a sign of
// life is asked for; how long that, or opening, may take.
const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 30_000;
const GOOD = 10_000;
const QUIET = 25_000;
const PATIENCE = 12_000;

/// Why a question has no answer: the server's `code`, or `lost` with the connection.
const refusal = (code, message) => Object.assign(new Error(message), { code });

export class Wire {
  #socket = null;
  #on;
  #questions = new Map();
  #asked = 0;
  #failures = 0;
  #openedAt = 0;
  #heardAt = 0;
  #pingedAt = 0;
  #timer = 0;
  #beat = 0;

  /// `idle`, `connecting`, `open`, or `waiting` for the next attempt.
  state = 'idle';

  /// `on` has `open()`, `event(event)` and `state()`.
  constructor(on) {
    this.#on = on;
    addEventListener('online', () => this.hurry());
    document.addEventListener('visibilitychange', () => document.hidden || this.hurry());
  }

  open() {
    this.#drop();
    this.#enter('connecting');
    this.#timer = setTimeout(() => this.#lost(), PATIENCE);
    const socket = new WebSocket(`${location.origin.replace('http', 'ws')}/ws`, 'chatkit.v1.json');
    this.#socket = socket;
    socket.onopen = () => {
      clearTimeout(this.#timer);
      this.#openedAt = this.#heardAt = Date.now();
      this.#pingedAt = 0;
      this.#beat = setInterval(() => this.#watch(), 5000);
      this.#enter('open');
      this.#on.open();
    };
    socket.onmessage = ({ data }) => this.#heard(data);
    socket.onclose = () => this.#lost();
  }

  close() {
    this.#drop(1000);
    this.#failures = 0;
    this.#enter('idle');
  }

  /// Tries now.
  hurry() {
    if (this.state === 'waiting') this.open();
  }

  /// Whether it was sent.
  send(request) {
    if (this.state !== 'open') return false;
    this.#socket.send(JSON.stringify(request));
    return true;
  }

  /// The answer to a request, or its refusal.
  ask(request) {
    const id = `q${this.#asked += 1}`;
    return new Promise((resolve, reject) => {
      if (this.send({ ...request, id })) this.#questions.set(id, { resolve, reject });
      else reject(refusal('lost', 'there is no connection'));
    });
  }

  #heard(data) {
    this.#heardAt = Date.now();
    this.#pingedAt = 0;
    const event = JSON.parse(data);
    if (event.type === 'ping') this.send({ type: 'pong' });
    const question = this.#questions.get(event.re);
    this.#questions.delete(event.re);
    if (event.type === 'error') question?.reject(refusal(event.code, event.message));
    else question?.resolve(event);
    this.#on.event(event);
  }

  /// Notices a connection that is gone without a word. In the background this is rarely called: so
  /// silence proves nothing, but a ping without an answer.
  #watch() {
    const now = Date.now();
    if (this.#pingedAt) {
      if (now - this.#pingedAt > PATIENCE) this.#lost();
    } else if (now - this.#heardAt > QUIET) {
      this.#pingedAt = now;
      this.send({ type: 'ping' });
    }
  }

  #lost() {
    const isGood = this.#openedAt && Date.now() - this.#openedAt > GOOD;
    this.#drop();
    const full = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (isGood ? 0 : this.#failures));
    this.#failures = isGood ? 1 : Math.min(16, this.#failures + 1);
    // Half of it by chance: those cut off together do not come back together.
    this.#timer = setTimeout(() => this.open(), (full + Math.random() * full) / 2);
    this.#enter('waiting');
  }

  /// Without the code 1000 the server takes it that the page comes back.
  #drop(code = 4000) {
    clearTimeout(this.#timer);
    clearInterval(this.#beat);
    this.#openedAt = 0;
    const socket = this.#socket;
    this.#socket = null;
    if (socket) {
      socket.onopen = socket.onmessage = socket.onclose = null;
      socket.close(code);
    }
    const questions = [...this.#questions.values()];
    this.#questions.clear();
    for (const { reject } of questions) reject(refusal('lost', 'the connection was lost'));
  }

  #enter(state) {
    this.state = state;
    this.#on.state();
  }
}
