// Which picture suits a result: what a `#view:` comment says, else what the columns are.
//   #view: bars x=?country y=?amount       #view: columns, line or dots, likewise
//   #view: timeline x=?date label=?event
//   #view: graph source=?giver target=?recipient label=?programme
//   #view: map place=?country size=?amount     #view: map lat=?lat long=?long label=?city
import { dateOf, isNumber } from './terms.js';

// What triples are called as rows; the result of CONSTRUCT and DESCRIBE has these.
export const TRIPLES = { source: 'subject', target: 'object', label: 'predicate' };
export const KINDS = ['bars', 'columns', 'line', 'dots'];
const DIRECTIVE = /^[ \t]*#[ \t]*view:[ \t]*([a-z]+)([^\n]*)$/im;
const SETTING = /([a-z]+)\s*=\s*[?$]?([\p{L}\p{N}_]+)/giu;
const LATITUDE = /^(lat|latitude)$/i;
const LONGITUDE = /^(long?|lng|longitude)$/i;
const YEAR = /year|jahr|年/i;
const PLACE = /country|recipient|state|place|provider|nation/i;
const LOOKED_AT = 200;

/** What a query's comment asks for: {view, settings}; nothing where there is no such comment. */
export function directive(text) {
  const match = DIRECTIVE.exec(text);
  if (!match) return undefined;
  const settings = Object.fromEntries([...match[2].matchAll(SETTING)].map(([, key, name]) => [key.toLowerCase(), name]));
  const word = match[1].toLowerCase();
  if (word === 'chart' || word === 'bar') return { view: 'chart', settings: { ...settings, kind: 'bars' } };
  return KINDS.includes(word) ? { view: 'chart', settings: { ...settings, kind: word } } : { view: word, settings };
}

/** What each column holds, by its first rows: number, year, date, thing or text. */
export function columnsOf(variables, rows) {
  return variables.map((name) => {
    const terms = rows.slice(0, LOOKED_AT).map((row) => row[name]).filter(Boolean);
    const all = (test) => terms.length > 0 && terms.every(test);
    let kind = 'text';
    if (all((term) => isNumber(term))) kind = YEAR.test(name) && all(isYear) ? 'year' : 'number';
    else if (all((term) => dateOf(term))) kind = all((term) => /^-?\d{4,}$/.test(term.value)) ? 'year' : 'date';
    else if (all((term) => term.type === 'uri')) kind = 'thing';
    const coordinate = LATITUDE.test(name) ? 'lat' : LONGITUDE.test(name) ? 'long' : undefined;
    return { name, kind, coordinate };
  });
}

const isYear = (term) => /^[12]\d{3}$/.test(term.value);

/** The columns that a picture begins with, as {chart, timeline, map, graph}; each is missing where nothing fits. */
export function choices(variables, rows) {
  const columns = columnsOf(variables, rows);
  const first = (...kinds) => columns.find(({ kind, coordinate }) => kinds.includes(kind) && !coordinate)?.name;
  const number = first('number');
  const across = first('year', 'date') ?? first('thing', 'text');
  const when = first('date', 'year');
  const name = first('text') ?? first('thing');
  const lat = columns.find(({ coordinate }) => coordinate === 'lat')?.name;
  const long = columns.find(({ coordinate }) => coordinate === 'long')?.name;
  const place = columns.find((column) => PLACE.test(column.name) && ['thing', 'text'].includes(column.kind))?.name ?? first('thing');
  const isTime = columns.some((column) => column.name === across && ['year', 'date'].includes(column.kind));
  return {
    chart: number && across && { kind: isTime ? 'columns' : 'bars', x: across, y: number },
    timeline: when && { x: when, label: name },
    map: lat && long ? { lat, long, label: name, size: number } : place && { place, size: number },
    graph: links(columns),
  };
}

/** Which columns lead from thing to thing: of three the one in the middle names the link, as in a triple. */
function links(columns) {
  const things = columns.filter(({ kind }) => kind === 'thing').map(({ name }) => name);
  if (things.length < 2) return undefined;
  if (things.length > 2) return { source: things[0], target: things[2], label: things[1] };
  return { source: things[0], target: things[1], label: columns.find(({ kind }) => kind === 'text')?.name };
}
