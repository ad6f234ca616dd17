// The desk's charts, drawn from what `/api/stats` says. Each can be read as a table as well.
// Invariant: a figure that is missing counts as none; nothing is drawn that was not said.
// SPDX-License-Identifier: GPL-3.0-or-later

import { svg } from './more.js';
import { el } from './view.js';

const WIDTH = 304;
const HEIGHT = 132;
const LEFT = 26;
const BOTTOM = 18;
const TOP = 6;

const number = (value) => Math.max(0, Number(value) || 0);

const KINDS = [['attended', 'Attended'], ['lost', 'Lost'], ['open', 'Still here']];

/// One bar's figures.
function figures(row) {
  const attended = number(row.attended);
  const lost = number(row.lost?.total ?? row.lost);
  const approached = number(row.approached);
  return { attended, lost, open: Math.max(0, approached - attended - lost), approached };
}

/// Steps of the vertical axis: whole, few, and round.
function stepOf(highest) {
  const rough = Math.max(1, highest / 4);
  const power = 10 ** Math.floor(Math.log10(rough));
  return [1, 2, 5, 10].map((factor) => factor * power).find((step) => step >= rough);
}

/// A chart with `places` bars; `placeOf` says which one a row's beginning belongs to, `labelOf` what
/// stands below a place, or nothing.
function chart(title, rows, places, placeOf, labelOf, nameOf) {
  const bars = Array.from({ length: places }, () => figures({}));
  for (const row of rows) {
    const from = new Date(row.from);
    const bar = Number.isNaN(from.getTime()) ? null : bars[placeOf(from)];
    if (!bar) continue;
    const more = figures(row);
    for (const kind of Object.keys(bar)) bar[kind] += more[kind];
  }
  const highest = Math.max(1, ...bars.map((bar) => bar.attended + bar.lost + bar.open));
  const step = stepOf(highest);
  const top = Math.ceil(highest / step) * step;
  const scale = (HEIGHT - TOP - BOTTOM) / top;
  const pitch = (WIDTH - LEFT) / places;

  const drawing = svg('svg', { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, 'aria-hidden': 'true' });
  for (let value = 0; value <= top; value += step) {
    const y = HEIGHT - BOTTOM - value * scale;
    drawing.append(
      svg('line', { x1: LEFT, x2: WIDTH, y1: y, y2: y }),
      svg('text', { x: LEFT - 6, y: y + 4, 'text-anchor': 'end' }, String(value)));
  }
  bars.forEach((bar, place) => {
    const x = LEFT + place * pitch;
    let y = HEIGHT - BOTTOM;
    for (const [kind] of KINDS) {
      const height = bar[kind] * scale;
      if (!height) continue;
      y -= height;
      drawing.append(svg('rect', {
        class: `bar-${kind}`, x: x + pitch * .14, y, width: pitch * .72, height, rx: 1,
      }, svg('title', {}, `${nameOf(place)}: ${wordsOf(bar)}`)));
    }
    const label = labelOf(place);
    if (label) {
      drawing.append(svg('text', {
        x: x + pitch / 2, y: HEIGHT - 4, 'text-anchor': 'middle',
      }, label));
    }
  });

  const sum = (kind) => bars.reduce((total, bar) => total + bar[kind], 0);
  const all = Object.fromEntries(KINDS.map(([kind]) => [kind, sum(kind)]));
  return el('figure', { 'aria-label': title },
    el('h2', {}, title),
    drawing,
    el('figcaption', {},
      el('div.key', {}, ...KINDS.filter(([kind]) => all[kind]).map(([kind, name]) =>
        el('span', {}, svg('svg', { viewBox: '0 0 10 10', 'aria-hidden': 'true' },
          svg('rect', { class: `bar-${kind}`, width: 10, height: 10, rx: 2 })),
        `${name} ${all[kind]}`))),
      el('details', {}, el('summary', {}, 'As a table'), table(bars, nameOf))));
}

const wordsOf = ({ attended, lost, open }) =>
  `${attended} attended, ${lost} lost${open ? `, ${open} still here` : ''}`;

function table(bars, nameOf) {
  const rows = bars.map((bar, place) => ({ ...bar, name: nameOf(place) }))
    .filter((bar) => bar.approached || bar.attended || bar.lost);
  return el('table', {},
    el('thead', {}, el('tr', {}, ...['', 'Approached', 'Attended', 'Lost'].map((name) =>
      el('th', { scope: 'col' }, name)))),
    el('tbody', {}, ...rows.map((row) => el('tr', {}, el('th', { scope: 'row' }, row.name),
      ...[row.approached, row.attended, row.lost].map((value) => el('td', {}, String(value)))))));
}

async function fetchRows(query) {
  const answer = await fetch(`/api/stats?${query}`, { headers: { accept: 'application/json' } });
  if (!answer.ok) throw new Error(`the server answered ${answer.status}`);
  const { rows } = await answer.json();
  return Array.isArray(rows) ? rows : [];
}

/// Draws a chart in its place, or says why there is none. What is there stays until then.
async function draw(place, query, make) {
  try {
    const isOpen = place.querySelector('details')?.open;
    const drawn = make(await fetchRows(query));
    drawn.querySelector('details').open = Boolean(isOpen);
    place.replaceChildren(drawn);
  } catch (error) {
    if (place.firstChild) return;
    place.replaceChildren(el('p.muted', {}, `No figures: ${error.message}.`));
  }
}

/// Draws today by the hour and this month by the day.
export function drawCharts(today, month) {
  const now = new Date();
  const two = (value) => String(value).padStart(2, '0');
  const days = new Date(now.getFullYear(), now.getMonth() + 1, 0).getDate();
  const name = now.toLocaleDateString(undefined, { month: 'long', year: 'numeric' });
  draw(today, 'by=hour', (rows) => chart('Today, by the hour', rows, 24,
    (at) => at.toDateString() === now.toDateString() ? at.getHours() : -1,
    (hour) => hour % 6 ? '' : two(hour), (hour) => `${two(hour)}:00`));
  draw(month, `by=day&month=${now.getFullYear()}-${two(now.getMonth() + 1)}`, (rows) =>
    chart(`${name}, by the day`, rows, days,
      (at) => at.getMonth() === now.getMonth() ? at.getDate() - 1 : -1,
      (day) => day % 7 ? '' : String(day + 1), (day) => `${name}, ${day + 1}`));
}
