// A result as a picture of things and the links between them; the list below it has the same in words.
import { counted, element, grouped } from './dom.js';
import { kindOf, localName } from './graph-style.js';
import { drawGraph } from './graph-view.js';

const MOST_NODES = 500;
const MOST_LISTED = 100;
const MOST_AT_A_TIME = 200;
const RDF_TYPE = 'http://www.w3.org/1999/02/22-rdf-syntax-ns#type';
const LABELS = new Set(['http://www.w3.org/2000/01/rdf-schema#label', 'http://www.w3.org/2004/02/skos/core#prefLabel']);

/**
 * The links of rows whose columns `source`, `target` and `label` say what leads where: {things, links, values}. `things`
 * maps IRIs and blank nodes to {term, type, label, count}, those with most links first; `values` counts the rows that
 * lead to no thing. A class is the type of a thing and no link, where there are other links.
 */
export function graphOf(rows, { source, target, label }) {
  const found = { things: new Map(), links: [], values: 0 };
  const isThing = (term) => term?.type === 'uri' || term?.type === 'bnode';
  const isType = (row) => row[label]?.value === RDF_TYPE;
  const between = rows.filter((row) => isThing(row[source]) && isThing(row[target]));
  const hasOthers = between.some((row) => !isType(row));
  const drawn = between.filter((row) => !hasOthers || !isType(row));
  for (const row of drawn) {
    const [from, to] = [row[source], row[target]].map((term) => thing(found.things, term));
    from.count += 1;
    to.count += 1;
    found.links.push({ from, to, term: row[label] });
  }
  for (const row of rows) tell(found, row, { source, target, label });
  found.things = new Map([...found.things].sort(([, a], [, b]) => b.count - a.count));
  return found;
}

function thing(things, term) {
  const id = idOf(term);
  if (!things.has(id)) things.set(id, { id, term, count: 0 });
  return things.get(id);
}

const idOf = (term) => (term.type === 'bnode' ? `_:${term.value}` : term.value);

/** What a row that is no link says of a thing: its class, its name, or something that only the table has. */
function tell(found, row, { source, target, label }) {
  const about = row[source] && found.things.get(idOf(row[source]));
  if (!row[target]) return;
  if (row[target].type === 'uri' && row[label]?.value === RDF_TYPE) {
    if (about) about.type ??= row[target].value;
  } else if (row[target].type === 'literal' || row[target].type === 'triple') {
    if (about && LABELS.has(row[label]?.value)) about.label ??= row[target].value;
    found.values += 1;
  }
}

/** Shows a graph in a place of the page; `page` has names and addresses. */
export class GraphPanel {
  constructor(page, graph) {
    this.page = page;
    this.graph = graph;
    this.stage = element('div', { class: 'graph-figure' });
    this.tools = element('p', { class: 'graph-tools', hidden: true }, ...[
      ['Whole picture', () => this.view.fit()],
      ['Save as PNG', async () => this.save(await this.view.picture(), 'png')],
      ['Save as SVG', () => this.save(new Blob([this.view.svg()], { type: 'image/svg+xml' }), 'svg')],
    ].map(([text, act]) => element('button', { type: 'button', onclick: act }, text)));
    this.said = element('p', { class: 'quiet' });
    this.list = element('div', { 'aria-live': 'polite' });
    this.legend = element('ul', { class: 'graph-legend', hidden: true });
    this.node = element('div', {}, this.stage, this.legend, this.tools, this.said, this.list);
  }

  async show() {
    const { names } = this.page;
    const things = [...this.graph.things.values()];
    const shown = things.slice(0, MOST_NODES);
    const predicates = this.graph.links.map(({ term }) => term);
    await names.fetchLabels([...shown.map(({ term }) => term), ...predicates].filter((term) => term?.type === 'uri').map(({ value }) => value));
    this.listLinks();
    await this.findKinds(shown.filter(({ term, type }) => term.type === 'uri' && !type));
    const nodes = shown.map((each) => ({ id: each.id, label: this.nameOf(each), type: each.type, typeLabel: each.typeLabel }));
    const links = this.graph.links.map(({ from, to, term }) => ({ source: from.id, target: to.id, label: names.text(term) }));
    this.view = await drawGraph(this.stage, { nodes, links }, {
      addresses: this.page.addresses, most: MOST_NODES,
      onSelect: (id) => this.listLinks(id), onOpen: (id) => this.open(id), onLost: () => { this.tools.hidden = this.legend.hidden = true; },
    });
    this.tools.hidden = this.legend.hidden = !this.view;
    this.legend.replaceChildren(...legendOf(shown));
    this.said.textContent = this.sentence(things.length, this.view ? things.length - shown.length + this.view.left : 0);
  }

  /** Find of which class things are, where the result does not say so. */
  async findKinds(things) {
    for (let at = 0; at < things.length; at += MOST_AT_A_TIME) {
      const part = things.slice(at, at + MOST_AT_A_TIME);
      const body = new URLSearchParams([['kinds', '1'], ...part.map(({ id }) => ['iri', id])]);
      const response = await fetch(this.page.names.address('/query/labels'), { method: 'POST', body });
      if (!response.ok) return;
      const { kinds } = await response.json();
      for (const thing of part) if (kinds[thing.id]) ({ type: thing.type, label: thing.typeLabel } = kinds[thing.id]);
    }
  }

  /** What is there, and what is not in the picture. */
  sentence(count, left) {
    const { links, values } = this.graph;
    return [
      `${counted(count, 'thing')} and ${counted(links.length, 'link')}.`,
      left > 0 && `The ${grouped(count - left)} with most links are drawn.`,
      values > 0 && `${counted(values, 'row')} with a text or number ${values === 1 ? 'is' : 'are'} in the table only.`,
    ].filter(Boolean).join(' ');
  }

  nameOf({ term, label }) {
    const known = this.page.names.labels.get(term.value)?.label;
    return known ?? label ?? this.page.names.text(term);
  }

  /** List the links of a thing, or the first of all. */
  listLinks(id) {
    const { names } = this.page;
    const chosen = id === undefined ? undefined : this.graph.things.get(id);
    const links = chosen ? this.graph.links.filter(({ from, to }) => from === chosen || to === chosen) : this.graph.links;
    this.view?.select(id);
    const part = links.length > MOST_LISTED ? `, the first ${grouped(MOST_LISTED)} of ${grouped(links.length)}; the table has all` : '';
    this.list.replaceChildren(
      element('h3', {}, chosen ? `Links of ${this.nameOf(chosen)}` : 'Links', element('span', { class: 'quiet' }, part)),
      ...(chosen ? [element('p', {}, element('button', { type: 'button', class: 'plain', onclick: () => this.listLinks() }, 'All links'))] : []),
      element('ul', { class: 'plain links' }, ...links.slice(0, MOST_LISTED).map(({ from, to, term }) => element('li', {},
        this.reference(from), ' ', element('span', { class: 'quiet' }, term ? names.text(term) : '→'), ' ', this.reference(to)))),
    );
  }

  /** A thing in the list, under its own name where only the result has one. */
  reference(each) {
    const node = this.page.names.node(each.term);
    node.textContent = this.nameOf(each);
    return node;
  }

  open(id) {
    const href = this.page.names.labels.get(id)?.href;
    if (href) window.location.assign(href);
  }

  save(blob, extension) {
    const link = element('a', { href: URL.createObjectURL(blob), download: `osagraph-graph.${extension}` });
    link.click();
    URL.revokeObjectURL(link.href);
  }
}

/** What the colours and letters of things mean, each class once. */
function legendOf(things) {
  const kinds = new Map(things.filter(({ type }) => type).map((thing) => [thing.type, thing]));
  return [...kinds.values()].map(({ type, typeLabel }) => {
    const [colour, letter] = kindOf({ type, typeLabel });
    return element('li', {}, element('span', { class: `graph-letter graph-kind-${colour}`, 'aria-hidden': 'true' }, element('span', {}, letter)), typeLabel ?? localName(type));
  });
}
