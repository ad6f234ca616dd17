// What only the seldom parts of the pages need: pictures, dialogs, and their style sheet.
// SPDX-License-Identifier: GPL-3.0-or-later

import { $, el } from './view.js';

/// What the sheet of the seldom parts styles, when it is there.
export const style = new Promise((done) => {
  const href = '/more.css';
  if (document.querySelector(`link[href="${href}"]`)) return done();
  document.head.append(el('link', { rel: 'stylesheet', href, onload: done, onerror: done }));
});

/// An SVG element.
export function svg(tag, attributes = {}, ...children) {
  const element = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

const PATHS = {
  close: 'm6 6 12 12M18 6 6 18',
  star: 'm12 3 2.7 5.8 6.3.8-4.6 4.4 1.2 6.3-5.6-3.1-5.6 3.1 1.2-6.3L3 9.6l6.3-.8z',
};

export const icon = (name) =>
  svg('svg', { class: 'icon', viewBox: '0 0 24 24', 'aria-hidden': 'true' },
    svg('path', { d: PATHS[name] }));

/// A number of seconds as `4:05`.
export function minutes(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}

/// Shows the page's one dialog; what opened it has the focus again when it is closed.
export function showDialog(title, ...children) {
  const dialog = $('dialog');
  dialog.setAttribute('aria-label', title);
  dialog.replaceChildren(
    el('header', { role: 'none' }, el('h2', { dir: 'auto' }, title),
      el('button.tool', { 'aria-label': 'Close', onclick: () => dialog.close() }, icon('close'))),
    ...children);
  dialog.onclick = (event) => {
    if (event.target === dialog) dialog.close();
  };
  if (!dialog.open) dialog.showModal();
  dialog.querySelector('input, select, textarea, .primary')?.focus();
  return dialog;
}
