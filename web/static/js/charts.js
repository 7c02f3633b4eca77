// Pictures of results, drawn by Observable Plot. Each is a figure whose text alternative is the table.
import { element } from './dom.js';
import { heading } from './result-table.js';
import { dateOf } from './terms.js';

const MOST_MARKS = 2000;
const MOST_NAMES = 60;
const FEW_COLUMNS = 24;
const LARGEST_LABELLED = 12;
const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 2 });
// Plot draws to a width in pixels; on a narrow page it is drawn narrow, so that its letters stay readable.
const base = (width) => ({ className: 'plot', width, style: { background: 'none', fontFamily: 'inherit', overflow: 'visible' } });

/** A figure for a drawing: one image with a name, and a sentence below it. */
export function figure(drawing, name, sentence) {
  // Plot brings a style element, which our policy would refuse; its rules are in query.css.
  drawing.querySelectorAll('style').forEach((each) => each.remove());
  drawing.setAttribute('aria-hidden', 'true');
  drawing.removeAttribute('role');
  return element('figure', { class: 'chart' },
    element('div', { role: 'img', 'aria-label': name }, drawing),
    element('figcaption', {}, sentence));
}

/** Bars, columns, a line or dots of one number over something. */
export function chart(Plot, rows, names, { kind, x, y }, width) {
  const marks = rows.filter((row) => row[x] && Number.isFinite(Number(row[y]?.value))).slice(0, MOST_MARKS)
    .map((row) => ({ x: names.text(row[x]), at: placeOf(row[x]), y: Number(row[y].value) }));
  const used = kind === 'bars' ? marks.slice(0, MOST_NAMES) : marks;
  const options = { kind: shapeFor(kind, used), x, y };
  const name = `${heading(y)} by ${heading(x)}: ${used.length} values. The table has the same content.`;
  return figure(drawn(Plot, used, options, width), name, said(rows, used.length, options));
}

/** Columns for what has no order would have unreadable names below them. */
function shapeFor(kind, marks) {
  const hasOrder = marks.every(({ at }) => at instanceof Date || typeof at === 'number');
  return kind === 'columns' && !hasOrder && marks.length > FEW_COLUMNS ? 'bars' : kind;
}

function drawn(Plot, marks, { kind, x, y }, width) {
  const value = { label: heading(y), grid: true, tickFormat: (number) => compact.format(number), nice: true };
  if (kind === 'bars') {
    const names = [...new Set(marks.map((each) => each.x))];
    return Plot.plot({ ...base(width), marginLeft: marginFor(names, width), marginRight: 32, height: 48 + 22 * names.length, x: value,
      y: { label: null, domain: names },
      marks: [Plot.barX(marks, { x: 'y', y: 'x', fill: 'var(--accent)' }), Plot.ruleX([0])] });
  }
  if (kind === 'columns') {
    return Plot.plot({ ...base(width), height: 360, marginLeft: 56, y: value,
      x: { label: heading(x), type: 'band', domain: [...new Set(marks.map((each) => each.x))] },
      marks: [Plot.barY(marks, { x: 'x', y: 'y', fill: 'var(--accent)' }), Plot.ruleY([0])] });
  }
  const hasOrder = marks.every(({ at }) => at !== null);
  const across = hasOrder ? { label: heading(x), ...(typeof marks[0]?.at === 'number' ? { tickFormat: 'd' } : {}) }
    : { label: heading(x), type: 'point' };
  const channels = { x: hasOrder ? 'at' : 'x', y: 'y' };
  const dots = Plot.dot(marks, { ...channels, fill: 'var(--accent)', r: 4 });
  const line = Plot.line(marks, { ...channels, stroke: 'var(--accent)', sort: hasOrder ? 'at' : undefined });
  return Plot.plot({ ...base(width), height: 360, marginLeft: 56, x: across, y: value, marks: kind === 'line' ? [line, dots] : [dots] });
}

/** A number or date to place a term at; null where it is neither. */
function placeOf(term) {
  const date = dateOf(term);
  if (date) return /^-?\d{4,}$/.test(term.value) ? date.getUTCFullYear() : date;
  return term.type === 'literal' && term.value.trim() && Number.isFinite(Number(term.value)) ? Number(term.value) : null;
}

function marginFor(names, width) {
  const longest = Math.max(0, ...names.map((name) => name.length));
  return Math.min(width / 2.5, 24 + 7 * longest);
}

function said(rows, drawn, { x, y }) {
  const left = rows.length - drawn;
  return `${heading(y)} by ${heading(x)}.${left > 0 ? ` ${drawn} of ${rows.length} rows are drawn.` : ''}`;
}

/** What happened when: a dot for each row, with its name. */
export function timeline(Plot, rows, names, { x, label }, width) {
  const dated = rows.map((row) => ({ at: timeOf(row[x]), name: label ? names.text(row[label]) : '', lang: row[label]?.['xml:lang'] }))
    .filter(({ at }) => at).sort((a, b) => a.at - b.at);
  const marks = dated.slice(0, MOST_NAMES).map((each, place) => ({ ...each, place, name: cut(each.name) }));
  const middle = marks.length ? (marks[0].at.getTime() + marks.at(-1).at.getTime()) / 2 : 0;
  const texts = (isEarly) => Plot.text(marks.filter(({ at }) => (at.getTime() <= middle) === isEarly), {
    x: 'at', y: 'place', text: 'name', textAnchor: isEarly ? 'start' : 'end', dx: isEarly ? 9 : -9, fill: 'var(--ink)',
  });
  const drawing = Plot.plot({
    ...base(width), height: 60 + 22 * marks.length, marginLeft: 24, marginRight: 24, x: { type: 'utc', label: null, grid: true, axis: 'both' },
    y: { axis: null, type: 'point', domain: marks.map(({ place }) => place) },
    marks: [Plot.dot(marks, { x: 'at', y: 'place', fill: 'var(--accent)', r: 4 }), texts(true), texts(false)],
  });
  const name = `Timeline of ${marks.length} rows by ${heading(x)}. The table has the same content.`;
  return figure(drawing, name, `${marks.length} of ${rows.length} rows, the earliest first.`);
}

function timeOf(term) {
  const date = dateOf(term);
  if (date || !term) return date;
  if (!/^[12]\d{3}$/.test(term.value)) return undefined;
  return new Date(Date.UTC(Number(term.value), 0, 1));
}

function cut(text) {
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}

/** Where things are: dots at coordinates or in the middle of countries, larger where the number is. */
export function map(Plot, world, rows, names, { lat, long, place, label, size }, width) {
  const countries = Plot.feature(world, world.objects.countries);
  const centre = centres(Plot, countries);
  const placed = rows.slice(0, MOST_MARKS).map((row) => {
    const name = names.text(row[place ?? label]);
    const known = place ? centre(row[place], name) : [Number(row[long]?.value), Number(row[lat]?.value)];
    return { name: cut(name), point: known, value: size ? Number(row[size]?.value) : 1 };
  });
  const marks = together(placed.filter(({ point, value }) => point && point.every(Number.isFinite) && value > 0));
  const labelled = [...marks].sort((a, b) => b.value - a.value).slice(0, LARGEST_LABELLED);
  const position = { x: ({ point }) => point[0], y: ({ point }) => point[1] };
  const drawing = Plot.plot({
    ...base(width), height: width / 2, projection: 'equal-earth', r: { range: [0, 18] },
    marks: [
      Plot.graticule({ stroke: 'var(--line)', strokeOpacity: 0.6 }),
      Plot.geo(countries, { fill: 'var(--line)', stroke: 'var(--panel)', strokeWidth: 0.6 }),
      Plot.sphere({ stroke: 'var(--line)' }),
      Plot.dot(marks, { ...position, r: size ? 'value' : 5, fill: 'var(--accent)', fillOpacity: 0.7, stroke: 'var(--panel)' }),
      Plot.text(labelled, { ...position, text: 'name', dy: -10, fill: 'var(--ink)', stroke: 'var(--panel)', strokeWidth: 3 }),
    ],
  });
  const lost = [...new Set(placed.filter(({ point }) => !point).map(({ name }) => name))].filter(Boolean);
  const what = size ? `, larger where ${heading(size)} is` : '';
  const missing = lost.length ? ` Not on the map: ${lost.slice(0, 20).join(', ')}${lost.length > 20 ? '…' : ''}.` : '';
  return figure(drawing, `Map of ${marks.length} places${what}. The table has the same content.`, `${marks.length} places${what}.${missing}`);
}

/** One mark for each place, its numbers added up. */
function together(marks) {
  const found = new Map();
  for (const mark of marks) {
    const key = mark.point.join();
    const known = found.get(key);
    found.set(key, known ? { ...known, value: known.value + mark.value } : mark);
  }
  return [...found.values()];
}

const ABBREVIATIONS = { 'is.': 'islands', 'rep.': 'republic', 'dem.': 'democratic', 'eq.': 'equatorial', 'n.': 'north', 's.': 'south', 'herz.': 'herzegovina', 'w.': 'western', 'st.': 'saint' };
const OTHER_NAMES = { 'united states': 'united states of america', 'cabo verde': 'cape verde', 'türkiye': 'turkey', 'east timor': 'timor-leste', 'czech republic': 'czechia', "viet nam": 'vietnam' };

/** Finds the middle of a country by its name, its English label or its ISO 3166 code. */
function centres(Plot, countries) {
  const byName = new Map(countries.features.map((country) => [plain(country.properties.name), country]));
  const regions = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' });
  return (term, name) => {
    if (!term) return undefined;
    const code = term.type === 'literal' && /^[A-Z]{2}$/.test(term.value) ? regions.of(term.value) : undefined;
    const local = decodeURIComponent(term.value.split(/[/#]/).pop().replace(/%(?![0-9A-Fa-f]{2})/g, '')).replaceAll('-', ' ');
    const found = [code, name, local].filter(Boolean).map(plain).map((each) => byName.get(OTHER_NAMES[each] ?? each)).find(Boolean);
    return found && Plot.geoCentroid(found);
  };
}

function plain(name) {
  return name.toLowerCase().replace(/^the /, '').split(/\s+/).map((word) => ABBREVIATIONS[word] ?? word).join(' ');
}
