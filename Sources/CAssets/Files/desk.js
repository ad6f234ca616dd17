// The visitor's side of a desk: the waiting place, being admitted, the end, and the rating.
// Invariant: a conversation is rated at most once, and never has to be. PRODUCT "Admission".
// SPDX-License-Identifier: GPL-3.0-or-later

import { icon, minutes, style, svg } from './more.js';
import { fold } from './session.js';
import { announce, $, count, el, sentence, store, stored, unseen } from './view.js';
import { Wire } from './wire.js';

export { style };

/// What a conversation may still be rated by, in the browser's storage, for as long as it may be.
const KEPT = 'chatkit.rate';
const RATEABLE = 24 * 3600e3;

/// Takes the server's `queue`, `admitted`, `redirect`, `ended` and `bye`.
export function take(page, event) {
  ({ queue, admitted, redirect, ended, bye })[event.type]?.(page, event);
}

function showCard(page, ...children) {
  $('card').replaceChildren(...children);
  page.showView('card');
}

// MARK: - Waiting

let waiting = null;

// Milliseconds.
const RECENT = 5000;
const RADIUS = 68;
const AROUND = 2 * Math.PI * RADIUS;

/// The waiting place; it is drawn once and then kept up to date, so that the focus stays.
function makeWaiting(page) {
  const circle = { cx: 76, cy: 76, r: RADIUS };
  const parts = {
    position: el('b'), of: el('small'), estimate: el('dd'), waited: el('dd'), left: el('dd'),
    told: el('p.unseen', { role: 'status' }), why: el('p', { role: 'status', dir: 'auto' }),
    ring: svg('circle', { ...circle, class: 'left', 'stroke-dasharray': AROUND }),
  };
  const card = el('div.card.waiting', {},
    el('h1', { tabindex: '-1' }, 'You are in the queue'), parts.why,
    el('p.muted', {}, 'Keep this page open. You are let in as soon as it is your turn.'),
    el('div.ring', { 'aria-hidden': 'true' },
      svg('svg', { viewBox: '0 0 152 152' }, svg('circle', circle), parts.ring),
      parts.position, parts.of),
    parts.told,
    el('dl.facts', {},
      el('dt', {}, 'Your turn'), parts.estimate,
      el('dt', {}, 'Waited so far'), parts.waited,
      el('dt', {}, 'Time left'), parts.left),
    el('button.plain', { onclick: page.leaveChat }, 'Leave the queue'));
  return { ...parts, card };
}

function queue(page, event) {
  if (!page.isWaiting) return;
  const now = Date.now() / 1000;
  if (!waiting) {
    waiting = makeWaiting(page);
    waiting.begun = Date.now();
    waiting.timer = setInterval(() => tick(page), 1000);
    $('card').replaceChildren(waiting.card);
  }
  page.showView('card');
  Object.assign(waiting, {
    since: now - (event.waited_s ?? 0),
    until: event.expires_in_s === undefined ? null : now + event.expires_in_s,
    turn: typeof event.eta_s === 'number' ? now + event.eta_s : null,
  });
  waiting.position.textContent = event.position;
  waiting.of.textContent = `of ${event.of}`;
  const told = `You are number ${event.position} of ${event.of} in the queue.`;
  if (waiting.told.textContent !== told) waiting.told.textContent = told;
  tick(page);
}

function tick(page) {
  if (!page.isWaiting) return stopWaiting();
  const now = Date.now() / 1000;
  const { turn, until, since, why, begun } = waiting;
  // What was said just before it began to wait, or since then, is why.
  const reason = page.session.wire.state !== 'open'
    ? 'Not connected. Your place is kept for a moment; trying again…'
    : begun - page.newsAt < RECENT ? page.news : '';
  if (why.textContent !== reason) why.textContent = reason;
  waiting.estimate.textContent = turn === null ? 'not known yet'
    : turn - now < 5 ? 'any moment now'
      : turn - now < 90 ? `in about ${Math.ceil((turn - now) / 5) * 5} s`
        : `in about ${Math.round((turn - now) / 60)} min`;
  waiting.waited.textContent = minutes(now - since);
  waiting.left.textContent = until === null ? 'no limit' : minutes(until - now);
  const share = until === null ? 1 : Math.max(0, (until - now) / (until - since));
  waiting.ring.setAttribute('stroke-dashoffset', AROUND * (1 - share));
  document.title = `${waiting.position.textContent} ${waiting.of.textContent} · waiting`;
}

function stopWaiting() {
  clearInterval(waiting?.timer);
  waiting = null;
}

function admitted(page, event) {
  stopWaiting();
  page.visit = event.room ? event : null;
  if (event.operator) announce(`${event.operator} is here for you.`);
  else if (event.waited) announce('It is your turn.');
  page.showView('chat');
  if (!event.room) return;
  const room = page.session.open(event.room);
  page.go(room);
  bring(page.session, room);
}

// What a server takes of it, less some for the request itself.
const TOLD = 50;
const TOLD_BYTES = 8000;

/// Tells the operator what was said with another server's, once, but for what is being said again. Who
/// does not want to know refuses.
function bring(session, room) {
  const isPending = ({ from, text }) =>
    session.isMe(from) && session.pending.some((entry) => entry.text === text);
  const messages = room.past.flatMap((past) => past.messages)
    .filter((said) => said.text && !said.erased && !isPending(said)).slice(-TOLD)
    .map(({ from, text, kind, at }) => ({ from, text: kind === 'action' ? `* ${text}` : text, at }));
  const size = () => new TextEncoder().encode(JSON.stringify(messages)).length;
  while (size() > TOLD_BYTES) messages.shift();
  if (!messages.length || room.told === room.chapter) return;
  room.told = room.chapter;
  session.wire.ask({ type: 'transcript', messages }).catch(() => {});
}

// MARK: - Another server

/// Goes to the page of another server, which alone may connect to that one, and takes along the name,
/// the rooms, the ticket and what was not sent.
function redirect(page, { host, port, ticket }) {
  const { session, room, drafts } = page;
  const { rooms, nick } = session.state;
  const names = [...new Set([room?.name, ...rooms])].filter((name) =>
    name?.startsWith('#') && !session.room(name)?.isVisit);
  const unsent = session.pending.filter((entry) => fold(entry.room ?? '') === room?.key);
  const url = new URL('/', location);
  url.hostname = /^[^[].*:/.test(host) ? `[${host}]` : host;
  url.port = port;
  url.hash = '?' + new URLSearchParams({
    nick, ticket: ticket ?? '', rooms: JSON.stringify(names),
    draft: [...unsent.map(({ text }) => text), drafts[room?.key]].filter(Boolean).join('\n'),
  });
  session.wire.close();
  location.replace(url);
}

/// Comes from another server's page. What was not sent there is a draft: a link says nothing by itself.
export function arrive(page) {
  const { nick, ticket, draft, rooms } =
    Object.fromEntries(new URLSearchParams(location.hash.slice(2)));
  history.replaceState(null, '', location.pathname);
  if (!nick || !ticket) return;
  let names = [];
  try {
    names = JSON.parse(rooms).filter((name) => String(name).startsWith('#'));
  } catch {
    // Then where everybody begins.
  }
  if (!names.length) names = ['#lobby'];
  if (draft) page.drafts[fold(names[0])] = draft;
  page.session.restore({ token: null, ticket, pending: [], read: {} });
  $('name').value = nick;
  page.session.start({ nick, rooms: names });
}

// MARK: - The end

function again(page) {
  const { nick } = page.session;
  page.reset();
  page.session.start({ nick, rooms: ['#lobby'] });
}

function ended(page, event) {
  const { session, visit } = page;
  const { ticket } = session;
  session.ticket = null;
  const after = $('after');
  const finish = (thanks) => {
    store('localStorage', KEPT, null);
    after.replaceChildren(el('div.rating', {},
      el('h2', { tabindex: '-1' }, thanks),
      el('div.actions', {},
        el('button.primary', { onclick: () => again(page) }, 'Start another conversation'),
        el('button', { onclick: page.leaveChat }, 'Leave'))));
    after.querySelector('h2').focus();
  };
  after.hidden = false;
  if (!event.rate) return finish('The conversation has ended.');
  store('localStorage', KEPT, {
    ticket, who: event.operator ?? visit?.operator ?? session.server, until: Date.now() + RATEABLE,
  });
  const form = ratingForm('The conversation has ended. How was it?',
    (stars, comment) => session.wire.state === 'open'
      ? session.wire.ask({ type: 'rate', stars, comment, ticket })
      : rateLater({ type: 'rate', stars, comment, ticket }),
    finish);
  after.replaceChildren(form);
  form.querySelector('h2').focus();
}

const WAITED = {
  wait_expired: 'Nobody became free in time', queue_full: 'Too many are waiting',
  no_server: 'There is no server for you',
};

function bye(page, event) {
  const { session } = page;
  stopWaiting();
  const show = (title, text, action, act) => showCard(page, el('div.card', {},
    el('h1', { tabindex: '-1' }, title), el('p.muted', {}, text),
    el('button.primary', { onclick: act }, action),
    el('button', { onclick: page.leaveChat }, 'Leave')));
  const title = WAITED[event.code];
  if (title) {
    session.ticket = null;
    show(title, sentence(event.reason), 'Try again', () => again(page));
  } else if (event.code === 'replaced') {
    show('This chat goes on elsewhere', 'It was opened in another tab or window.',
      'Go on here', () => {
        page.over = null;
        session.start({});
      });
  } else {
    show('The connection has ended', sentence(event.reason), 'Come again', () => again(page));
  }
}

// MARK: - Rating

const WORDS = ['', 'Bad', 'Not good', 'All right', 'Good', 'Very good'];

/// Asks for stars and a word. `send` returns a promise of the answer; `finish` is told the thanks.
function ratingForm(question, send, finish) {
  const word = el('p.word', { 'aria-hidden': 'true' });
  const trouble = el('p.trouble', { role: 'alert' });
  const comment = el('textarea', {
    id: 'comment', rows: 2, maxlength: 1000, dir: 'auto', placeholder: 'Anything to add?',
  });
  const button = el('button.primary', { disabled: true }, 'Send rating');
  const star = (number) => el('label', {},
    el('input', {
      type: 'radio', name: 'stars', value: number, required: true,
      onchange: () => {
        word.textContent = WORDS[number];
        button.disabled = false;
      },
    }),
    icon('star'), unseen(`${count(number, 'star')}, ${WORDS[number]}`));
  const submit = async (event) => {
    event.preventDefault();
    const stars = Number(new FormData(event.target).get('stars'));
    button.disabled = true;
    trouble.textContent = '';
    try {
      await send(stars, comment.value.trim() || undefined);
      finish(`Thank you for ${count(stars, 'star')}.`);
    } catch (error) {
      if (error.code === 'already_rated') return finish('You have rated this already. Thank you.');
      trouble.textContent = `The rating was not taken: ${error.message}.`;
      button.disabled = false;
    }
  };
  return el('form.rating', { onsubmit: submit },
    el('h2', { tabindex: '-1' }, question),
    el('fieldset', {}, el('legend.unseen', {}, 'Stars, from 1 to 5'),
      el('div.stars', {}, ...[1, 2, 3, 4, 5].map(star)), word),
    el('label.unseen', { for: 'comment' }, 'Comment (optional)'), comment, trouble,
    el('div.actions', {}, button,
      el('button', { type: 'button', onclick: () => finish('The conversation has ended.') },
        'Skip')));
}

/// Rates by the ticket alone, over a connection of its own.
function rateLater(request) {
  return new Promise((resolve, reject) => {
    const settle = (act) => (value) => {
      wire.close();
      act(value);
    };
    const wire = new Wire({
      open: () => wire.ask(request).then(settle(resolve), settle(reject)),
      event: () => {},
      state: () => {
        if (wire.state === 'waiting') settle(reject)(new Error('the server cannot be reached'));
      },
    });
    wire.open();
  });
}

/// Offers at sign-in to rate the last conversation, while that is possible.
export function offer(page) {
  const kept = stored('localStorage', KEPT);
  const later = $('later');
  const forget = () => store('localStorage', KEPT, null);
  if (!kept?.ticket || kept.until < Date.now()) return forget();
  const form = ratingForm(`How was your last conversation with ${kept.who}?`,
    (stars, comment) => rateLater({ type: 'rate', stars, comment, ticket: kept.ticket }),
    (thanks) => {
      forget();
      later.replaceChildren(el('p.muted', { role: 'status' }, thanks));
    });
  later.replaceChildren(el('div.card', {}, form));
}
