// What the rows of a result rest on, asked for when somebody opens the first of them.
import { element, grouped } from './dom.js';

// The server traces so many rows at most.
export const MOST_TRACED = 1000;
const JSON_RESULTS = 'application/sparql-results+json';
const FEW_CLAIMS = 5;
const LONGEST_FRAGMENT = 200;
const WEB = /^https?:\/\//i;
const TYPE = 'http://www.w3.org/1999/02/22-rdf-syntax-ns#type';
// What somebody claims is told before what descriptions and the ontology say.
const LATER = new Set(['described', 'reference', 'ontology', 'given', 'elsewhere']);
const SOURCES = /\/id\/source\/([^/?#]+)$/;

export class RowReceipts {
  /** `page` has names, ask(…) and problemOf(response); `text` is the query, `rows` its rows in their order. */
  constructor(page, text, rows) {
    this.page = page;
    this.text = text;
    this.rows = rows;
    this.panels = new Map();
  }

  isOpen(at) {
    return this.panels.has(at);
  }

  /** What a row rests on, the same element each time; it fills by itself. */
  open(at) {
    if (!this.isOpen(at)) {
      const panel = element('div', { class: 'receipts-of-row', id: `receipts-${at}` }, element('p', { role: 'status' }, 'Tracing the rows…'));
      this.panels.set(at, panel);
      this.fill(panel, at);
    }
    return this.panels.get(at);
  }

  close(at) {
    this.panels.delete(at);
  }

  async fill(panel, at) {
    try {
      this.loading ??= this.load();
      await this.loading;
      panel.replaceChildren(...this.told(at));
    } catch (error) {
      // Whoever opens a row again asks again.
      this.loading = undefined;
      panel.replaceChildren(element('p', { class: 'fault', role: 'alert' }, error.message));
    }
    await this.page.names.fetchLabels();
  }

  async load() {
    const response = await this.page.ask(this.text, { Accept: JSON_RESULTS }, undefined, { receipts: 1 });
    if (!response.ok) throw new Error(await this.page.problemOf(response));
    const { head, results, receipts } = await response.json();
    this.receipts = receipts;
    this.numbers = matched(this.rows, results.bindings, head.vars);
  }

  told(at) {
    const { facts, because, notes: general } = this.receipts;
    // A query that is not followed may give other rows each time.
    const row = this.receipts.rows[this.numbers[at]] ?? (because && { facts: [], untraced: [], notes: [] });
    if (!row) return [element('p', {}, 'This row was not there when the rows were traced: the graph may have changed meanwhile. Run the query again.')];
    const behind = row.facts.map((number) => facts[number]);
    const shown = [...behind.filter(({ kind }) => !LATER.has(kind)), ...behind.filter(({ kind }) => LATER.has(kind))]
      .map((fact) => element('li', {}, ...this.fact(fact)));
    const notes = [...row.notes, ...(row.untraced.length || !row.facts.length ? general : [])];
    if (!shown.length && !notes.length) notes.push('Nothing of the graph that can be traced.');
    return [
      shown.length && element('ul', { class: 'facts' }, ...shown),
      notes.length && element('ul', { class: 'quiet notes' }, ...notes.map((note) => element('li', { dir: 'auto' }, note))),
    ].filter(Boolean);
  }

  fact(fact) {
    const { names } = this.page;
    const { claims } = this.receipts;
    const arrow = () => element('span', { class: 'arrow', 'aria-hidden': 'true' }, ' → ');
    const sides = [...fact.claims.map((iri) => [fact.against.length ? 'for' : '', claims[iri]]), ...fact.against.map((iri) => ['against', claims[iri]])];
    const predicate = fact.predicate.value === TYPE ? 'is a' : names.node(fact.predicate);
    const describing = fact.sources.map((iri) => element('li', {}, ...this.cited(this.receipts.sources[iri])));
    return [
      element('p', { class: 'statement' }, names.node(fact.subject), arrow(), predicate, arrow(), names.node(fact.object)),
      element('p', {}, fact.contesting > 0 && contested(), fact.sentence, ...this.why(fact)),
      ...folded(sides.map(([side, claim]) => this.testimony(side, claim)), FEW_CLAIMS, 'more'),
      ...folded(describing, 0, describing.length < fact.describing ? 'of them' : 'sources'),
    ];
  }

  why(fact) {
    const terms = [fact.subject, fact.predicate, fact.object];
    if (fact.graph || !terms.every(({ type }) => type === 'uri' || type === 'literal')) return [];
    const [s, p, o] = terms.map((term) => (term.type === 'uri' ? term.value : turtle(term)));
    return [' ', element('a', { href: this.page.names.address(`/explain?${new URLSearchParams({ s, p, o })}`) }, 'why?')];
  }

  testimony(side, claim) {
    return element('li', { class: side },
      side && element('strong', {}, { for: 'For: ', against: 'Against: ' }[side]),
      element('span', { title: claim.claim, dir: 'auto' }, claim.sentence), ' ',
      ...claim.quotes.flatMap(({ text, language }) => [element('q', { lang: language, dir: 'auto' }, text), ' ']),
      element('br'), ...this.cited(this.receipts.sources[claim.source], claim.quotes[0]?.text));
  }

  /** A source as in a list of references, with the way to its page and to the original. */
  cited(source, quoted) {
    const { names } = this.page;
    const name = SOURCES.exec(source.iri)?.[1];
    const title = { lang: source.title.language, dir: 'auto' };
    return [
      element('cite', {}, name ? element('a', { ...title, href: names.address(`/sources/${name}`) }, source.title.text) : element('span', title, source.title.text)),
      source.publisher && ', ', source.publisher && names.word(source.publisher),
      ' (', names.word(source.kind), '), ',
      source.issued ? element('time', { class: 'nowrap', datetime: source.issued }, source.issued) : 'no date',
      ...(WEB.test(source.url ?? '') ? [' ', element('a', { class: 'nowrap', href: atQuote(source.url, quoted), rel: 'nofollow noopener' }, 'original')] : []),
    ].filter(Boolean);
  }
}

function contested() {
  return element('span', {}, element('span', { class: 'mark', 'aria-hidden': 'true' }, '⚑'), ' ', element('strong', {}, 'contested'), ' · ');
}

/** A list of the first few, and of the others behind a summary that ends in `words`. */
function folded(items, few, words) {
  const list = (part) => element('ul', { class: 'evidence' }, ...part);
  const [first, others] = [items.slice(0, few), items.slice(few)];
  return [
    ...(first.length ? [list(first)] : []),
    ...(others.length ? [element('details', {}, element('summary', {}, `${grouped(others.length)} ${words}`), list(others))] : []),
  ];
}

/** The address of a text at the place of a quote. Spec: https://wicg.github.io/scroll-to-text-fragment/ */
function atQuote(address, quoted) {
  if (!quoted || quoted.length > LONGEST_FRAGMENT) return address;
  return `${address}${address.includes('#') ? '' : '#'}:~:text=${encodeURIComponent(quoted).replaceAll('-', '%2D')}`;
}

/** A literal in Turtle. */
function turtle(term) {
  const text = JSON.stringify(term.value);
  if (term['xml:lang']) return `${text}@${term['xml:lang']}`;
  return term.datatype ? `${text}^^<${term.datatype}>` : text;
}

/** For each row its number among the traced ones, which may come in another order; equal rows one after another. */
function matched(rows, traced, variables) {
  const numbers = new Map();
  traced.forEach((row, number) => {
    const key = keyOf(row, variables);
    numbers.set(key, [...(numbers.get(key) ?? []), number]);
  });
  return rows.map((row) => numbers.get(keyOf(row, variables))?.shift());
}

function keyOf(row, variables) {
  // A variable may be called as what all objects inherit.
  return JSON.stringify(variables.map((name) => (Object.hasOwn(row, name) ? termKey(row[name]) : null)));
}

function termKey(term) {
  if (!term) return null;
  if (term.type === 'triple') return ['subject', 'predicate', 'object'].map((part) => termKey(term.value[part]));
  return [term.type, term.value, term['xml:lang'] ?? '', term.datatype ?? ''];
}
