// Reads results while they arrive: SPARQL results in JSON row by row, N-Triples line by line.
// Spec: https://www.w3.org/TR/sparql11-results-json/ and https://www.w3.org/TR/n-triples/
import { Pace } from './pace.js';

// Rows beyond these are counted and not kept.
export const MOST_ROWS = 10_000;
// A piece of text that is parsed at once.
const SLICE = 64 * 1024;
const BINDINGS = /"bindings"\s*:\s*\[/;

/**
 * Reads a response to its end. `take(rows)` is called with rows as they come, MOST_ROWS of them at most.
 * Resolves to {form, variables, count, truth}. Rejects where the answer was cut off.
 */
export async function readResults(response, take) {
  const isGraph = !(response.headers.get('content-type') ?? '').includes('json');
  const rows = isGraph ? new TripleLines(take) : new JsonRows(take);
  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  const pace = new Pace();
  for (let done = false; !done;) {
    const piece = await reader.read();
    done = piece.done;
    const text = decoder.decode(piece.value, { stream: !done });
    for (let at = 0; at < text.length; at += SLICE) {
      rows.push(text.slice(at, at + SLICE));
      await pace.breathe();
    }
  }
  return rows.end();
}

/** Cuts the rows out of a results document by its brackets; what stands around them is parsed at the end. */
export class JsonRows {
  constructor(take) {
    this.take = take;
    this.count = 0;
    this.head = '';
    this.text = '';
    this.tail = null;
  }

  push(piece) {
    if (this.tail !== null) {
      this.tail += piece;
      return;
    }
    this.text += piece;
    if (!this.head) {
      const found = BINDINGS.exec(this.text);
      if (!found) return;
      const end = found.index + found[0].length;
      this.head = this.text.slice(0, end);
      this.text = this.text.slice(end);
    }
    this.cut();
  }

  cut() {
    const { ends, close } = rowEnds(this.text);
    const last = ends.length ? ends[ends.length - 1] : 0;
    const room = MOST_ROWS - this.count;
    if (ends.length && room > 0) {
      const kept = Math.min(ends.length, room);
      const rows = JSON.parse(`[${this.text.slice(0, ends[kept - 1]).replace(/^\s*,/, '')}]`);
      // Unbound is unbound, also where a variable is called as what all objects inherit: ?constructor.
      this.take(rows.map((row) => Object.setPrototypeOf(row, null)));
    }
    this.count += ends.length;
    if (close >= 0) {
      this.tail = this.text.slice(close);
      this.text = '';
    } else {
      this.text = this.text.slice(last);
    }
  }

  end() {
    const document = JSON.parse(this.head ? this.head + (this.tail ?? '') : this.text);
    const form = typeof document.boolean === 'boolean' ? 'ask' : 'select';
    return { form, variables: document.head?.vars ?? [], count: this.count, truth: document.boolean };
  }
}

/** Where each whole object of the text ends, and where the list that holds them is closed (-1: not here). */
function rowEnds(text) {
  const ends = [];
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 0x22) {
      at = stringEnd(text, at);
      if (at < 0) break;
    } else if (code === 0x7b) {
      depth += 1;
    } else if (code === 0x7d) {
      depth -= 1;
      if (depth === 0) ends.push(at + 1);
    } else if (code === 0x5d && depth === 0) {
      return { ends, close: at };
    }
  }
  return { ends, close: -1 };
}

function stringEnd(text, start) {
  for (let at = text.indexOf('"', start + 1); at >= 0; at = text.indexOf('"', at + 1)) {
    let slashes = 0;
    while (text.charCodeAt(at - 1 - slashes) === 0x5c) slashes += 1;
    if (slashes % 2 === 0) return at;
  }
  return -1;
}

const TRIPLE = /^(<[^>]*>|_:\S+|<<\(.*\)>>) (<[^>]*>) (.*) \.$/;
const LITERAL = /^"((?:[^"\\]|\\.)*)"(?:@([A-Za-z0-9-]+?)(?:--(ltr|rtl))?|\^\^<([^>]*)>)?$/;

/** The triples of an N-Triples document, as rows of the variables subject, predicate and object. */
export class TripleLines {
  constructor(take) {
    this.take = take;
    this.count = 0;
    this.text = '';
  }

  push(piece) {
    const lines = (this.text + piece).split('\n');
    this.text = lines.pop();
    const full = lines.filter((line) => line.trim());
    const room = Math.max(0, MOST_ROWS - this.count);
    const rows = full.slice(0, room).map(readTriple);
    if (rows.length) this.take(rows);
    this.count += full.length;
  }

  end() {
    if (this.text.trim()) this.push('\n');
    return { form: 'graph', variables: ['subject', 'predicate', 'object'], count: this.count };
  }
}

function readTriple(line) {
  const parts = TRIPLE.exec(line.trim());
  if (!parts) return { subject: { type: 'literal', value: line } };
  const [subject, predicate, object] = parts.slice(1).map(readTerm);
  return { subject, predicate, object };
}

function readTerm(text) {
  if (text.startsWith('_:')) return { type: 'bnode', value: text.slice(2) };
  const literal = LITERAL.exec(text);
  if (literal) {
    const [, value, language, direction, datatype] = literal;
    return { type: 'literal', value: unescaped(value), 'xml:lang': language, 'its:dir': direction, datatype };
  }
  if (text.startsWith('<<')) return { type: 'literal', value: text };
  return { type: 'uri', value: unescaped(text.slice(1, -1)) };
}

const SIGNS = { t: '\t', b: '\b', n: '\n', r: '\r', f: '\f' };

function unescaped(text) {
  return text.replace(/\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))/g, (_all, four, eight, sign) => (
    four || eight ? String.fromCodePoint(parseInt(four ?? eight, 16)) : SIGNS[sign] ?? sign
  ));
}
