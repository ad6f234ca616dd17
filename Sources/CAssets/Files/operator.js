// The operator's page: the desk's figures, the queue, and one's conversations (PRODUCT, system A).
// The password is kept in this module's memory alone, for as long as the page is open.
// Invariant: what is shown follows from the session, the last `desk` and `visits`.
// SPDX-License-Identifier: GPL-3.0-or-later

import { drawCharts } from './charts.js';
import { minutes, showDialog } from './more.js';
import { Session, fold } from './session.js';
import {
  Log, announce, avatar, button, $, count, el, fill, makeComposer, nameOf, sentence, soon, store,
  stored, unseen,
} from './view.js';

const session = new Session({ change, bye });
const log = new Log($('log'), session, seen);
const composer = makeComposer($('composer'), session, keepDraft, submit);

/// The newest `desk`, and when it came; who waits; one's visits by the key of their room.
let desk = null;
let heardAt = 0;
let waiting = [];
const visits = new Map();
const drafts = new Map();
let current = null;
let isSeated = false;

// MARK: - Sitting down and standing up

$('name').value = stored('localStorage', 'chatkit.operator') ?? '';
$($('name').value ? 'password' : 'name').focus();

$('enter').addEventListener('submit', (event) => {
  event.preventDefault();
  const nick = $('name').value.trim();
  store('localStorage', 'chatkit.operator', nick);
  $('trouble').textContent = '';
  $('go').disabled = true;
  session.start({ nick, operator: true, token: $('password').value, rooms: [] });
});

function seat() {
  $('go').disabled = false;
  $('password').value = '';
  if (isSeated) return;
  isSeated = true;
  document.body.dataset.view = 'chat';
  $('signin').hidden = true;
  $('desk').hidden = false;
  $('title').focus();
}

function stand(trouble = '') {
  session.end();
  isSeated = false;
  desk = current = null;
  visits.clear();
  log.show(null);
  document.body.dataset.view = 'signin';
  $('desk').hidden = true;
  $('signin').hidden = false;
  $('go').disabled = false;
  $('trouble').textContent = trouble;
  $('password').select();
}

// MARK: - What happens

function change(what, event) {
  if (what === 'state') return showState();
  handle[what]?.(event);
  refresh();
}

const handle = {
  welcome() { session.wire.send({ type: 'waiting' }); },
  refused(error) { stand(sentence(error.message)); },
  desk(event) {
    const isOther = event.waiting !== desk?.waiting;
    const isDone = event.attended_today !== desk?.attended_today || event.lost !== desk?.lost;
    desk = event;
    heardAt = Date.now();
    seat();
    if (isOther || event.waiting) session.wire.send({ type: 'waiting' });
    if (isDone) chartsSoon();
  },
  waiting(event) {
    waiting = event.visitors;
    heardAt = Date.now();
  },
  visitor(event) {
    const key = fold(event.room);
    visits.set(key, { ...event, isOver: false });
    announce(`${event.nick} is here, after ${minutes(event.waited_s)}.`);
    const front = visits.get(current?.key);
    if (!front || front.isOver) goTo(session.open(event.room));
  },
  names(event) {
    const room = session.room(event.room);
    if (event.entered && room && !current) goTo(room);
  },
  message(message) {
    const room = session.room(message.room ?? '');
    if (room && !session.isMe(message.from)) announce(`${message.from}: ${message.text}`);
  },
  left(event) {
    // Without an `ended`: handed to another operator.
    if (session.isMe(event.nick)) end(event.room, 'handed over');
  },
  ended(event) { end(event.room, endings[event.reason] ?? event.reason); },
  transcript({ room: name, from, reference, messages }) {
    const room = session.open(name);
    room.note({ text: `What was said before, as ${from} tells it (${reference}):` });
    for (const { from: who, text, at } of messages) {
      room.note({ text: `${at ? `${clock.format(new Date(at))} ` : ''}${who}: ${text}` });
    }
  },
  notice(event) { note(event.text); },
  error(event) { if (!event.re) note(event.message, true); },
};

const endings = {
  closed: 'you closed it', left: 'the visitor left', expired: 'the visitor waited in vain',
  server_gone: 'the server went away', unanswered: 'it was closed without a word',
};

function end(name, how) {
  const visit = visits.get(fold(name ?? ''));
  if (!visit || visit.isOver) return;
  visit.isOver = true;
  const room = session.room(name);
  room?.note({ text: `The conversation is over: ${how}.` });
  const next = [...visits].find(([, other]) => !other.isOver);
  if (room === current && next) goTo(session.rooms.get(next[0]));
}

function bye(event) {
  if (event.retry) return true;
  stand(sentence(event.reason));
  return false;
}

function note(text, isError = false) {
  if (current) current.note({ text, isError });
  else $('idle').textContent = text;
  log.refresh();
}

function showState() {
  const isOff = isSeated && session.wire.state !== 'open';
  // Visitors whose operator is cut off go back to the head of the queue.
  if (isOff) for (const visit of visits.values()) end(visit.room, 'the connection was lost');
  const bar = $('state');
  document.body.dataset.state = isOff ? 'off' : 'on';
  if (!isSeated && session.wire.state === 'waiting') {
    $('trouble').textContent = 'The server cannot be reached. Trying again…';
  }
  bar.replaceChildren(...isOff ? ['The connection is lost; it is tried again. ',
    button('Try now', () => session.wire.hurry())] : []);
}

// MARK: - Conversations

session.view = (room) => {
  if (room !== current || document.hidden) return 'nothing';
  return log.isAtEnd ? 'end' : 'above';
};

function keepDraft() {
  if (current) drafts.set(current.key, composer.value);
}

/// Puts a conversation in front. Those that are over are gone when one has left them.
function goTo(room) {
  if (current && current !== room && visits.get(current.key)?.isOver) {
    visits.delete(current.key);
    session.rooms.delete(current.key);
  }
  current = room;
  log.show(room);
  composer.value = drafts.get(room.key) ?? '';
  refresh();
}

async function submit(value) {
  if (!current || visits.get(current.key)?.isOver) return 'There is nobody to say it to.';
  session.say(current, value);
  log.toEnd();
}

/// Asks the desk; what is refused is told.
async function ask(request) {
  try {
    return await session.wire.ask({ type: 'desk', ...request });
  } catch (error) {
    note(sentence(error.message), true);
  }
}

function seen() {
  if (!current) return;
  if (session.view(current) === 'end') session.markRead(current);
  $('down').hidden = log.isAtEnd;
  $('down').lastElementChild.textContent =
    current.unread ? count(current.unread, 'new message') : 'To the newest message';
}

// MARK: - Drawing

let isDue = false;

function refresh() {
  log.refresh();
  if (isDue) return;
  isDue = true;
  soon(() => {
    isDue = false;
    draw();
  });
}

/// Seconds since the server said so.
const later = (seconds) => seconds + (Date.now() - heardAt) / 1000;

function draw() {
  if (!isSeated || !desk) return;
  drawFigures();
  drawQueue();
  drawVisits();
  drawConversation();
  const number = desk.waiting ? `(${desk.waiting} waiting) ` : '';
  document.title = `${number}Operator · ${desk.server}`;
}

const dates = new Intl.DateTimeFormat(
  undefined, { weekday: 'short', day: 'numeric', month: 'short' });
const clock = new Intl.DateTimeFormat(undefined, { timeStyle: 'short' });

function drawFigures() {
  const put = (name, ...children) =>
    document.querySelector(`[data-figure=${name}]`).replaceChildren(...children);
  const at = new Date(Date.parse(desk.at) + Date.now() - heardAt);
  const front = visits.get(current?.key);
  const nicks = front && !front.isOver ? [front.nick] : desk.current ?? [];
  put('server', desk.server);
  put('at', clock.format(at), ' ', el('small', {}, dates.format(at)));
  put('attended_today', String(desk.attended_today));
  put('attended_month', String(desk.attended_month));
  put('rating', desk.rating_average === null ? '–' : desk.rating_average.toFixed(2), ' ',
    el('small', {}, desk.rating_count ? `of ${desk.rating_count}` : 'none yet'));
  put('approached', String(desk.approached));
  put('lost', String(desk.lost));
  put('current', nicks.join(', ') || '–');
}

function drawQueue() {
  const oldest = desk.oldest_wait_s;
  const length = $('queue-length');
  const words = desk.waiting ? `${desk.waiting} waiting` : 'Nobody is waiting';
  if (length.dataset.words !== words) {
    length.dataset.words = words;
    length.replaceChildren(words, el('span.muted', { 'aria-hidden': 'true' }));
  }
  length.lastElementChild.textContent = typeof oldest === 'number' && desk.waiting
    ? ` · oldest ${minutes(later(oldest))}` : '';
  $('queue-badge').textContent = desk.waiting || '';
  $('next').disabled = !desk.waiting;
  $('pause').textContent = desk.paused ? 'Resume' : 'Pause';
  $('pause').setAttribute('aria-pressed', String(Boolean(desk.paused)));
  $('waiting').replaceChildren(...(desk.waiting ? waiting : []).map((visitor) => el('li', {},
    el('div.entry', {}, avatar(visitor.nick), nameOf(visitor.nick),
      el('span.muted', {}, minutes(later(visitor.waited_s)))))));
  $('operators').replaceChildren(...(desk.operators ?? []).map((info) => el('li', {},
    el(info.paused ? 'div.entry.away' : 'div.entry', {}, avatar(info.nick), nameOf(info.nick),
      el('span.muted', {},
        info.paused ? 'pausing' : `${info.serving} of ${info.capacity}`)))));
}

function drawVisits() {
  const entries = [...visits].map(([key, visit]) => {
    const room = session.rooms.get(key);
    return el('li', {}, el(room?.unread ? 'button.entry.unread' : 'button.entry', {
      'data-room': key,
      'aria-current': room === current && 'true',
    }, avatar(visit.nick), nameOf(visit.nick),
    visit.isOver ? el('span.muted', {}, 'over') : null,
    room?.unread ? el('span.badge.mention', {}, String(room.unread),
      unseen(' unread')) : null));
  });
  if (!entries.length) entries.push(el('li.note', {}, 'None'));
  fill($('visits'), entries);
}

function drawConversation() {
  const visit = visits.get(current?.key);
  const isOn = Boolean(visit && !visit.isOver);
  for (const id of ['log', 'head']) $(id).hidden = !current;
  $('idle').hidden = Boolean(current);
  $('composer').hidden = !isOn;
  $('close').disabled = !isOn;
  $('transfer').disabled = !isOn || (desk.operators ?? []).length < 2;
  if (!current) {
    $('down').hidden = true;
    $('idle').textContent = desk.paused
      ? 'You are pausing: nobody is sent to you until you resume.'
      : 'Nobody is here. The next visitor is let in to you at once.';
    return;
  }
  const nick = visit?.nick ?? current.name;
  $('title').textContent = nick;
  const waited = minutes(visit?.waited_s ?? 0);
  $('topic').textContent =
    visit ? `Visit ${visit.visit} · waited ${waited}${visit.isOver ? ' · over' : ''}` : '';
  $('text').placeholder = $('text-label').textContent = `Message ${nick}`;
  $('log').setAttribute('aria-label', `Conversation with ${nick}`);
  seen();
}

let chartTimer = 0;

function chartsSoon() {
  clearTimeout(chartTimer);
  chartTimer = setTimeout(() => drawCharts($('today'), $('month')), 1000);
}

setInterval(() => {
  if (!document.hidden) draw();
}, 1000);
setInterval(() => {
  if (isSeated && !document.hidden) chartsSoon();
}, 60_000);

// MARK: - Buttons

const onClick = (id, act) => $(id).addEventListener('click', act);

onClick('next', () => ask({ do: 'next', room: current?.name }));
onClick('pause', () => ask({ do: desk.paused ? 'resume' : 'pause' }));
onClick('stand', () => stand());
onClick('down', () => log.toEnd());
onClick('skip', (event) => {
  event.preventDefault();
  showTab('talk');
  $($('composer').hidden ? 'title' : 'text').focus();
});
onClick('visits', (event) => {
  const room = session.rooms.get(event.target.closest('[data-room]')?.dataset.room);
  if (!room) return;
  goTo(room);
  showTab('talk');
  composer.focus();
});

function showTab(name) {
  document.body.dataset.tab = name;
  for (const button of $('tabs').children) {
    if (button.dataset.to === name) button.setAttribute('aria-current', 'true');
    else button.removeAttribute('aria-current');
  }
}
onClick('tabs', (event) => {
  const tab = event.target.closest('[data-to]');
  if (tab) showTab(tab.dataset.to);
});
showTab('talk');

/// A dialog with a form; `act` is called with what was filled in.
function dialog(title, action, act, ...children) {
  const onsubmit = (event) => {
    event.preventDefault();
    $('dialog').close();
    act(new FormData(event.target));
  };
  showDialog(title, el('form', { onsubmit }, ...children,
    el('div.actions', {}, el('button.primary', {}, action))));
}

onClick('close', () => dialog(`Close the conversation with ${$('title').textContent}`, 'Close it',
  (data) => {
    const text = data.get('text').trim();
    store('localStorage', 'chatkit.farewell', text);
    ask({ do: 'close', text: text || undefined, room: current?.name });
  },
  el('label', { for: 'farewell' }, 'Last word (optional)'),
  el('input', {
    id: 'farewell', name: 'text', maxlength: 390, dir: 'auto',
    value: stored('localStorage', 'chatkit.farewell') ?? '',
  })));

onClick('transfer', () => dialog(`Hand over ${$('title').textContent}`, 'Hand over',
  (data) => ask({ do: 'transfer', to: data.get('to') || undefined, room: current?.name }),
  el('label', { for: 'to' }, 'To'),
  el('select', { id: 'to', name: 'to' },
    el('option', { value: '' }, 'Whoever is free first'),
    ...(desk.operators ?? []).filter((info) => !session.isMe(info.nick)).map((info) =>
      el('option', { value: info.nick }, `${info.nick} (${info.serving} of ${info.capacity})`)))));

// MARK: - Ready replies

const READY = ['Hello, how can I help?', 'One moment, please.', 'Is there anything else?'];

const ready = () => stored('localStorage', 'chatkit.canned') ?? READY;

function insert(text) {
  composer.value = composer.value ? `${composer.value} ${text}` : text;
  keepDraft();
  composer.focus();
}

function drawReady() {
  $('canned').replaceChildren(...ready().map((text, n) => el('button', {
    type: 'button', title: n < 9 ? `${text} (Alt+${n + 1})` : text, onclick: () => insert(text),
  }, text)), button('Edit', editReady));
}

function editReady() {
  const area = el('textarea', { id: 'ready', name: 'lines', dir: 'auto' });
  area.value = ready().join('\n');
  dialog('Ready replies', 'Save', (data) => {
    const lines = data.get('lines').split('\n').map((line) => line.trim()).filter(Boolean);
    store('localStorage', 'chatkit.canned', lines);
    drawReady();
  }, el('label', { for: 'ready' }, 'One on each line; kept in this browser'), area);
}
drawReady();

document.addEventListener('keydown', (event) => {
  if (!event.altKey || !/^Digit[1-9]$/.test(event.code) || $('composer').hidden) return;
  const text = ready()[Number(event.code.slice(5)) - 1];
  if (!text) return;
  event.preventDefault();
  insert(text);
});
document.addEventListener('visibilitychange', refresh);
