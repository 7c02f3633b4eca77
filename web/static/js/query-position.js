// Where in a query somebody is typing: what may stand there decides what is offered.

const TOKEN = /#[^\n]*|"""[^]*?"""|'''[^]*?'''|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|<[^<>\s]*>|[?$][\p{L}\p{N}_]+|[\p{L}\p{N}_]*:[^\s(){}[\];,|/^*+"'<>]*|[\p{L}\p{N}_]+|[^\s]/gu;
const TERM = /^[?$<"'_]|:|^\d|^a$|^(true|false)$/;
const STARTS = new Set(['{', '}', '.']);
const TYPES = new Set(['a', 'rdf:type', '<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>']);
// A property path goes on behind these.
const PATHS = new Set(['/', '|', '^', '!']);
const SOLUTION = /\bWHERE\b|\{/i;

/** `class`, `property` or `any`, for a text that ends where the next term begins, and the subject of the triple. */
export function positionAt(text) {
  if (!SOLUTION.test(text)) return { role: 'any' };
  const tokens = (text.match(TOKEN) ?? []).filter((token) => !token.startsWith('#'));
  let terms = [];
  for (const token of tokens) {
    if (STARTS.has(token)) terms = [];
    else if (token === ';') terms = terms.slice(0, 1);
    else if (token === ',') terms = terms.slice(0, 2);
    else if (token === '[') terms = ['[]'];
    else if (token === '(' || token === ')') terms = [];
    else if (PATHS.has(token)) terms = terms.slice(0, 1);
    else if (TERM.test(token)) terms.push(token);
    else terms = [];
  }
  if (terms.length === 2 && TYPES.has(terms[1])) return { role: 'class', subject: terms[0] };
  if (terms.length === 1) return { role: 'property', subject: terms[0] };
  return { role: 'any' };
}

/** The variables of a query, each once. */
export function variablesIn(text) {
  return [...new Set(text.match(/[?$][\p{L}\p{N}_]+/gu) ?? [])];
}

/** The classes that a query gives to a subject, as prefixed names. */
export function classesOf(text, subject) {
  if (!subject || subject === '[]') return [];
  const escaped = subject.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return [...text.matchAll(new RegExp(`${escaped}\\s+(?:a|rdf:type)\\s+([\\p{L}\\p{N}_]*:[\\p{L}\\p{N}_.-]+)`, 'gu'))].map(([, name]) => name);
}

/** Whether a text declares a prefix. */
export function declares(text, prefix) {
  return new RegExp(`\\bPREFIX\\s+${prefix}:`, 'i').test(text);
}
