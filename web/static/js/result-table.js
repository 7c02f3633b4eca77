// A result as a table: rows come in slices, headers sort, a box filters, and a row opens what it rests on.
import { counted, element } from './dom.js';
import { Pace } from './pace.js';
import { ranks } from './sorting.js';
import { isNumber } from './terms.js';

// So many rows are put in at once, so many while others arrive, and so many before somebody scrolls.
const SLICE = 100;
const EARLY = 100;
const FIRST = 2000;
const FILTER_PAUSE = 150;
const collator = new Intl.Collator('en', { numeric: true });

export class ResultTable {
  constructor(names, caption) {
    this.names = names;
    this.caption = caption;
    this.rows = [];
    this.order = [];
    this.shown = 0;
    this.wanted = EARLY;
    this.sorted = { variable: null, direction: 0 };
    // What opens the receipts of a row, as RowReceipts does; nothing where there are none.
    this.receipts = null;
    this.node = element('div', { class: 'result-table' });
  }

  /** Show the frame of the table; rows are added from now on. */
  begin(variables) {
    this.variables = variables;
    this.filter = element('input', { type: 'search', id: 'row-filter', autocomplete: 'off', oninput: () => this.refilter() });
    this.count = element('span', { class: 'quiet', role: 'status' });
    this.headers = variables.map((variable) => element('th', { scope: 'col', role: 'columnheader', 'aria-sort': 'none' }, element('button', {
      type: 'button', class: 'sort', onclick: () => this.sort(variable),
    }, heading(variable))));
    const tracing = this.receipts && element('th', { scope: 'col', role: 'columnheader' }, 'receipts');
    this.body = element('tbody', { role: 'rowgroup' });
    this.more = element('button', { type: 'button', class: 'second', hidden: true, onclick: () => this.showMore() }, 'Show more rows');
    this.table = element('table', { role: 'table', 'aria-label': this.caption },
      element('thead', { role: 'rowgroup' }, element('tr', { role: 'row' }, tracing, ...this.headers)), this.body);
    this.box = element('div', { class: 'scroll rows', tabindex: '0', role: 'region', 'aria-label': `${this.caption}: rows` }, this.table);
    this.box.addEventListener('scroll', () => {
      if (!this.more.hidden && this.box.scrollTop + 2 * this.box.clientHeight > this.box.scrollHeight) this.showMore();
    }, { passive: true });
    this.node.replaceChildren(
      element('p', { class: 'filter' }, element('label', { for: 'row-filter' }, 'Filter rows '), this.filter, ' ', this.count),
      this.box, this.more,
    );
  }

  /** Take more rows in; those that are to be seen are put in when there is time. */
  add(rows) {
    if (!this.rows.length) this.alignNumbers(rows);
    for (const row of rows) {
      this.order.push(this.rows.length);
      this.rows.push(row);
    }
    return this.fill();
  }

  /** All rows have arrived. */
  end() {
    this.wanted = FIRST;
    return this.fill();
  }

  alignNumbers(rows) {
    this.numeric = new Set(this.variables.filter((variable) => isNumber(rows.find((row) => row[variable])?.[variable])));
    this.variables.forEach((variable, at) => this.headers[at].classList.toggle('number', this.numeric.has(variable)));
  }

  /** Put rows in until so many are shown as wanted. */
  async fill() {
    if (this.filling) return;
    this.filling = true;
    const pace = new Pace();
    while (this.shown < Math.min(this.wanted, this.order.length)) {
      const end = Math.min(this.shown + SLICE, this.wanted, this.order.length);
      const rows = this.order.slice(this.shown, end).flatMap((at) => this.rowNodes(at));
      if (this.isFrozen) this.table.append(element('tbody', { role: 'rowgroup' }, ...rows));
      else this.body.append(...rows);
      this.shown = end;
      if (end >= EARLY && !this.isFrozen) this.freeze();
      await pace.breathe();
    }
    this.filling = false;
    this.more.hidden = this.shown >= this.order.length;
  }

  /**
   * Keep the columns as wide as they are, and lay rows out by themselves: a table measures all its cells for each
   * slice. So slices out of sight cost nothing; see query.css.
   */
  freeze() {
    const widths = [...this.table.tHead.rows[0].cells].map((header) => header.offsetWidth);
    if (!widths.some(Boolean)) return;
    this.isFrozen = true;
    this.table.style.setProperty('--columns', widths.map((width) => `${width}px`).join(' '));
    this.table.style.setProperty('--slice', `${Math.round((SLICE * this.body.offsetHeight) / this.shown)}px`);
    this.table.classList.add('frozen');
  }

  /** A row, and behind it what it rests on, where that is open. */
  rowNodes(at) {
    const row = this.rows[at];
    const node = element('tr', { role: 'row' }, this.receipts && this.opener(at), ...this.variables.map((variable) => element(
      'td', { role: 'cell', class: this.numeric?.has(variable) && 'number' }, row[variable] ? this.names.node(row[variable]) : '',
    )));
    return this.receipts?.isOpen(at) ? [node, this.opened(at)] : [node];
  }

  opener(at) {
    const button = element('button', {
      type: 'button', class: 'trace', 'aria-label': `Receipts of row ${at + 1}`, 'aria-expanded': String(this.receipts.isOpen(at)), 'aria-controls': `receipts-${at}`,
      onclick: () => this.toggle(at, button),
    });
    return element('td', { role: 'cell', class: 'opener' }, button);
  }

  opened(at) {
    const holder = element('div', { class: 'holder' }, this.receipts.open(at));
    return element('tr', { role: 'row', class: 'behind' }, element('td', { role: 'cell', colspan: this.variables.length + 1 }, holder));
  }

  toggle(at, button) {
    const row = button.closest('tr');
    const isOpen = this.receipts.isOpen(at);
    if (isOpen) {
      this.receipts.close(at);
      row.nextSibling.remove();
    } else row.after(this.opened(at));
    button.setAttribute('aria-expanded', String(!isOpen));
  }

  /** Say something about the whole table. */
  note(sentence) {
    this.filter.closest('p').append(' ', element('span', { class: 'quiet' }, sentence));
  }

  async showMore() {
    this.wanted = Math.max(this.wanted, this.shown + 10 * EARLY);
    await this.fill();
    await this.names.fetchLabels();
  }

  sort(variable) {
    const { sorted } = this;
    sorted.direction = sorted.variable !== variable ? 1 : sorted.direction === 1 ? -1 : 0;
    sorted.variable = sorted.direction ? variable : null;
    const words = { 1: 'ascending', '-1': 'descending', 0: 'none' };
    this.variables.forEach((each, at) => {
      this.headers[at].setAttribute('aria-sort', each === sorted.variable ? words[sorted.direction] : 'none');
    });
    this.arrange();
  }

  refilter() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.arrange(), FILTER_PAUSE);
  }

  /** Show the rows that fit the filter, in the order of the header; whoever asks again meanwhile goes first. */
  async arrange() {
    const turn = Symbol('turn');
    this.turn = turn;
    const wanted = this.filter.value.trim().toLocaleLowerCase();
    const order = await this.ordered(await this.fitting(wanted));
    if (this.turn !== turn) return;
    // Nothing is put in while the old rows go.
    this.order = [];
    this.box.scrollTop = 0;
    await this.clear();
    if (this.turn !== turn) return;
    this.order = order;
    this.count.textContent = wanted ? `${counted(this.order.length, 'row')} of ${counted(this.rows.length, 'row')}` : '';
    this.names.waiting.clear();
    this.body.replaceChildren();
    this.shown = 0;
    this.wanted = EARLY;
    await this.fill();
    await this.names.fetchLabels();
  }

  /** Take the slices behind the first one away, those out of sight before the others. */
  async clear() {
    const pace = new Pace();
    while (this.table.lastChild !== this.body) {
      this.table.lastChild.remove();
      await pace.breathe();
    }
  }

  async fitting(wanted) {
    if (!wanted) return [...this.rows.keys()];
    const fits = (row) => this.variables.some((each) => row[each] && this.names.text(row[each]).toLocaleLowerCase().includes(wanted));
    const pace = new Pace();
    const found = [];
    for (const at of this.rows.keys()) {
      if (fits(this.rows[at])) found.push(at);
      if (at % SLICE === 0) await pace.breathe();
    }
    return found;
  }

  /** Numbers before texts, nothing last whatever the direction. */
  async ordered(order) {
    const { variable, direction } = this.sorted;
    if (!direction) return order;
    const keys = this.rows.map((row) => this.key(row[variable]));
    const rank = await ranks(keys.filter((key) => typeof key === 'string'), collator.compare);
    const place = (key) => (typeof key === 'string' ? rank.get(key) : key);
    const kind = (key) => (key === null ? 2 : typeof key === 'string' ? 1 : 0);
    return order.sort((a, b) => kind(keys[a]) - kind(keys[b]) || direction * (place(keys[a]) - place(keys[b])) || a - b);
  }

  key(term) {
    if (!term) return null;
    return isNumber(term) ? Number(term.value) : this.names.text(term);
  }
}

/** A variable's name as the heading of a column. */
export function heading(variable) {
  return variable.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();
}
