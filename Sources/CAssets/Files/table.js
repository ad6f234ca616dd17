// A relay's table: asked for once a second while the page is looked at. Every name is inserted as text.
// SPDX-License-Identifier: GPL-3.0-or-later

const $ = (id) => document.getElementById(id);
const PAUSE = 1000;

const minutes = (seconds) => `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;

function since(text) {
  const time = new Date(text);
  const isToday = time.toDateString() === new Date().toDateString();
  return isToday
    ? time.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" })
    : time.toLocaleDateString();
}

function cell(tag, text, label, name) {
  const cell = document.createElement(tag);
  cell.textContent = text;
  if (tag === "th") cell.scope = "row";
  else cell.dataset.label = label;
  if (name) cell.className = name;
  return cell;
}

function row(server) {
  const row = document.createElement("tr");
  row.dataset.state = server.state;
  const slots = server.capacity === null ? "" : ` of ${server.capacity}`;
  const isDown = server.state === "down";
  const name = cell("th", server.name);
  name.dir = "auto";
  row.append(
    name, cell("td", server.address, "Address"), cell("td", server.state, "State", "condition"),
    cell("td", isDown ? "–" : server.in_use + slots, "In use", "number"),
    cell("td", isDown ? "–" : server.free ?? "any", "Free", "number"), cell("td", since(server.since), "Since"),
    cell("td", server.waiting_for, "Waiting for"));
  return row;
}

function show(table) {
  document.title = `${table.relay} · chatkit`;
  $("relay").textContent = table.relay;
  const word = table.waiting === 1 ? "person waits" : "people wait";
  const queue = table.waiting
    ? `${table.waiting} ${word}, the first for ${minutes(table.oldest_wait_s)}` : "Nobody waits";
  if ($("queue").textContent !== queue) $("queue").textContent = queue;
  $("rows").replaceChildren(...table.servers.map(row));
  $("none").hidden = table.servers.length > 0;
}

async function look() {
  try {
    const answer = await fetch("/servers", { cache: "no-store" });
    if (!answer.ok) throw new Error(`the relay answers ${answer.status}`);
    show(await answer.json());
    $("trouble").textContent = "";
    document.body.classList.remove("stale");
  } catch (error) {
    document.body.classList.add("stale");
    $("trouble").textContent = `This may be out of date: ${error.message}`;
  }
}

async function watch() {
  if (!document.hidden) await look();
  setTimeout(watch, PAUSE);
}

document.addEventListener("visibilitychange", () => { if (!document.hidden) look(); });
watch();
