// What the pages show with: elements, texts, times, the list of messages, the box to write in.
// Invariants: what people wrote becomes text nodes and never markup; what one is reading stays
// where it is while messages come and go.
// SPDX-License-Identifier: GPL-3.0-or-later

import { fold, mention } from './session.js';

export const $ = (id) => document.getElementById(id);

/// An element, `tag.class`, with attributes, listeners (`onclick`), elements and texts. What is
/// null or false is left out.
export function el(what, attributes = {}, ...children) {
  const [tag, ...classes] = what.split('.');
  const element = document.createElement(tag);
  element.classList.add(...classes);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') element.addEventListener(name.slice(2), value);
    else if ((value ?? false) !== false) element.setAttribute(name, value === true ? '' : value);
  }
  element.append(...children.filter((child) => child ?? false));
  return element;
}

/// Replaces children that have changed; the focus stays where it is.
export function fill(parent, children) {
  const have = [...parent.children];
  const isSame = (one, n) => one.isEqualNode(children[n]);
  if (have.length === children.length && have.every(isSame)) return;
  const focused = have.findIndex((one) => one.contains(document.activeElement));
  parent.replaceChildren(...children);
  parent.children[focused]?.querySelector('button')?.focus();
}

/// A name, isolated, so that its direction does not spill over.
export const nameOf = (nick) => el('bdi', {}, nick);

export function avatar(nick) {
  let hue = 0;
  for (const character of fold(nick)) hue = (hue * 31 + character.codePointAt(0)) % 997;
  return el(`span.avatar.h${hue % 8}`, { 'aria-hidden': 'true' },
    /[\p{L}\p{N}]/u.exec(nick)?.[0].toUpperCase() ?? '?');
}

export const count = (number, one, many = `${one}s`) => `${number} ${number === 1 ? one : many}`;

export const unseen = (text) => el('span.unseen', {}, text);

/// Tells those who listen.
export function announce(text) {
  const announcer = $('announcer');
  announcer.append(el('p', { dir: 'auto' }, text));
  if (announcer.children.length > 8) announcer.firstChild.remove();
}

/// What the browser keeps; nothing, where that is forbidden.
export function stored(storage, key) {
  try {
    return JSON.parse(window[storage].getItem(key));
  } catch {
    return null;
  }
}

export function store(storage, key, value) {
  try {
    window[storage].setItem(key, JSON.stringify(value));
  } catch {
    // Then not.
  }
}

/// What the server says in passing, as a sentence.
export const sentence = (text) => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;

// MARK: - Times

const format = (options) => new Intl.DateTimeFormat(undefined, options).format;
const clock = format({ hour: '2-digit', minute: '2-digit' });
const full = format({ dateStyle: 'full', timeStyle: 'medium' });
const date = format({ weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' });

export function dayName(at) {
  const yesterday = new Date();
  yesterday.setDate(yesterday.getDate() - 1);
  return { [date(new Date())]: 'Today', [date(yesterday)]: 'Yesterday' }[date(at)] ?? date(at);
}

export function timeOf(iso) {
  const at = new Date(iso);
  return el('time', { datetime: iso, title: full(at) }, clock(at));
}

// MARK: - Texts

// No blanks, no quotes, nothing that changes the direction of what is read.
const LINK = /\bhttps?:\/\/[^\s<>"\u200e\u200f\u202a-\u202e\u2066-\u2069]+/giu;

// Between three of them, over several lines, or between two.
const CODE = /```\n?([^]+?)\n?```\n?|`([^`\n]+)`/g;

/// A text as nodes: code is set as such, links can be followed, and `nick` stands out.
export function written(text, nick) {
  const nodes = [];
  let end = 0;
  for (const { 0: found, 1: block, 2: words, index } of text.matchAll(CODE)) {
    nodes.push(...linked(text.slice(end, index), nick),
      el(block ? 'code.block' : 'code', {}, block ?? words));
    end = index + found.length;
  }
  return [...nodes, ...linked(text.slice(end), nick)];
}

function linked(text, nick) {
  const nodes = [];
  let end = 0;
  for (const { 0: found, index } of text.matchAll(LINK)) {
    const address = withoutTail(found);
    const url = URL.canParse(address) ? new URL(address) : null;
    if (!/^https?:$/.test(url?.protocol)) continue;
    nodes.push(...marked(text.slice(end, index), nick), el('a', {
      href: url.href, target: '_blank', rel: 'noopener noreferrer nofollow', dir: 'ltr',
    }, address));
    end = index + address.length;
  }
  return [...nodes, ...marked(text.slice(end), nick)];
}

/// Without the end of the sentence, and a bracket opened before the link.
function withoutTail(address) {
  for (;;) {
    const last = address.at(-1);
    const opening = { ')': '(', ']': '[', '}': '{' }[last];
    const isTail = opening ? address.split(last).length > address.split(opening).length
      : /[.,;:!?'*’”»…]/.test(last);
    if (!isTail) return address;
    address = address.slice(0, -1);
  }
}

function marked(text, nick) {
  const found = nick && mention(nick, text);
  if (!found) return [text];
  const [start, end] = found;
  return [text.slice(0, start), el('mark', {}, text.slice(start, end)),
    ...marked(text.slice(end), nick)];
}

// MARK: - The list of messages

// Milliseconds in which one person's messages stand together.
const TOGETHER = 300_000;
// Pixels from an end at which more is fetched, and that still count as the end.
const NEAR = 400;
const AT_END = 48;
// So many who come or go are named.
const NAMED = 4;

/// The messages of one room, in an element that scrolls.
export class Log {
  #scroller;
  #list = el('ol.messages');
  #session;
  #seen;
  #nodes = new Map();
  #isDue = false;
  #follows = true;
  #height = 0;
  #found = '';
  #target = null;
  room = null;
  /// `New` stands after this message.
  mark = null;

  /// `seen()` is called when what is in view has changed.
  constructor(scroller, session, seen) {
    this.#scroller = scroller;
    this.#session = session;
    this.#seen = seen;
    scroller.append(this.#list);
    scroller.addEventListener('scroll', () => {
      // Nobody has scrolled: there is less room than there was.
      if (this.#follows && scroller.clientHeight !== this.#height) return this.#keepEnd();
      this.#follows = this.room?.live && this.#below < AT_END;
      this.#fetch();
      seen();
    }, { passive: true });
    new ResizeObserver(() => this.#keepEnd()).observe(scroller);
  }

  /// Whether the newest message is in view.
  get isAtEnd() { return this.#follows && (this.room?.live ?? true); }

  /// Pixels below what is in view.
  get #below() {
    const at = this.#scroller;
    return at.scrollHeight - at.scrollTop - at.clientHeight;
  }

  show(room) {
    if (this.room === room) return;
    this.room = room;
    this.#found = '';
    this.mark = room?.unread ? room.read : null;
    this.#nodes.clear();
    this.#list.replaceChildren();
    if (room) this.toEnd();
  }

  refresh() {
    if (this.#isDue) return;
    this.#isDue = true;
    soon(() => {
      this.#isDue = false;
      this.#draw();
    });
  }

  /// Goes to the newest message.
  async toEnd() {
    this.#follows = true;
    if (!this.room.live) await this.#session.load(this.room);
    this.refresh();
  }

  /// Goes to a message, wherever it is.
  async to(seq) {
    const { room } = this;
    const isHere = room.messages[room.place(seq)]?.seq === seq;
    if (!isHere) await this.#session.load(room, { around: seq });
    this.#found = this.#target = `${room.chapter}m${seq}`;
    this.refresh();
  }

  #draw() {
    const { room } = this;
    if (!room) return;
    const scroller = this.#scroller;
    const top = scroller.getBoundingClientRect().top;
    const place = (node) => node.getBoundingClientRect();
    // What is in view first, and where it is.
    const anchor = this.#follows ? null : [...this.#list.children].find((node) =>
      node.matches('.message') && place(node).bottom > top);
    const before = anchor && place(anchor).top;
    this.#arrange(this.#rows(room));
    const target = this.#nodes.get(this.#target)?.node;
    this.#target = null;
    if (target) {
      this.#follows = false;
      target.scrollIntoView({ block: 'center' });
    } else if (anchor?.isConnected) {
      scroller.scrollTop += place(anchor).top - before;
    }
    this.#keepEnd();
    this.#fetch();
    this.#seen();
  }

  #keepEnd() {
    this.#height = this.#scroller.clientHeight;
    if (this.#follows) this.#scroller.scrollTop = this.#scroller.scrollHeight;
  }

  /// Fetches what is beyond an end that is near.
  #fetch() {
    const { room } = this;
    if (!room?.lastSeq) return;
    if (!room.messages.length) this.#session.load(room);
    else if (!room.live && this.#below < NEAR) this.#session.load(room, { after: room.newest });
    else if (!room.atStart && !room.past.length && this.#scroller.scrollTop < NEAR) {
      this.#session.load(room, { before: room.oldest });
    }
  }

  /// Puts the rows into the list; those that are the same stay what they are.
  #arrange(rows) {
    const list = this.#list;
    const used = new Map();
    let cursor = list.firstChild;
    for (const { key, version, make } of rows) {
      let have = this.#nodes.get(key);
      if (have?.version !== version) {
        if (have?.node === cursor) cursor = cursor?.nextSibling;
        have?.node.remove();
        have = { node: make(), version };
      }
      used.set(key, have);
      if (have.node === cursor) cursor = cursor.nextSibling;
      else list.insertBefore(have.node, cursor);
    }
    while (list.childElementCount > rows.length) list.lastChild.remove();
    this.#nodes = used;
  }

  #rows(room) {
    const session = this.#session;
    const rows = [];
    let chapter = 0;
    const add = (key, version, make) => rows.push({ key: chapter + key, version, make });
    const line = (kind, text) => add(kind, text, () => el(`li.${kind}`, {}, el('span', {}, text)));
    const sent = session.pending.filter((entry) => fold(entry.room ?? `@${entry.to}`) === room.key);
    let events = [];
    let day = '';
    let previous = null;
    let seq = 0;

    const addDay = (at) => {
      if (at.toDateString() === day) return;
      day = at.toDateString();
      previous = null;
      const name = dayName(at);
      add(`d${day}`, name, () => el('li.day', {}, el('span', {}, name)));
    };
    const addEvents = (before) => {
      while (events[0]?.after < before) {
        const event = events.shift();
        addDay(new Date(event.at));
        previous = null;
        add(`e${event.id}`, event.version, () => eventRow(event));
      }
    };
    const addGap = (from, to) => {
      previous = null;
      add(`g${from}`, to, () => el('li.gap', {}, `${count(to - from + 1, 'message')} not here `,
        button('Load', () => session.load(room, { after: from - 1 }))));
    };
    const addMessage = (key, message, entry) => {
      const at = new Date(message.at);
      addDay(at);
      const joins = Boolean(previous && !previous.kind && !message.kind
        && fold(previous.from) === fold(message.from)
        && at - new Date(previous.at) < TOGETHER);
      previous = message;
      const state = entry && (entry.failed || 'sending');
      const { id, erased } = message;
      const isFound = this.#found === chapter + key;
      const version = [id, joins, state, erased, session.nick, isFound].join();
      add(key, version, () => this.#messageRow(message, joins, entry, isFound));
    };

    if (room.isLoading) line('loading', 'Loading…');
    else if (room.isPrivate) line('start', 'Only the two of you can read this.');
    else if (room.atStart && !room.past.length) line('start', 'This is the beginning.');
    for (const past of room.past) {
      ({ chapter, events: [...events] } = past);
      for (const message of past.messages) {
        addEvents(message.seq);
        addMessage(`m${message.seq}`, message);
      }
      addEvents(Infinity);
    }
    chapter = room.chapter;
    events = room.events.filter(({ after }) =>
      after >= room.oldest - 1 && (room.live || after < room.newest));
    for (const message of room.messages) {
      addEvents(message.seq);
      if (seq && message.seq > seq + 1) addGap(seq + 1, message.seq - 1);
      if (this.mark !== null && message.seq > this.mark && seq <= this.mark) {
        previous = null;
        line('new', 'New');
      }
      seq = message.seq;
      addMessage(`m${seq}`, message, sent.find(({ echo }) => echo === message.id));
    }
    if (room.missing > seq) addGap(seq + 1, room.missing);
    addEvents(Infinity);
    for (const entry of room.live ? sent : []) {
      if (session.isShown(entry, room)) continue;
      addMessage(`p${entry.nonce}`, { ...entry, from: session.nick }, entry);
    }
    return rows;
  }

  #messageRow({ from, text, kind, at, erased }, joins, entry, isFound) {
    const session = this.#session;
    const mine = session.isMe(from);
    const classes = [
      'li', 'message', joins ? 'joins' : 'first', kind, mine && 'mine', entry?.failed && 'failed',
      !mine && session.names(text) && 'mentions', isFound && 'found',
    ];
    return el(classes.filter(Boolean).join('.'), {},
      joins ? null : avatar(from),
      el(joins ? 'div.by.unseen' : 'div.by', {}, el('b', {}, nameOf(from)), ' ',
        joins ? null : timeOf(at)),
      joins ? timeOf(at) : null,
      el('div.text', { dir: 'auto' },
        ...kind === 'action' ? ['* ', nameOf(from), ' '] : [],
        ...erased ? [el('em', {}, 'This was erased.')] : written(text, mine ? '' : session.nick)),
      entry && el('div.state', {}, ...entry.failed ? [
        `Not sent: ${entry.failed}. `, button('Resend', () => session.send(entry)), ' ',
        button('Discard', () => session.discard(entry)),
      ] : ['sending…']));
  }
}

/// A small button within a text.
export const button = (name, onclick) => el('button.link', { type: 'button', onclick }, name);

/// Calls back when it is time to draw; nobody sees a hidden page.
export function soon(draw) {
  if (document.hidden) setTimeout(draw, 250); else requestAnimationFrame(draw);
}

function eventRow({ changes, text, isError, isDivider, at }) {
  if (isDivider) return el('li.day.divider', {}, el('span', { dir: 'auto' }, text));
  if (!changes) return el(isError ? 'li.note.error' : 'li.note', { dir: 'auto' }, text);
  const parts = ['joined', 'left'].flatMap((what) => {
    const nicks = [...changes.keys()].filter((nick) => changes.get(nick) === what);
    const more = nicks.length - NAMED;
    return nicks.length && [
      ...nicks.slice(0, NAMED).flatMap((nick, n) => [n && ', ', nameOf(nick)]),
      more > 0 && ` and ${count(more, 'other')}`, ` ${what} `,
    ];
  });
  return el('li.note', {}, ...parts, timeOf(at));
}

// MARK: - Typing

const bytes = (string) => new TextEncoder().encode(string).length;

/// The box to write in, in a form with a line for trouble. `typed()` is called on every change;
/// `submit(value)` resolves to what is wrong, if anything.
export function makeComposer(form, session, typed, submit) {
  const text = form.querySelector('textarea');
  const problem = form.querySelector('.trouble');

  const excess = (value) => {
    const { message_bytes: limit = 4096, line_bytes: line = 8192 } = session.limits;
    const more = bytes(value) - limit;
    if (more > 0) return `This is too long by ${count(more, 'byte')}.`;
    // The other members of the request need their part of the line.
    return bytes(JSON.stringify(value)) > line - 512 ? 'This is too long.' : '';
  };
  /// The box is as high as its text, up to a limit of the style.
  const fit = () => {
    text.style.height = 'auto';
    text.style.height = `${text.scrollHeight}px`;
    problem.textContent = excess(text.value.trim());
  };
  const composer = {
    get value() { return text.value; },
    set value(value) {
      text.value = value;
      fit();
    },
    focus: () => text.focus(),
  };
  text.addEventListener('input', () => {
    fit();
    typed();
  });
  text.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    form.requestSubmit();
  });
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const value = text.value.trim();
    if (!value || excess(value)) return;
    const trouble = await submit(value);
    problem.textContent = trouble ?? '';
    if (trouble) return;
    composer.value = '';
    typed();
  });
  return composer;
}
