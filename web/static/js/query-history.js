// The last queries of this browser: kept in its own storage, and never sent anywhere. Without storage there are none.
import { counted, element } from './dom.js';

const KEY = 'osagraph.queries';
const MOST = 50;
// A longer query would take the room of many.
const LONGEST = 20_000;
const LONGEST_TITLE = 90;
const TITLE = /^[ \t]*#[ \t]*title:[ \t]*(\S.*)$/im;
const IDLE = /^\s*(#|PREFIX\b|BASE\b|$)/i;

export class QueryHistory {
  /** Shows itself in `place`, where the browser has storage; `pick(text)` is called with a query that was chosen. */
  constructor(place, pick) {
    this.place = place;
    this.pick = pick;
    this.list = element('ul', { class: 'plain' });
    this.summary = element('summary');
    this.all = element('button', { type: 'button', class: 'plain', onclick: () => this.forgetAll() }, 'Forget all');
    if (!isThere()) return;
    place.replaceChildren(element('details', { class: 'examples' }, this.summary,
      element('p', { class: 'quiet' }, `The last ${MOST} queries that were answered, in this browser only: nothing is sent to the server. `, this.all),
      this.list));
    window.addEventListener('storage', ({ key }) => { if (key === KEY) this.show(); });
    this.show();
  }

  /** A query was answered, with so many rows or triples; a question of yes or no has none. */
  note(text, count) {
    const query = text.trim();
    if (!query || query.length > LONGEST) return;
    write([{ text: query, time: new Date().toISOString(), count }, ...read().filter((each) => each.text !== query)].slice(0, MOST));
    this.show();
  }

  show() {
    const entries = read();
    this.place.hidden = !entries.length;
    this.summary.textContent = `Your last queries (${entries.length})`;
    this.list.replaceChildren(...entries.map((entry) => this.item(entry)));
  }

  item({ text, time, count }) {
    const title = titleOf(text);
    const when = new Date(time);
    return element('li', { class: 'past' },
      element('button', { type: 'button', class: 'plain', title: text.slice(0, 2000), onclick: () => this.pick(text) }, element('span', { dir: 'auto' }, title)), ' ',
      element('span', { class: 'quiet' }, element('time', { datetime: time }, when.toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'short' })),
        Number.isInteger(count) && `, ${counted(count, 'result')}`), ' ',
      element('button', { type: 'button', class: 'plain', 'aria-label': `Forget: ${title}`, onclick: (event) => this.forget(text, event.target) }, 'forget'));
  }

  /** Take one away; the keyboard goes on with the next one. */
  forget(text, button) {
    const at = [...this.list.children].indexOf(button.closest('li'));
    write(read().filter((each) => each.text !== text));
    this.show();
    const next = this.list.children[Math.min(at, this.list.children.length - 1)];
    (next?.lastElementChild ?? document.getElementById('run')).focus();
  }

  forgetAll() {
    write([]);
    this.show();
    document.getElementById('run').focus();
  }
}

/** What a query is called: what its comment `#title: …` says, or its first line that says something. */
export function titleOf(text) {
  const lines = text.split('\n');
  const title = TITLE.exec(text)?.[1] ?? lines.find((line) => !IDLE.test(line)) ?? lines[0];
  const line = title.trim();
  return line.length > LONGEST_TITLE ? `${line.slice(0, LONGEST_TITLE - 1)}…` : line;
}

function isThere() {
  try {
    window.localStorage.getItem(KEY);
    return true;
  } catch {
    return false;
  }
}

/** The entries that are kept; what somebody else has written there counts for nothing. */
function read() {
  try {
    const entries = JSON.parse(window.localStorage.getItem(KEY) ?? '[]');
    return entries.filter(({ text, time }) => typeof text === 'string' && !Number.isNaN(Date.parse(time))).slice(0, MOST);
  } catch {
    return [];
  }
}

function write(entries) {
  try {
    window.localStorage.setItem(KEY, JSON.stringify(entries));
  } catch {
    // Full: the older half has to go.
    if (entries.length > 1) write(entries.slice(0, Math.floor(entries.length / 2)));
  }
}
