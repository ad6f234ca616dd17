// What a page knows: itself, its rooms, what was said in them, and what it has sent that was not
// acknowledged yet (chatkit(5)). Takes the server's events; touches no document.
// Invariants: a room's `messages` are in the order of their numbers, each number once; a message
// that is sent again keeps its nonce, so that it is never a second one.
// SPDX-License-Identifier: GPL-3.0-or-later

import { Wire } from './wire.js';

/// Most messages of a room that are kept; others are fetched again when wanted.
export const WINDOW = 500;
const PAGE = 60;
const MAX_EVENTS = 100;
// Milliseconds: what a crash may have lost is younger; an ack that takes longer is given up.
const UNSURE = 5000;
const PATIENCE = 20_000;

// Names are one that differ in case, or in how accents are written (Unicode's caseless matching).
export const fold = (name) => (/^[ -~]*$/.test(name) ? name.toLowerCase()
  : [...name.normalize('NFD')].map((letter) => (
    letter === 'ı' ? letter : letter.toLowerCase().toUpperCase().toLowerCase())).join('')
    .normalize('NFD'));

const nonce = () => crypto.getRandomValues(new Uint32Array(4)).join('-');

/// A room, or a private conversation, whose name is `@` and the other's nick.
export class Room {
  topic = '';
  members = new Map();
  count = 0;
  /// The newest number, and the newest one that was read.
  lastSeq = 0;
  read = 0;
  unread = 0;
  mentions = 0;
  messages = [];
  /// Comings, goings and notes, each `after` a message.
  events = [];
  /// Earlier servers' chapters of the room, each with its number, `messages` and `events`. Numbers
  /// of messages count within a chapter.
  past = [];
  chapter = 0;
  /// Whether it is a conversation with an operator.
  isVisit = false;
  /// Whether `messages` has the room's newest; `atStart`: its first.
  live = true;
  isLoading = false;
  retryAt = 0;

  constructor(name) {
    this.name = name;
    this.key = fold(name);
    this.isPrivate = name.startsWith('@');
    this.atStart = this.isPrivate;
  }

  get newest() { return this.messages.at(-1)?.seq ?? 0; }
  get oldest() { return this.messages[0]?.seq ?? 0; }

  /// Where `seq` is or would be.
  place(seq) {
    let low = 0;
    let high = this.messages.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.messages[middle].seq < seq) low = middle + 1; else high = middle;
    }
    return low;
  }

  /// Puts a message in its place. Another one of its number was lost in a crash, and all after it.
  put(message) {
    const index = this.place(message.seq);
    const known = this.messages[index];
    const isSame = known?.seq === message.seq && known.id === message.id;
    if (known?.seq === message.seq && !isSame) this.messages.length = index;
    this.messages.splice(index, isSame ? 1 : 0, message);
    this.lastSeq = Math.max(this.lastSeq, message.seq);
  }

  /// Forgets what is too much, at one end.
  trim(keepsNewest) {
    const excess = this.messages.length - WINDOW;
    if (excess <= 0) return;
    if (keepsNewest) {
      this.messages.splice(0, excess);
      this.atStart = this.isPrivate;
    } else if (!this.isPrivate) {
      this.messages.length = WINDOW;
      this.live = false;
    }
  }

  /// The newest number that no crash can have given to another message.
  get certain() {
    if (!this.live || !this.messages.length) return this.lastSeq;
    const limit = Date.parse(this.messages.at(-1).at) - UNSURE;
    const sure = this.messages.findLast((message) => Date.parse(message.at) < limit);
    return sure?.seq ?? Math.max(0, this.oldest - 1);
  }

  /// Begins anew below a divider, with other numbers; what was said before stays.
  moveOn(divider) {
    this.note({ text: divider, isDivider: true });
    // Its numbers are the page's own.
    if (this.isPrivate) return;
    this.past.push(
      { chapter: this.chapter, messages: this.messages, events: this.events });
    const kept = () => this.past.reduce((sum, { messages }) => sum + messages.length, 0);
    while (this.past.length > 1 && kept() > WINDOW) this.past.shift();
    Object.assign(this, {
      chapter: this.chapter + 1, messages: [], events: [], members: new Map(), count: 0,
      lastSeq: 0, read: 0, unread: 0, mentions: 0, missing: 0, live: true, atStart: false,
    });
  }

  /// Notes a `text`, or that `nick` has `joined` or `left`.
  note({ nick, what, ...event }) {
    const last = this.events.at(-1);
    if (nick && last?.changes && last.after === this.lastSeq) {
      last.changes.set(nick, what);
      last.version += 1;
      return;
    }
    this.events.push({
      ...event, changes: nick && new Map([[nick, what]]), after: this.lastSeq, id: nonce(),
      version: 0, at: new Date().toISOString(),
    });
    if (this.events.length > MAX_EVENTS) this.events.shift();
  }
}

/// A conversation with a server.
export class Session {
  nick = '';
  server = '';
  limits = {};
  rooms = new Map();
  /// Sent and not acknowledged.
  pending = [];
  token = null;
  ticket = null;
  /// Whether this connection has been let in.
  isIn = false;
  /// What is seen of a room: its `end`, something `above` it, or `nothing`.
  view = () => 'nothing';
  #hello = {};
  #on;
  #known = {};

  /// `on.change(what, detail)` is called after each event, and `on.bye(event)` says whether to come
  /// back after a `bye`.
  constructor(on) {
    this.#on = on;
    this.wire = new Wire({
      open: () => this.#introduce(),
      event: (event) => {
        this.#take[event.type]?.(event);
        on.change(event.type, event);
      },
      state: () => {
        if (this.wire.state !== 'open') this.isIn = false;
        on.change('state');
      },
    });
  }

  /// Comes in.
  start(hello) {
    this.#hello = hello;
    this.nick = hello.nick;
    if (this.wire.state === 'open') this.#introduce(); else this.wire.open();
  }

  /// Leaves, and forgets everything.
  end() {
    this.wire.send({ type: 'bye' });
    this.wire.close();
    this.token = this.ticket = null;
    this.server = '';
    this.rooms.clear();
    this.pending = [];
  }

  /// What a page that is loaded again needs to go on.
  get state() {
    const rooms = this.list.filter((room) => !room.isPrivate);
    return {
      nick: this.nick, token: this.token, ticket: this.ticket, pending: this.pending,
      rooms: rooms.length ? rooms.map((room) => room.name) : this.#hello.rooms ?? [],
      read: Object.fromEntries(rooms.map((room) => [room.key, room.read])),
    };
  }

  restore({ token, ticket, pending, read }) {
    Object.assign(this, { token, ticket, pending });
    this.#known = read;
  }

  async #introduce() {
    const { token, ticket, nick } = this;
    const hello = { type: 'hello', v: 1, replay: PAGE, ...this.#hello };
    if (ticket) hello.ticket = ticket;
    if (token) Object.assign(hello, { resume: token, nick });
    // Without its session a visit is no room to go into.
    const rooms = this.list.filter((room) => !room.isPrivate && (token || !room.isVisit));
    if (rooms.length && !hello.operator) {
      hello.rooms = rooms.map((room) => room.name);
      if (token) hello.seen = Object.fromEntries(rooms.map((room) => [room.name, room.certain]));
    }
    try {
      await this.wire.ask(hello);
    } catch (error) {
      if (error.code === 'lost') return;
      if (error.code === 'bad_token' && token) this.token = null;
      else if (error.code === 'bad_ticket' && ticket) this.ticket = null;
      else return this.#on.change('refused', error);
      this.#introduce();
    }
  }

  get list() { return [...this.rooms.values()]; }

  room(name) { return this.rooms.get(fold(name)); }

  open(name) {
    if (!this.room(name)) this.rooms.set(fold(name), new Room(name));
    return this.room(name);
  }

  isMe(nick) { return fold(nick) === fold(this.nick); }

  names(text) { return mention(this.nick, text) !== null; }

  markRead(room) {
    if (!room.unread && room.read === room.lastSeq) return;
    room.read = room.lastSeq;
    room.unread = room.mentions = 0;
    this.#on.change('unread');
  }

  // MARK: - Sending

  /// Says something; it is `pending` until it is acknowledged.
  say(room, text, kind) {
    const entry = {
      nonce: nonce(), text, kind, at: new Date().toISOString(),
      ...room.isPrivate ? { to: room.name.slice(1) } : { room: room.name },
    };
    this.pending.push(entry);
    this.send(entry);
  }

  /// Sends an entry, perhaps again: its nonce says that it is the same message.
  send(entry) {
    const fail = (why, isRefused) => {
      if (!this.pending.includes(entry)) return;
      Object.assign(entry, { failed: why, isRefused });
      this.#on.change('pending');
    };
    const since = Date.now();
    Object.assign(entry, { failed: '', isRefused: false, since });
    if (this.isIn) {
      const { nonce, room, to, kind, text } = entry;
      this.wire.ask({ type: 'message', nonce, room, to, kind, text }).catch((error) => {
        if (error.code !== 'lost') fail(error.message, true);
      });
      setTimeout(() => {
        if (entry.since === since && this.isIn && !entry.failed) fail('no answer yet', false);
      }, PATIENCE);
    }
    this.#on.change('pending');
  }

  discard(entry) {
    this.pending = this.pending.filter((other) => other !== entry);
    this.#on.change('pending');
  }

  /// Whether an entry is among the room's messages already.
  isShown(entry, room) {
    return entry.echo && room.messages.some((message) => message.id === entry.echo);
  }

  // MARK: - The past

  /// Fetches a page of a room: `before`, `after` or `around` a number, or the newest.
  async load(room, place = {}) {
    if (room.isPrivate || room.isLoading || !this.isIn || Date.now() < room.retryAt) return;
    room.isLoading = true;
    this.#on.change('load');
    try {
      const { messages, complete } = await this.wire.ask(
        { type: 'history', room: room.name, limit: PAGE, ...place });
      if (!place.before && place.after === undefined) {
        room.messages = [];
        room.atStart = false;
      }
      for (const message of messages) room.put(message);
      if (place.before) {
        room.atStart = complete || !messages.length;
        room.trim(false);
      } else {
        room.live = room.newest >= room.lastSeq || (place.after !== undefined && complete);
        room.trim(true);
      }
      room.atStart ||= room.oldest <= 1;
    } catch (error) {
      room.retryAt = Date.now() + PATIENCE;
      if (error.code !== 'lost') room.note({ text: error.message, isError: true });
    }
    room.isLoading = false;
    this.#on.change('load');
  }

  // MARK: - What the server says

  #take = {
    welcome: ({ nick, server, rooms, limits, resume }) => {
      const isElsewhere = this.server && this.server !== server;
      Object.assign(this, { nick, server, limits: limits ?? {}, token: resume, isIn: true });
      this.#hello.nick = nick;
      if (isElsewhere) this.#moveOn(rooms ?? []);
      for (const entry of this.pending) if (!entry.isRefused && !entry.isHeld) this.send(entry);
    },
    ack: ({ nonce }) => this.discard(this.pending.find((entry) => entry.nonce === nonce)),
    message: (message) => this.#message(message),
    names: ({ room: name, topic, members, count, last_seq: last, entered }) => {
      const room = entered ? this.open(name) : this.room(name);
      if (!room) return;
      Object.assign(room, { topic, count });
      room.members = new Map(members.map((member) => [fold(member.nick), member]));
      if (members.length < count) this.wire.send({ type: 'names', room: name });
      if (!entered) return;
      if (last < room.lastSeq) {
        // The server has lost what came after.
        room.messages.length = room.place(last + 1);
        room.lastSeq = last;
        room.read = Math.min(room.read, last);
        this.load(room);
      } else if (!room.lastSeq) {
        room.lastSeq = last;
        room.read = Math.min(this.#known[room.key] ?? last, last);
        room.unread = last - room.read;
        room.atStart = !last;
      }
    },
    history: ({ room: name, messages, replay }) => {
      const room = this.room(name);
      if (!room || !replay) return;
      if (messages[0]?.seq > room.newest + 1) room.messages = [];
      for (const message of messages) room.put(message);
      room.atStart = room.oldest <= 1;
      room.live = room.newest >= room.lastSeq;
    },
    gap: ({ room: name, to_seq: to }) => {
      const room = this.room(name);
      if (!room) return;
      room.unread += Math.max(0, to - room.lastSeq);
      room.lastSeq = room.missing = to;
    },
    joined: ({ room: name, nick }) => {
      if (this.isMe(nick)) return void this.open(name);
      const room = this.room(name);
      if (!room) return;
      if (!room.members.has(fold(nick))) room.count += 1;
      room.members.set(fold(nick), { nick });
      room.note({ nick, what: 'joined' });
    },
    left: ({ room: name, nick }) => {
      const room = this.room(name);
      if (!room || this.isMe(nick)) return;
      if (room.members.delete(fold(nick))) room.count -= 1;
      room.note({ nick, what: 'left' });
    },
    renamed: ({ old, new: nick }) => {
      if (this.isMe(old)) this.nick = this.#hello.nick = nick;
      for (const room of this.list) {
        const member = room.members.get(fold(old));
        if (member) {
          room.members.delete(fold(old));
          room.members.set(fold(nick), { ...member, nick });
        } else if (room.key === `@${fold(old)}`) {
          this.rooms.delete(room.key);
          room.name = `@${nick}`;
          room.key = fold(room.name);
          this.rooms.set(room.key, room);
        } else {
          continue;
        }
        room.note({ text: `${old} is now ${nick}` });
      }
    },
    topic: ({ room: name, text, by, re }) => {
      const room = this.room(name);
      if (!room) return;
      room.topic = text;
      if (re) return;
      room.note({ text: text ? `${by} set the topic: ${text}` : `${by} removed the topic` });
    },
    away: ({ nick, away }) => {
      for (const room of this.list) {
        const member = room.members.get(fold(nick ?? this.nick));
        if (member) member.away = away;
      }
    },
    queue: ({ ticket }) => { this.ticket = ticket; },
    admitted: ({ ticket, room: name }) => {
      this.ticket = ticket;
      if (!name) return;
      const room = this.open(name);
      room.isVisit = true;
      // The same conversation by the number of another server, or of one that was started again.
      const old = this.list.find((other) => other.isVisit && other !== room);
      if (old) {
        if (old.messages.length) old.moveOn('the conversation goes on');
        Object.assign(room, { past: old.past, chapter: old.chapter });
        this.rooms.delete(old.key);
      }
      const isMeant = (entry) => entry.isHeld || (old && fold(entry.room ?? '') === old.key);
      for (const entry of this.pending.filter(isMeant)) {
        Object.assign(entry, { room: name, isHeld: false });
        this.send(entry);
      }
    },
    bye: (event) => { if (!this.#on.bye(event)) this.wire.close(); },
  };

  /// Another server goes on: its numbers are others, and it knows nothing of the rooms but those it
  /// has named.
  #moveOn(entered) {
    this.#known = {};
    const isEntered = (room) => entered.some((name) => fold(name) === room.key);
    for (const room of this.list) {
      room.moveOn(`now with ${this.server}`);
      if (room.isPrivate || room.isVisit || isEntered(room) || this.#hello.operator) continue;
      this.wire.send({ type: 'join', room: room.name });
    }
    for (const entry of this.pending) {
      entry.echo = null;
      // Until it is known which room of the new server goes on with the visit.
      entry.isHeld = Boolean(entry.room && this.room(entry.room)?.isVisit);
    }
  }

  #message(message) {
    const mine = this.isMe(message.from);
    const peer = message.room ?? `@${mine ? message.to : message.from}`;
    const room = message.room ? this.room(peer) : this.open(peer);
    if (!room) return;
    message.seq ??= room.lastSeq + 1;
    // One of the unacknowledged ones; the ack will tell for certain.
    const entry = mine && this.pending.find((other) => other.text === message.text
      && fold(other.room ?? `@${other.to}`) === room.key && !this.isShown(other, room));
    if (entry) entry.echo = message.id;
    const isNew = message.seq > room.lastSeq;
    if (room.live || message.seq <= room.newest) room.put(message);
    room.lastSeq = Math.max(room.lastSeq, message.seq);
    const view = this.view(room);
    room.trim(view !== 'above');
    if (mine) room.read = message.seq;
    if (mine || !isNew || view === 'end') return;
    room.unread += 1;
    if (room.isPrivate || this.names(message.text)) room.mentions += 1;
  }
}

/// Where a nick, with its `@`, first stands in a text as a word of its own: start and end, or null.
export function mention(nick, text) {
  const wanted = fold(nick);
  const letters = text.match(/\P{M}\p{M}*|\p{M}+/gu) ?? [];
  const folded = letters.map(fold);
  const isWord = (at) => /[\p{L}\p{N}_]/u.test(letters[at] ?? '');
  let start = 0;
  for (let first = 0; first < letters.length; start += letters[first].length, first += 1) {
    if (isWord(first - 1) || !wanted.startsWith(folded[first])) continue;
    let [found, end, next] = ['', start, first];
    for (; found.length < wanted.length && next < letters.length; next += 1) {
      found += folded[next];
      end += letters[next].length;
    }
    if (found !== wanted || isWord(next)) continue;
    return [start - (letters[first - 1] === '@' && !isWord(first - 2) ? 1 : 0), end];
  }
  return null;
}
