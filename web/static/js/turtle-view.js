// Turtle with colours, as text of the page: it can be searched, printed and read aloud like any other.
// CodeMirror's mode for Turtle takes a name such as osa:Claim for a comment, and a view of it prints what is in sight.
// Spec: https://www.w3.org/TR/turtle/#sec-grammar-grammar
import { element } from './dom.js';
import { Pace } from './pace.js';

const LONG = (quote) => `${quote}{3}(?:[^${quote}\\\\]|\\\\[^]|${quote}(?!${quote}${quote}))*${quote}{3}`;
const SHORT = (quote) => `${quote}(?:[^${quote}\\\\\\n]|\\\\.)*${quote}`;
const TOKEN = new RegExp([
  '(?<comment>#[^\\n]*)',
  `(?<text>${[...['"', "'"].map(LONG), ...['"', "'"].map(SHORT)].join('|')})`,
  '(?<iri><[^<>\\s]*>)',
  '(?<keyword>@prefix\\b|@base\\b|\\b(?:PREFIX|BASE|VERSION|a)(?=\\s))',
  '(?<tag>@[A-Za-z][A-Za-z0-9-]*|\\^\\^)',
  '(?<name>(?:[\\p{L}_][\\p{L}\\p{N}_.-]*)?:[^\\s;,()\\[\\]{}<>"\']*)',
  '(?<number>[+-]?(?:\\d+\\.?\\d*|\\.\\d+)(?:[eE][+-]?\\d+)?|\\b(?:true|false)\\b)',
  '[\\p{L}\\p{N}_]+',
].join('|'), 'gu');
// Blocks out of sight are not laid out; see query.css.
const LINES_OF_BLOCK = 100;

/** Put a Turtle document into an element, in slices. */
export async function showTurtle(place, text) {
  const pace = new Pace();
  let [block, lines] = [[], 0];
  for (const [kind, part] of tokens(text)) {
    block.push(kind ? element('span', { class: `turtle-${kind}` }, part) : part);
    lines += part.split('\n').length - 1;
    if (lines < LINES_OF_BLOCK || !part.endsWith('\n')) continue;
    place.append(element('span', { class: 'block' }, ...block));
    [block, lines] = [[], 0];
    await pace.breathe();
  }
  place.append(element('span', { class: 'block' }, ...block));
}

/** The tokens of a document as [kind, text]; what stands between them has no kind, and ends at a line's end if it can. */
export function* tokens(text) {
  let end = 0;
  for (const match of text.matchAll(TOKEN)) {
    if (match.index > end) yield* between(text.slice(end, match.index));
    const kind = Object.keys(match.groups).find((name) => match.groups[name] !== undefined);
    yield [kind, match[0]];
    end = match.index + match[0].length;
  }
  if (end < text.length) yield* between(text.slice(end));
}

function* between(text) {
  const cut = text.lastIndexOf('\n') + 1;
  if (cut > 0) yield [undefined, text.slice(0, cut)];
  if (cut < text.length) yield [undefined, text.slice(cut)];
}
