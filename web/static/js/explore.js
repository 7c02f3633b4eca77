// The page of neighbours. The server makes every page whole; here its links change the page in place, keys work
// in the list, and the picture shows the same as the list.
import { counted, element } from './dom.js';
import { kindOf } from './graph-style.js';
import { drawGraph } from './graph-view.js';

const byId = (id) => document.getElementById(id);
// What differs from page to page.
const PARTS = ['#explore-list', '#explore-choices', '.languages', '.scope form', '.printed'];

class Explore {
  constructor() {
    this.place = byId('explore');
    this.list = byId('explore-list');
    this.picture = byId('picture');
    this.data = dataOf(document);
  }

  async open() {
    this.place.addEventListener('click', (event) => this.click(event));
    byId('main').addEventListener('keydown', (event) => this.key(event));
    this.list.addEventListener('focusin', ({ target }) => this.select(thingOf(target)));
    window.addEventListener('popstate', () => this.go(location.href, { how: 'none', from: this.focused() }));
    this.decorate();
    await this.draw();
    document.documentElement.dataset.ready = 'explore';
  }

  async draw() {
    const canvas = element('div');
    this.tools = element('p', { class: 'graph-tools', hidden: true },
      this.tool('Closer', () => this.view.zoom(1.4)), this.tool('Farther', () => this.view.zoom(1 / 1.4)),
      this.tool('All of it', () => this.view.fit()),
      this.tool('Save as PNG', async () => save(await this.view.picture(), 'osagraph-explore.png')),
      this.tool('Save as SVG', () => save(new Blob([this.view.svg()], { type: 'image/svg+xml' }), 'osagraph-explore.svg')));
    this.legend = element('ul', { class: 'graph-legend', 'aria-label': 'Letters in the picture' });
    this.caption = element('figcaption', { hidden: true },
      'Dashed lines are contested, or claimed and not accepted. Point at a node for the names of its links; a click shows it in the list, a double click expands it.');
    this.picture.append(element('figure', { class: 'graph-figure' }, canvas, this.caption), this.tools, this.legend);
    this.picture.hidden = false;
    this.showLegend();
    this.view = await drawGraph(canvas, this.data, {
      addresses: JSON.parse(this.place.dataset.addresses),
      onSelect: (id) => this.chosen(id),
      onOpen: (id) => this.follow(id),
      onLost: () => this.withoutPicture(),
    });
    if (!this.view) return this.withoutPicture();
    this.tools.hidden = this.caption.hidden = false;
  }

  withoutPicture() {
    this.view = null;
    this.tools.hidden = this.legend.hidden = this.caption.hidden = true;
  }

  tool(name, act) {
    return element('button', { type: 'button', onclick: act }, name);
  }

  /** The letters of the picture, before the names in the list. */
  decorate() {
    const nodes = new Map(this.data.nodes.map((node) => [node.id, node]));
    for (const row of this.list.querySelectorAll('li[data-iri]')) row.prepend(badge(nodes.get(row.dataset.iri) ?? {}));
    this.list.querySelector('.keys').hidden = false;
  }

  showLegend() {
    const kinds = new Map(this.data.nodes.filter((node) => !node.isGroup).map((node) => [node.typeLabel || 'other', node]));
    this.legend.replaceChildren(...[...kinds].map(([name, node]) => element('li', {}, badge(node), name)));
  }

  click(event) {
    const link = event.target.closest('a');
    if (!link || event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    const target = new URL(link.href);
    if (target.pathname !== location.pathname || target.origin !== location.origin) return;
    event.preventDefault();
    if (target.search === location.search) {
      this.focusSection(target.hash);
      return;
    }
    const isStep = link.matches('.expand, .leave');
    this.go(target.href, { how: isStep ? 'push' : 'replace', from: link });
  }

  key(event) {
    const row = event.target.closest?.('li[data-iri], .around h2');
    if (!row || event.ctrlKey || event.metaKey || event.altKey) return;
    const act = {
      ArrowDown: () => this.step(row, 1), ArrowUp: () => this.step(row, -1),
      Home: () => this.step(row, -Infinity), End: () => this.step(row, Infinity),
      Delete: () => row.querySelector('.leave')?.click(),
      o: () => row.querySelector('.visit')?.click(), O: () => row.querySelector('.visit')?.click(),
    }[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  }

  step(row, by) {
    const rows = [...this.list.querySelectorAll('li[data-iri]')];
    const now = row.matches('h2') ? rows.findIndex((each) => row.closest('section').contains(each)) - (by > 0 ? 1 : 0) : rows.indexOf(row);
    rows[Math.min(rows.length - 1, Math.max(0, now + by))]?.querySelector('.expand').focus();
  }

  focusSection(hash) {
    const heading = hash && this.list.querySelector(`#${CSS.escape(hash.slice(1))}`);
    heading?.focus();
  }

  /** Show another page of this kind in place; what had the focus has it afterwards, or its neighbour. */
  async go(address, { how, from }) {
    const asked = this.asked = {};
    const kept = this.placeOf(from);
    this.place.setAttribute('aria-busy', 'true');
    try {
      const response = await fetch(address, { headers: { Accept: 'text/html' } });
      const page = response.ok ? new DOMParser().parseFromString(await response.text(), 'text/html') : null;
      if (this.asked !== asked) return;
      if (!page?.getElementById('explore-data')) {
        location.assign(address);
        return;
      }
      if (how !== 'none') history[`${how}State`](null, '', address);
      this.change(page, kept);
    } catch {
      if (this.asked === asked) byId('said').textContent = 'The server did not answer. What is shown has not changed.';
    } finally {
      this.place.removeAttribute('aria-busy');
    }
  }

  change(page, kept) {
    const before = this.data;
    this.data = dataOf(page);
    document.title = page.title;
    for (const part of PARTS) {
      const [old, fresh] = [document.querySelector(part), page.querySelector(part)];
      if (old && fresh) old.replaceChildren(...fresh.childNodes);
    }
    this.decorate();
    this.showLegend();
    this.refocus(kept);
    byId('said').textContent = told(before, this.data);
    this.view?.show(this.data);
  }

  /** What has the focus, if it will not be there for long. */
  focused() {
    const now = document.activeElement;
    return this.list.contains(now) || byId('explore-choices').contains(now) ? now : undefined;
  }

  placeOf(from) {
    const row = from?.closest('li[data-iri]');
    const rows = [...this.list.querySelectorAll('li[data-iri]')];
    return { from, section: from?.closest('section')?.dataset.around, iri: row?.dataset.iri, at: rows.indexOf(row), text: plain(from) };
  }

  refocus({ from, section, iri, at, text }) {
    if (!from) return;
    const rows = [...this.list.querySelectorAll('li[data-iri]')];
    const same = rows.filter((row) => row.dataset.iri === iri);
    const row = same.find((each) => each.closest('section').dataset.around === section) ?? same[0] ?? rows[Math.min(at, rows.length - 1)];
    const link = [...this.place.querySelectorAll('.explore-choices a')].find((each) => plain(each) === text);
    const found = at >= 0 ? row?.querySelector('.expand') : link;
    (found ?? this.list.querySelector('h2')).focus();
  }

  /** A node in the picture has been chosen: show it in the list. */
  chosen(id) {
    const node = this.data.nodes.find((each) => each.id === id);
    if (node?.isGroup) {
      this.follow(id);
      return;
    }
    const target = this.list.querySelector(`li[data-iri="${CSS.escape(id)}"] .expand`)
      ?? this.list.querySelector(`section[data-around="${CSS.escape(id)}"] h2`);
    target?.focus();
    this.select(id);
  }

  select(id) {
    this.list.querySelectorAll('.selected').forEach((row) => row.classList.remove('selected'));
    if (id) this.list.querySelectorAll(`li[data-iri="${CSS.escape(id)}"]`).forEach((row) => row.classList.add('selected'));
    this.view?.select(id);
  }

  /** Expand a node of the picture, or open the list behind it. */
  follow(id) {
    const node = this.data.nodes.find((each) => each.id === id);
    if (node?.isGroup && node.href) location.assign(node.href);
    else if (node?.expand && !node.isChosen) this.go(new URL(node.expand, location.href).href, { how: 'push' });
  }
}

function dataOf(page) {
  return JSON.parse(page.getElementById('explore-data').textContent);
}

/** The thing that a part of the list is about. */
function thingOf(part) {
  return part.closest('li[data-iri]')?.dataset.iri ?? part.closest('h2')?.closest('section')?.dataset.around;
}

function badge(node) {
  const [colour, letter] = kindOf(node);
  return element('span', { class: `graph-letter graph-kind-${colour}`, 'aria-hidden': 'true' }, element('span', {}, letter));
}

/** What has changed, in a sentence. */
function told(before, now) {
  const known = new Set(before.nodes.map(({ id }) => id));
  const there = new Set(now.nodes.map(({ id }) => id));
  const fresh = now.nodes.filter((node) => !known.has(node.id) && !node.isGroup).length;
  const gone = before.nodes.filter((node) => !there.has(node.id) && !node.isGroup);
  const wasChosen = new Set(before.nodes.filter(({ isChosen }) => isChosen).map(({ id }) => id));
  const chosen = now.nodes.find(({ id, isChosen }) => isChosen && !wasChosen.has(id));
  const all = `${counted(now.nodes.filter(({ isGroup }) => !isGroup).length, 'node')} in all.`;
  if (chosen) return `Expanded ${chosen.label}: ${fresh} new. ${all}`;
  if (gone.length === 1) return `Left out ${gone[0].label}. ${all}`;
  if (gone.length) return `${gone.length} left out. ${all}`;
  return fresh ? `${fresh} new. ${all}` : all;
}

/** The text of a link without the mark of what is chosen. */
function plain(link) {
  return link?.textContent.replace('✓', '').trim();
}

function save(blob, name) {
  const address = URL.createObjectURL(blob);
  element('a', { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

if (byId('explore-data')) await new Explore().open();
