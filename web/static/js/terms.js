// RDF terms for people: a short text, perhaps a link, perhaps a language. Never markup.
import { element, grouped } from './dom.js';
import { Pace } from './pace.js';

const XSD = 'http://www.w3.org/2001/XMLSchema#';
const NUMBERS = new Set(['integer', 'decimal', 'double', 'float', 'int', 'long', 'short', 'byte',
  'nonNegativeInteger', 'positiveInteger', 'nonPositiveInteger', 'negativeInteger',
  'unsignedInt', 'unsignedLong', 'unsignedShort', 'unsignedByte'].map((name) => XSD + name));
const LOCAL_NAME = /^[\p{L}\p{N}_/.-]+$/u;
const WEB = /^https?:\/\//i;
// Years and small counts are read without separators.
const GROUPED_FROM = 5;
// A longer text is cut, with the whole of it in the title.
const MOST_CHARACTERS = 400;
// So many labels are asked for at a time.
const MOST_THINGS = 200;

export function isNumber(term) {
  return term?.type === 'literal' && NUMBERS.has(term.datatype);
}

/** The date or year that a term names, as [text, Date]; nothing where it names none. */
export function dateOf(term) {
  if (term?.type !== 'literal' || !term.datatype?.startsWith(XSD)) return undefined;
  const match = /^(-?\d{4,})(?:-(\d\d)(?:-(\d\d))?)?/.exec(term.value);
  if (!match || !['date', 'dateTime', 'dateTimeStamp', 'gYear', 'gYearMonth'].includes(term.datatype.slice(XSD.length))) {
    return undefined;
  }
  const date = new Date(0);
  date.setUTCFullYear(Number(match[1]), Number(match[2] ?? 1) - 1, Number(match[3] ?? 1));
  return date;
}

/** Names of IRIs: by prefix at once, by label once somebody has asked for them. */
export class Names {
  constructor(prefixes, kept) {
    this.prefixes = Object.entries(prefixes).sort((a, b) => b[1].length - a[1].length);
    this.kept = new URLSearchParams(kept).toString();
    this.ours = ['id', 'osa', 'graph'].map((prefix) => prefixes[prefix]).filter(Boolean);
    this.labels = new Map();
    this.waiting = new Map();
  }

  short(iri) {
    for (const [prefix, base] of this.prefixes) {
      const local = iri.slice(base.length);
      if (iri.startsWith(base) && LOCAL_NAME.test(local)) return `${prefix}:${local}`;
    }
    return iri;
  }

  text(term) {
    if (!term) return '';
    if (term.type === 'uri') return this.labels.get(term.value)?.label ?? this.short(term.value);
    if (term.type === 'bnode') return `_:${term.value}`;
    if (term.type === 'triple') {
      const { subject, predicate, object } = term.value;
      return `<<( ${[subject, predicate, object].map((part) => this.text(part)).join(' ')} )>>`;
    }
    return isNumber(term) ? groupedNumber(term.value) : term.value;
  }

  /** An element that shows the term; it is given its label later, where the term has one. */
  node(term) {
    if (term?.type === 'uri') return this.link(term.value);
    const whole = this.text(term);
    const text = whole.length > MOST_CHARACTERS ? `${whole.slice(0, MOST_CHARACTERS)}…` : whole;
    return element('span', {
      dir: term?.['its:dir'] ?? 'auto',
      lang: term?.['xml:lang'],
      title: text === whole ? term?.datatype : whole,
    }, text);
  }

  link(iri) {
    const known = this.labels.get(iri);
    const shown = known?.label ?? this.short(iri);
    // No link but to the web: an IRI may be of any scheme, `javascript:` too.
    const node = WEB.test(iri)
      ? element('a', { href: known?.href ?? this.guess(iri), title: iri, rel: 'nofollow noopener' }, shown)
      : element('span', { title: iri, dir: 'auto' }, shown);
    if (known) named(node, known);
    else this.waiting.set(iri, [...(this.waiting.get(iri) ?? []), node]);
    return node;
  }

  /** A thing by its name alone, `term` being as in explanations: with a label of its own until there is a better one. */
  word(term) {
    const known = this.labels.get(term.value);
    const node = element('span', { title: term.value, dir: 'auto' }, known?.label ?? term.label ?? term.text);
    if (known) named(node, known);
    else this.waiting.set(term.value, [...(this.waiting.get(term.value) ?? []), node]);
    return node;
  }

  /** Where a thing is looked up as long as nobody has said where its page is. */
  guess(iri) {
    return this.ours.some((base) => iri.startsWith(base)) ? this.address(`/entity?iri=${encodeURIComponent(iri)}`) : iri;
  }

  /** The address of a page, in the view of this one. */
  address(path) {
    return this.kept ? `${path}${path.includes('?') ? '&' : '?'}${this.kept}` : path;
  }

  /** Ask for the labels of all IRIs that are shown without one, and show them. */
  async fetchLabels(more = []) {
    const wanted = [...new Set([...this.waiting.keys(), ...more])].filter((iri) => WEB.test(iri) && !this.labels.has(iri));
    for (let at = 0; at < wanted.length; at += MOST_THINGS) {
      const body = new URLSearchParams(wanted.slice(at, at + MOST_THINGS).map((iri) => ['iri', iri]));
      const response = await fetch(this.address('/query/labels'), { method: 'POST', body });
      if (!response.ok) return;
      const pace = new Pace();
      for (const [iri, known] of Object.entries((await response.json()).labels)) {
        await pace.breathe();
        this.labels.set(iri, known);
        for (const node of this.waiting.get(iri) ?? []) {
          node.textContent = known.label ?? this.short(iri);
          named(node, known);
          if (node.href && known.href) node.href = known.href;
        }
        this.waiting.delete(iri);
      }
    }
  }
}

function named(node, known) {
  if (known.language) node.lang = known.language;
}

function groupedNumber(text) {
  const match = /^([+-]?)(\d+)(\.\d+)?$/.exec(text);
  if (!match || match[2].length < GROUPED_FROM) return text;
  return `${match[1]}${grouped(BigInt(match[2]))}${match[3] ?? ''}`;
}
