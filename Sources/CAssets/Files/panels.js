// The chat page's dialogs and slash commands: finding words, rooms, a person, oneself.
// Invariant: one dialog at a time; it is modal, and what opened it has the focus again afterwards.
// SPDX-License-Identifier: GPL-3.0-or-later

import { showDialog, style } from './more.js';
import { $, count, dayName, el, nameOf, sentence, store, timeOf } from './view.js';

export { style };

const dialog = $('dialog');

/// A form with a line for what goes wrong; `act` may throw.
function form(act, ...children) {
  const trouble = el('p.trouble', { role: 'alert' });
  const submit = async (event) => {
    event.preventDefault();
    trouble.textContent = '';
    try {
      await act(new FormData(event.target));
    } catch (error) {
      trouble.textContent = sentence(error.message);
    }
  };
  return el('form', { onsubmit: submit }, ...children, trouble);
}

// MARK: - Search

/// A text with the places that a search found, which are given in bytes of UTF-8.
function highlighted(text, places) {
  const bytes = new TextEncoder().encode(text);
  const decoder = new TextDecoder();
  const part = (from, to) => decoder.decode(bytes.subarray(from, to));
  const nodes = [];
  let end = 0;
  for (const [from, to] of places ?? []) {
    nodes.push(part(end, from), el('mark', {}, part(from, to)));
    end = to;
  }
  return [...nodes, part(end)];
}

export function showSearch(page, words = '') {
  const { session, room } = page;
  const results = el('div.results', {});
  const told = el('p.muted', { role: 'status' });
  let asked = 0;

  const find = async (text, where, before) => {
    asked += 1;
    const mine = asked;
    const found = await session.wire.ask(
      { type: 'search', text, limit: 30, before, room: where || undefined });
    if (mine !== asked) return;
    if (!before) results.replaceChildren();
    results.querySelector('.next')?.remove();
    results.append(...found.messages.map((message) => hit(page, message)));
    if (found.next) {
      results.append(el('button.next.link', {
        onclick: () => find(text, where, found.next),
      }, 'More'));
    }
    const number = results.querySelectorAll('.result').length;
    told.textContent = number ? `${count(number, 'message')}${found.next ? ' and more' : ''}`
      : 'Nothing was found.';
    if (found.partial) told.textContent += ' The newest messages are not indexed yet.';
  };

  const where = room && !room.isPrivate
    ? [el('option', { value: room.name }, `In ${room.name}`)] : [];
  showDialog('Search', form(
    (data) => find(data.get('words').trim(), data.get('where')),
    el('div.row', {},
      el('input', {
        name: 'words', enterkeyhint: 'search', 'aria-label': 'Words to find',
        placeholder: 'Words to find', value: words, maxlength: 200, required: true, dir: 'auto',
      }),
      el('select', { name: 'where', 'aria-label': 'Where' },
        ...where, el('option', { value: '' }, 'In all my rooms')),
      el('button.primary', {}, 'Find')),
    told), results);
  if (words) dialog.querySelector('form').requestSubmit();
}

function hit(page, message) {
  const go = () => {
    dialog.close();
    const room = message.room && page.session.room(message.room);
    if (!room) return;
    page.go(room);
    page.log.to(message.seq);
  };
  return el('button.result', { onclick: go },
    el('span.line', {}, el('b', {}, nameOf(message.from)),
      el('i', {}, nameOf(message.room ?? '')),
      el('span.muted', {}, dayName(new Date(message.at)), ' ', timeOf(message.at))),
    el('span', { dir: 'auto' },
      ...highlighted(message.snippet ?? message.text, message.highlights)));
}

// MARK: - Rooms

export async function showRooms(page) {
  const { session } = page;
  const list = el('div.results', {});
  const enter = async (name) => {
    await page.enter(name);
    dialog.close();
  };
  showDialog('Rooms', form((data) => enter(data.get('name').trim()),
    el('div.row', {},
      el('input', {
        name: 'name', maxlength: 64, placeholder: 'An old or a new room', required: true,
        'aria-label': 'Name of a room', autocapitalize: 'off', spellcheck: 'false', dir: 'auto',
      }),
      el('button.primary', {}, 'Join'))), list);
  const { rooms } = await session.wire.ask({ type: 'rooms' });
  list.replaceChildren(...rooms.slice(0, 200).map((room) => el('button.result', {
    onclick: () => enter(room.room).catch((error) => page.note(error.message, true)),
  },
  el('span.line', {}, el('b', {}, nameOf(room.room)),
    el('span.muted', {}, count(room.members, 'person', 'people'),
      session.room(room.room) ? ' · joined' : '')),
  room.topic ? el('span.muted', { dir: 'auto' }, room.topic) : null)));
}

// MARK: - People

export async function showPerson(page, nick) {
  if (page.session.isMe(nick)) return showMe(page);
  const facts = el('dl.facts', {});
  showDialog(nick, el('div.body', {}, facts, el('div.actions', {},
    el('button.primary', {
      onclick: () => {
        dialog.close();
        page.writeTo(nick);
      },
    }, 'Write privately'))));
  const add = (term, ...values) => facts.append(el('dt', {}, term), el('dd', {}, ...values));
  try {
    const known = await page.session.wire.ask({ type: 'whois', nick });
    const { name, student_id: student, github } = known.profile ?? {};
    if (name || known.name) add('Name', nameOf(name || known.name));
    if (student) add('Student id', nameOf(student));
    if (github) add('GitHub', nameOf(github));
    if (known.rooms?.length) add('Rooms', nameOf(known.rooms.join(', ')));
    if (known.since) add('Here since', timeOf(known.since));
    if (known.away) add('Away', nameOf(known.text || 'yes'));
  } catch (error) {
    add('Not known', error.message);
  }
}

export function showMe(page) {
  const { session } = page;
  const field = (label, name, value = '') => [
    el('label', { for: `my-${name}` }, label),
    el('input', { id: `my-${name}`, name, value, maxlength: 128, dir: 'auto' }),
  ];
  const change = async (data) => {
    const nick = data.get('nick').trim();
    if (nick && nick !== session.nick) {
      await session.wire.ask({ type: 'nick', nick });
      store('localStorage', 'chatkit.name', nick);
    }
    dialog.close();
  };
  showDialog('You', form(change,
    ...field('Name', 'nick', session.nick),
    el('div.actions', {},
      el('button.primary', {}, 'Save'),
      el('button.plain', {
        type: 'button', onclick: () => {
          dialog.close();
          page.leaveChat();
        },
      }, 'Leave the chat'))));
}

// MARK: - Commands

const tell = (page, ask) => ask.catch((error) => page.note(error.message, true));

/// What can be typed after a slash: whether words must follow, and what is done.
const commands = {
  me: [true, (page, rest) => page.session.say(page.room, rest, 'action')],
  nick: [true, (page, rest) => page.request({ type: 'nick', nick: rest })],
  join: [true, (page, rest) => tell(page, page.enter(rest))],
  leave: [false, () => $('leave').click()],
  msg: [true, (page, rest) => {
    const [, nick, words] = /^(\S+)\s*([^]*)$/.exec(rest);
    page.writeTo(nick);
    if (words) page.session.say(page.room, words);
  }],
  topic: [false, (page, rest) => page.request({ type: 'topic', room: page.room.name, text: rest })],
  away: [false, (page, rest) => page.request({ type: 'away', text: rest || undefined })],
  whois: [true, (page, rest) => showPerson(page, rest)],
  search: [false, (page, rest) => showSearch(page, rest)],
  rooms: [false, (page) => tell(page, showRooms(page))],
  help: [false, (page) => page.note(`/${Object.keys(commands).join(' /')}. `
    + '// begins a message with a slash. Alt and the arrow keys go to another room.')],
  quit: [false, (page) => page.leaveChat()],
};

/// Carries out a line that begins with a slash; what is wrong with it, or nothing.
export function command(page, line) {
  const [, word, rest] = /^\/(\S+)\s*([^]*)$/.exec(line);
  const name = word.toLowerCase();
  if (!Object.hasOwn(commands, name)) return `There is no command /${word}; /help lists them.`;
  const [needsWords, act] = commands[name];
  if (needsWords && !rest) return `/${name} needs a word after it.`;
  act(page, rest);
  return '';
}
