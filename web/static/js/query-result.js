// The result of a query: a status line, tabs with the ways to look at it, downloads, and how to cite it.
import { choices, columnsOf, directive, KINDS, TRIPLES } from './chart-choice.js';
import { chart, map, timeline } from './charts.js';
import { counted, element, grouped } from './dom.js';
import { heading, ResultTable } from './result-table.js';
import { MOST_ROWS } from './results-reader.js';
import { MOST_TRACED, RowReceipts } from './row-receipts.js';
import { Tabs } from './tabs.js';

const FORMATS = {
  select: [['csv', 'CSV'], ['tsv', 'TSV'], ['json', 'JSON'], ['xml', 'XML']],
  ask: [['json', 'JSON'], ['xml', 'XML']],
  graph: [['ttl', 'Turtle'], ['nt', 'N-Triples'], ['jsonld', 'JSON-LD']],
};
// The answer as nodes and links, for programs that draw graphs, and as linked data.
const GRAPHS = {
  select: [['gexf', 'GEXF'], ['graphml', 'GraphML'], ['cyjs', 'Cytoscape JSON'], ['csv.zip', 'CSV pair']],
  ask: [],
  graph: [['gexf', 'GEXF'], ['graphml', 'GraphML'], ['cyjs', 'Cytoscape JSON'], ['csv.zip', 'CSV pair'], ['rdf12.ttl', 'RDF 1.2 with claims']],
};
const RAW_CHARACTERS = 200_000;
// Servers and proxies take addresses up to some length; longer queries are sent in a body.
const LONGEST_ADDRESS = 8000;

export class QueryResult {
  /** `page` has names, endpoint, addresses, ask(…), problemOf(response) and chosen(view); `asked` is {text, receipts}. */
  constructor(page, asked) {
    this.page = page;
    this.asked = asked;
    this.table = new ResultTable(page.names, 'Result');
    this.node = element('div', { class: 'views' }, this.table.node);
  }

  /** Take rows that have arrived. */
  take(rows) {
    if (!this.table.variables) this.table.begin(variablesOf(rows));
    return this.table.add(rows);
  }

  /** All rows are there: show what else can be done with them. */
  async end(answer, view) {
    this.answer = answer;
    if (answer.form !== 'ask') {
      this.settle();
      if (answer.form === 'select' && this.count > MOST_TRACED) this.table.note(`Receipts are for ${grouped(MOST_TRACED)} rows at most: add a LIMIT.`);
      // Nobody waits for the labels.
      this.table.end().then(() => this.page.names.fetchLabels());
    }
    const views = this.views();
    const tabs = new Tabs('Ways to look at the result', views, (name) => this.page.chosen(name));
    this.node.replaceChildren(tabs.node, this.footer());
    tabs.choose(this.firstView(views, view), true);
  }

  /** The columns in the order of the query, also those that are empty in every row that came first, and receipts. */
  settle() {
    const { variables, form } = this.answer;
    const { rows } = this.table;
    const hasReceipts = form === 'select' && this.count > 0 && this.count <= MOST_TRACED;
    if (!hasReceipts && this.table.variables?.join(' ') === variables.join(' ')) return;
    this.table.receipts = hasReceipts ? new RowReceipts(this.page, this.asked.text, rows) : null;
    this.table.rows = [];
    this.table.order = [];
    this.table.shown = 0;
    this.table.isFrozen = false;
    this.table.begin(variables);
    if (rows.length) this.table.add(rows);
  }

  firstView(views, chosen) {
    const names = views.map(({ name }) => name);
    const asked = this.asked.receipts ? 'receipts' : directive(this.asked.text)?.view;
    return [chosen, asked].find((name) => names.includes(name)) ?? names[0];
  }

  views() {
    const { form } = this.answer;
    const raw = { name: 'raw', title: form === 'graph' ? 'Turtle' : 'Raw', show: (panel) => this.showRaw(panel) };
    if (form === 'ask') return [{ name: 'table', title: 'Answer', show: (panel) => panel.append(this.sentence()) }, raw];
    const table = { name: 'table', title: form === 'graph' ? 'Triples' : 'Table', show: (panel) => panel.append(this.count ? this.table.node : this.nothing()) };
    const graph = { name: 'graph', title: 'Graph', show: (panel) => this.showPicture(panel, 'graph') };
    if (form === 'graph') return [table, graph, raw];
    return [
      table,
      { name: 'chart', title: 'Chart', show: (panel) => this.showPicture(panel, 'chart') },
      { name: 'timeline', title: 'Timeline', show: (panel) => this.showPicture(panel, 'timeline') },
      { name: 'map', title: 'Map', show: (panel) => this.showPicture(panel, 'map') },
      graph,
      { name: 'receipts', title: 'Receipts', show: (panel) => this.showReceipts(panel) },
      raw,
    ];
  }

  get count() {
    return this.answer.count;
  }

  sentence() {
    return element('p', { class: 'truth' }, this.answer.truth ? 'Yes.' : 'No.');
  }

  nothing() {
    return element('p', { class: 'empty' }, 'Nothing answers this.');
  }

  /** What the status line says. */
  status(milliseconds) {
    const { form } = this.answer;
    const time = `${grouped(Math.round(milliseconds))} ms`;
    if (form === 'ask') return `Answered in ${time}.`;
    const word = form === 'graph' ? 'triple' : 'row';
    const cut = this.count > MOST_ROWS ? ` The first ${grouped(MOST_ROWS)} are shown; download for all.` : '';
    return `${counted(this.count, word)} in ${time}.${cut}`;
  }

  /** A chart, timeline, map or graph, with fields for which column is what. */
  async showPicture(panel, view) {
    const { rows, variables } = this.table;
    if (!rows.length) return panel.append(this.nothing());
    const asked = directive(this.asked.text);
    const names = new Set(variables);
    const wanted = asked?.view === view ? Object.entries(asked.settings).filter(([key, value]) => key === 'kind' || names.has(value)) : [];
    const isTriples = view === 'graph' && this.answer.form === 'graph';
    const settings = isTriples ? TRIPLES : { ...choices(variables, rows)[view], ...Object.fromEntries(wanted) };
    const place = element('div', { 'aria-live': view === 'graph' ? undefined : 'polite' });
    panel.append(...(isTriples ? [] : [this.fields(view, settings, () => this.draw(place, view, settings))]), place);
    return this.draw(place, view, settings);
  }

  fields(view, settings, changed) {
    const columns = columnsOf(this.table.variables, this.table.rows);
    const parts = { chart: [['x', 'along'], ['y', 'how much']], timeline: [['x', 'when'], ['label', 'what']],
      graph: [['source', 'from'], ['target', 'to'], ['label', 'link']],
      map: settings.lat ? [['lat', 'latitude'], ['long', 'longitude'], ['label', 'name'], ['size', 'size']] : [['place', 'country'], ['size', 'size']] }[view];
    const choice = (key, title, options) => element('span', { class: 'choice' }, element('label', { for: `${view}-${key}` }, title), ' ',
      element('select', { id: `${view}-${key}`, onchange: (event) => { settings[key] = event.target.value || undefined; changed(); } },
        ...options.map(([value, text]) => element('option', { value, selected: value === (settings[key] ?? '') }, text))));
    const named = columns.map(({ name }) => [name, heading(name)]);
    const kinds = view === 'chart' ? [choice('kind', 'as', KINDS.map((kind) => [kind, kind]))] : [];
    return element('div', { class: 'picture-fields' }, ...kinds, ...parts.map(([key, title]) => choice(key, title, [['', '–'], ...named])));
  }

  async draw(place, view, settings) {
    const { page, table } = this;
    const isReady = { chart: settings.x && settings.y, timeline: settings.x, map: settings.place || (settings.lat && settings.long), graph: settings.source && settings.target }[view];
    if (!isReady) {
      place.replaceChildren(element('p', { class: 'empty' }, {
        chart: 'A chart needs a column of numbers. Choose the columns above.',
        timeline: 'A timeline needs a column of dates or years. Choose one above.',
        map: 'A map needs a column of countries, or of latitudes and longitudes. Choose one above.',
        graph: 'A graph needs two columns of things. Choose them above.',
      }[view]));
      return undefined;
    }
    if (view === 'graph') return this.drawLinks(place, settings);
    const Plot = await import(page.addresses.plot);
    const things = table.rows.slice(0, 500).map((row) => row[settings.x ?? settings.place]).concat(
      table.rows.slice(0, 500).map((row) => row[settings.label]),
    ).filter((term) => term?.type === 'uri').map(({ value }) => value);
    await page.names.fetchLabels(things);
    const draw = { chart, timeline, map: (...given) => map(given[0], this.world, ...given.slice(1)) }[view];
    if (view === 'map') this.world ??= await (await fetch(page.addresses.world)).json();
    return place.replaceChildren(draw(Plot, table.rows, page.names, settings, Math.max(280, place.clientWidth)));
  }

  /** Things and their links, in a picture and as a list. */
  async drawLinks(place, settings) {
    const { graphOf, GraphPanel } = await import('./query-graph.js');
    const graph = graphOf(this.table.rows, settings);
    if (!graph.links.length) {
      return place.replaceChildren(element('p', { class: 'empty' }, 'No row leads from one thing to another. The table has all rows.'));
    }
    const panel = new GraphPanel(this.page, graph);
    place.replaceChildren(panel.node);
    return panel.show();
  }

  /** The receipts as the page without scripts has them, with the rows that they belong to. */
  async showReceipts(panel) {
    panel.append(element('p', { class: 'quiet' }, 'Tracing the rows…'));
    const response = await fetch(this.page.address({ query: this.asked.text, receipts: 1 }));
    const page = new DOMParser().parseFromString(await response.text(), 'text/html');
    const answer = page.getElementById('answer');
    answer?.querySelectorAll('.formats').forEach((each) => each.remove());
    panel.replaceChildren(...(answer ? [document.adoptNode(answer)] : [element('p', { class: 'fault' }, page.body.textContent)]));
    answer?.removeAttribute('id');
  }

  async showRaw(panel) {
    const [format] = { select: ['json'], ask: ['json'], graph: ['ttl'] }[this.answer.form];
    const response = await this.page.ask(this.asked.text, { Accept: { json: 'application/sparql-results+json', ttl: 'text/turtle' }[format] });
    const { text, isCut } = await beginning(response);
    const place = element('pre', { class: 'scroll raw', tabindex: '0', role: 'region', 'aria-label': format === 'ttl' ? 'Turtle' : 'Raw result' });
    panel.append(place);
    if (isCut) panel.append(element('p', { class: 'more' }, 'This is the beginning. Download for all of it.'));
    if (format === 'json') return place.append(text);
    const { showTurtle } = await import('./turtle-view.js');
    return showTurtle(place, text);
  }

  footer() {
    const links = FORMATS[this.answer.form].map(([format, name]) => this.download(format, name));
    const citation = element('div', { 'aria-live': 'polite' });
    return element('div', { class: 'result-footer' },
      element('p', { class: 'formats' }, this.count > MOST_ROWS ? `Download all ${grouped(this.count)} as ` : 'Download ', ...spaced(links),
        ' · ', element('button', { type: 'button', class: 'plain', onclick: (event) => this.share(event.target) }, 'Copy the link'),
        ' · ', element('button', { type: 'button', class: 'plain', onclick: () => this.cite(citation) }, 'Cite this result')),
      ...this.graphs(),
      citation);
  }

  download(format, name) {
    const address = `${this.page.endpoint}?${new URLSearchParams({ query: this.asked.text, format })}`;
    const file = `osagraph-result.${format}`;
    if (address.length < LONGEST_ADDRESS) return element('a', { href: address, download: file }, name);
    return element('button', { type: 'button', class: 'plain', onclick: async () => {
      const body = new URLSearchParams({ query: this.asked.text, format });
      const blob = await (await fetch(this.page.endpoint, { method: 'POST', body, headers: { Accept: '*/*' } })).blob();
      const link = element('a', { href: URL.createObjectURL(blob), download: file });
      link.click();
      URL.revokeObjectURL(link.href);
    } }, name);
  }

  /** Links to the answer as a graph, where its address is not too long. */
  graphs() {
    const links = GRAPHS[this.answer.form].map(([format, name]) =>
      element('a', { href: this.page.address({ query: this.asked.text }, `/export/graph.${format}`), download: `osagraph-answer.${format}` }, name));
    if (!links.length || links[0].href.length > LONGEST_ADDRESS) return [];
    return [element('p', { class: 'formats' }, 'As a graph of things ', ...spaced(links))];
  }

  async share(button) {
    const address = new URL(this.page.address({ query: this.asked.text }), location.href).href;
    try {
      await navigator.clipboard.writeText(address);
      button.textContent = 'Copied';
    } catch {
      button.after(' ', element('input', { class: 'link', readonly: true, value: address, 'aria-label': 'Link to this query' }));
    }
  }

  async cite(place) {
    place.replaceChildren(element('p', { class: 'quiet' }, 'One moment…'));
    const response = await fetch(this.page.address({ query: this.asked.text }, '/query/citation'), { headers: { Accept: 'application/json' } });
    const answer = await response.json();
    place.replaceChildren(response.ok
      ? element('div', { class: 'citation' }, element('p', {}, answer.text),
        element('p', { class: 'quiet' }, 'The SHA-256 is of the query, a line feed, and the lines of the result as TSV or N-Triples in byte order.'))
      : element('p', { class: 'fault' }, answer.detail ?? 'It cannot be cited at the moment.'));
  }
}

function variablesOf(rows) {
  return [...new Set(rows.flatMap((row) => Object.keys(row)))];
}

function spaced(nodes) {
  return nodes.flatMap((node) => [node, ' ']);
}

/** The first characters of a response; the rest is not waited for. */
async function beginning(response) {
  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  let text = '';
  for (;;) {
    const { done, value } = await reader.read();
    text += decoder.decode(value, { stream: !done });
    if (done) return { text, isCut: false };
    if (text.length > RAW_CHARACTERS) {
      reader.cancel();
      return { text: text.slice(0, RAW_CHARACTERS), isCut: true };
    }
  }
}
