// The chat page (PRODUCT "HTTP"): who comes in, which room is in front, what is typed. The model is
// session.js; what is seldom needed (desk.js, panels.js) is fetched later.
// Invariant: what is shown follows from the session and from `page`, and is drawn anew from them.
// SPDX-License-Identifier: GPL-3.0-or-later

import { Session } from './session.js';
import {
  Log, announce, avatar, button, $, count, el, fill, makeComposer, nameOf, sentence, soon, store,
  stored, unseen,
} from './view.js';

const session = new Session({ change, bye });
const log = new Log($('log'), session, seen);
const composer = makeComposer($('composer'), session, typed, submit);
const drafts = stored('sessionStorage', 'chatkit.drafts') ?? {};

/// The page, for the modules that are fetched later.
const page = {
  session, log, drafts, go, enter, note, request, showView, writeTo, leaveChat, reset, refresh,
  /// The room in front; at a desk, the `admitted`; the `ended` or `bye` that ended all.
  room: null, visit: null, over: null,
  isWaiting: false,
  /// What the server has said last, and when.
  news: '', newsAt: 0,
};

const fetched = async (name) => {
  const module = await import(name);
  await module.style;
  return module;
};
const desk = () => fetched('./desk.js');
const panels = () => fetched('./panels.js');

function save() {
  store('sessionStorage', 'chatkit.session', !page.over && (session.token || session.ticket)
    ? { ...session.state, current: page.room?.name } : null);
  store('sessionStorage', 'chatkit.drafts', drafts);
}

// MARK: - Coming and going

/// Shows `signin`, `card` or `chat`.
function showView(name) {
  const { dataset } = document.body;
  if (dataset.view === name) return;
  dataset.view = name;
  for (const view of ['signin', 'card', 'chat']) $(view).hidden = view !== name;
  closeDrawers();
  if (name === 'card') $('card').querySelector('h1')?.focus();
  else $(name === 'chat' ? 'text' : 'name').focus();
}

function showSignIn(trouble = '') {
  $('go').disabled = false;
  showView('signin');
  $('trouble').textContent = trouble;
  $('name').setAttribute('aria-invalid', Boolean(trouble));
  $('name').select();
}

$('enter').addEventListener('submit', (event) => {
  event.preventDefault();
  const nick = $('name').value.trim();
  store('localStorage', 'chatkit.name', nick);
  $('trouble').textContent = '';
  $('go').disabled = true;
  session.start({ nick, rooms: [$('room').value.trim() || '#lobby'] });
});

/// Forgets the conversation.
function reset() {
  session.end();
  Object.assign(page, { room: null, visit: null, over: null, isWaiting: false, newsAt: 0 });
  log.show(null);
  $('after').hidden = true;
  save();
}

/// Ends the conversation and goes back to the beginning.
function leaveChat() {
  reset();
  showSignIn();
}

// MARK: - What happens

function change(what, event) {
  if (what === 'state') return showState();
  happened[what]?.(event);
  refresh();
}

const toDesk = async (event) => (await desk()).take(page, event);

// Between `welcome` and the first room a notice only greets.
let isGreeted = true;

const happened = {
  welcome() {
    const before = $('server').textContent;
    if (before && before !== session.server) announce(`now with ${session.server}`);
    $('server').textContent = session.server;
    isGreeted = false;
    log.mark = null;
    if (!page.isWaiting) showView('chat');
    // They must be there when the server is not.
    setTimeout(() => Promise.all([desk(), panels()]).catch(() => {}), 1500);
  },
  refused(error) {
    reset();
    showSignIn(sentence(error.message));
  },
  names({ entered, room }) {
    if (!entered) return;
    page.isWaiting = false;
    isGreeted = true;
    showView('chat');
    if (!page.room || room === wanted) go(session.room(room));
  },
  message({ from, room: name, text }) {
    if (session.isMe(from)) return;
    const room = session.room(name ?? `@${from}`);
    if (room?.mentions || (room && room === page.room)) announce(`${from}: ${text}`);
  },
  left({ nick, room }) {
    if (session.isMe(nick) && !page.visit) close(session.room(room));
  },
  notice({ text }) { tell(text); },
  error({ re, message }) { if (!re) note(message, true); },
  queue(event) {
    page.isWaiting = isGreeted = true;
    toDesk(event);
  },
  admitted(event) {
    page.isWaiting = false;
    if (page.visit && event.room) drafts[event.room] = composer.value;
    toDesk(event);
  },
  returned({ operator }) { tell(`${operator} is gone. Somebody else will go on with you.`); },
  redirect: toDesk,
  ended(event) {
    page.over = event;
    toDesk(event);
  },
};

// Ends of a wait: to come again is for the visitor to say.
const WAITED = ['wait_expired', 'queue_full', 'no_server'];

/// The server ends the connection; true to come back.
function bye(event) {
  const { code, reason, retry } = event;
  if (retry && !WAITED.includes(code)) return true;
  $('go').disabled = false;
  if (code === 'quit' || page.over) return false;
  if (page.isWaiting || !$('chat').hidden || WAITED.includes(code)) {
    Object.assign(page, { over: event, isWaiting: false });
    toDesk(event);
  } else {
    showSignIn(sentence(reason));
  }
  return false;
}

/// Tells what may be the reason of a new wait.
function tell(text) {
  note(text);
  if (!isGreeted) return;
  Object.assign(page, { news: text, newsAt: Date.now() });
  announce(text);
}

/// Writes a line between the messages.
function note(text, isError = false) {
  page.room?.note({ text, isError });
  log.refresh();
}

/// Asks; what is refused is told in the room.
function request(question) {
  session.wire.ask(question).catch((error) => note(error.message, true));
}

/// Shows whether there is a connection.
function showState() {
  const { state } = session.wire;
  const isOff = state !== 'open' && session.token && !page.over;
  if (state === 'waiting') $('trouble').textContent = 'The server does not answer. Trying again…';
  fill($('state'), isOff ? [
    el('span', {}, 'Not connected. What you write is sent when the connection is back. '),
    button('Try now', () => session.wire.hurry()),
  ] : []);
}

// MARK: - Rooms and people

session.view = (room) => {
  if (room !== page.room || document.hidden) return 'nothing';
  return log.isAtEnd ? 'end' : 'above';
};

/// Puts a room in front.
function go(room) {
  page.room = room;
  log.show(room);
  composer.value = drafts[room?.key] ?? '';
  closeDrawers();
  refresh();
  if (room && !page.visit && !room.isPrivate) history.replaceState(null, '', room.name);
}

/// Goes into a room by its name.
async function enter(name) {
  const room = name.replace(/^#?/, '#');
  if (!session.room(room)) await session.wire.ask({ type: 'join', room });
  go(session.room(room));
}

/// Opens a private conversation.
function writeTo(nick) {
  go(session.open(`@${nick}`));
  composer.focus();
}

function close(room) {
  session.rooms.delete(room?.key);
  if (room === page.room) go(session.list[0] ?? null);
}

let isDue = false;

function refresh() {
  log.refresh();
  if (isDue) return;
  isDue = true;
  soon(() => {
    isDue = false;
    drawAround();
    save();
  });
}

/// Draws all but the messages.
function drawAround() {
  const { room, visit } = page;
  const rooms = session.list;
  const others = rooms.filter(({ isPrivate }) => isPrivate);
  fill($('rooms'), rooms.filter(({ isPrivate }) => !isPrivate).map(roomEntry));
  fill($('private'), others.map(roomEntry));
  $('private-title').hidden = $('private').hidden = !others.length;
  document.body.classList.toggle('desk', Boolean(visit));
  fill($('me'), [avatar(session.nick), nameOf(session.nick), el('i', {}, 'You')]);

  const unread = rooms.reduce((sum, other) => sum + other.unread, 0);
  const title = visit ? visit.operator ?? session.server : room?.name.replace('@', '');
  if (!page.isWaiting) {
    document.title = (unread ? `(${unread}) ` : '') + (title ?? (session.server || 'chatkit'));
  }
  $('elsewhere').hidden = !rooms.some((other) => other !== room && other.unread);
  $('composer').hidden = Boolean(page.over);
  for (const id of ['leave', 'find']) $(id).hidden = !room || Boolean(page.over);
  $('crowd').hidden = !room || room.isPrivate;
  $('title').textContent = title ?? 'No room';
  $('topic').textContent = visit ? session.server : room?.isPrivate ? 'Private' : room?.topic;
  if (!room) return fill($('members'), []);
  $('number').textContent = room.count;
  $('leave').title = $('leave').lastChild.textContent =
    visit ? 'End the conversation' : room.isPrivate ? 'Close' : 'Leave this room';
  $('text').placeholder = $('text-label').textContent = `Message ${title}`;
  $('log').setAttribute('aria-label', `Messages in ${title}`);
  drawMembers(room);
  seen();
}

function roomEntry(room) {
  const { name, unread, mentions } = room;
  return el('li', {}, el(unread ? 'button.entry.unread' : 'button.entry', {
    'data-room': room.key, 'aria-current': room === page.room && 'true',
  }, room.isPrivate ? avatar(name) : el('span.hash', {}, '#'), nameOf(name.slice(1)),
  unread ? el(mentions ? 'span.badge.mention' : 'span.badge', {}, unread > 99 ? '99+' : unread,
    unseen(mentions ? ' unread, some for you' : ' unread')) : null));
}

// More people than this are counted and not listed.
const LISTED = 300;
const byName = new Intl.Collator();

function drawMembers(room) {
  const members = [...room.members.values()].sort(
    (a, b) => Boolean(a.away) - Boolean(b.away) || byName.compare(a.nick, b.nick));
  const rows = members.slice(0, LISTED).map(({ nick, away }) => el('li', {},
    el(away ? 'button.entry.away' : 'button.entry', { 'data-nick': nick },
      avatar(nick), nameOf(nick),
      session.isMe(nick) ? el('i', {}, 'You') : away ? el('i', {}, 'Away') : null)));
  const more = room.count - rows.length;
  if (more > 0) rows.push(el('li.note', {}, `and ${count(more, 'other')}`));
  fill($('members'), rows);
}

/// Notes what was read.
function seen() {
  const { room } = page;
  if (!room) return;
  if (session.view(room) === 'end') session.markRead(room);
  $('down').hidden = log.isAtEnd;
  $('down').lastChild.textContent =
    room.unread ? count(room.unread, 'new message') : 'To the newest message';
}

// MARK: - Drawers of narrow windows

const isNarrow = matchMedia('(max-width: 1000px)');
isNarrow.onchange = () => {
  closeDrawers();
  tellCrowd();
};

/// Says whether the people are in view: in a drawer, or beside the messages.
function tellCrowd() {
  const { dataset, classList } = document.body;
  const isShown = isNarrow.matches ? dataset.drawer === 'people' : !classList.contains('alone');
  $('crowd').setAttribute('aria-expanded', isShown);
}
tellCrowd();

function openDrawer(id, opener) {
  closeDrawers();
  document.body.dataset.drawer = id;
  opener.setAttribute('aria-expanded', 'true');
  $('middle').inert = true;
  $(id).querySelector('button').focus();
}

function closeDrawers(returnsFocus = false) {
  const { dataset } = document.body;
  if (!dataset.drawer) return;
  const opener = $(dataset.drawer === 'side' ? 'menu' : 'crowd');
  delete dataset.drawer;
  $('middle').inert = false;
  opener.setAttribute('aria-expanded', 'false');
  tellCrowd();
  if (returnsFocus) opener.focus();
}

// MARK: - Typing

function typed() {
  if (!page.room) return;
  if (composer.value) drafts[page.room.key] = composer.value; else delete drafts[page.room.key];
  refresh();
}

/// Says or, after a slash, does it; what is wrong, if anything.
async function submit(value) {
  if (!page.room) return 'You are in no room.';
  if (/^\/[^\s/]/.test(value)) return (await panels()).command(page, value);
  session.say(page.room, value.replace(/^\/\//, '/'));
  log.mark = null;
  log.toEnd();
}

// MARK: - What is clicked and pressed

const clicked = {
  menu: (event) => openDrawer('side', event.currentTarget),
  crowd(event) {
    if (isNarrow.matches) openDrawer('people', event.currentTarget);
    else document.body.classList.toggle('alone');
    tellCrowd();
  },
  shade: () => closeDrawers(true),
  'side-close': () => closeDrawers(true),
  'people-close': () => closeDrawers(true),
  side({ target }) {
    const room = session.rooms.get(target.closest('[data-room]')?.dataset.room);
    if (!room) return;
    go(room);
    composer.focus();
  },
  async members({ target }) {
    const nick = target.closest('[data-nick]')?.dataset.nick;
    if (nick) (await panels()).showPerson(page, nick);
  },
  browse: async () => (await panels()).showRooms(page),
  find: async () => (await panels()).showSearch(page),
  me: async () => (await panels()).showMe(page),
  leave() {
    if (page.room.isPrivate) close(page.room);
    else request({ type: 'leave', room: page.room.name });
  },
  down() {
    log.toEnd();
    composer.focus();
  },
  skip(event) {
    event.preventDefault();
    $($('composer').hidden ? 'title' : 'text').focus();
  },
};
for (const [id, act] of Object.entries(clicked)) $(id).addEventListener('click', act);

document.addEventListener('keydown', (event) => {
  if (event.key === 'Escape') return closeDrawers(true);
  const step = event.altKey && { ArrowUp: -1, ArrowDown: 1 }[event.key];
  if (!step || $('chat').hidden) return;
  event.preventDefault();
  const rooms = session.list;
  go(rooms.at((rooms.indexOf(page.room) + step) % rooms.length) ?? null);
});
document.addEventListener('visibilitychange', () => {
  log.mark = !document.hidden && page.room?.unread ? page.room.read : null;
  refresh();
});
addEventListener('pagehide', save);

// MARK: - The beginning

const last = stored('sessionStorage', 'chatkit.session');
const wanted = last?.current;
$('name').value = stored('localStorage', 'chatkit.name') ?? '';
const { hash } = location;
const isArriving = hash.startsWith('#?');
try {
  $('room').value = isArriving ? '' : decodeURIComponent(hash);
} catch {
  // A hash that is no text names no room.
}
if (isArriving) {
  desk().then((module) => module.arrive(page));
} else if (last) {
  $('go').disabled = true;
  session.restore(last);
  session.start({ nick: last.nick, rooms: last.rooms });
}
if (stored('localStorage', 'chatkit.rate')) desk().then((module) => module.offer(page));
