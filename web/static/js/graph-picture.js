// The picture of a graph as a file.
import { FONT, Labels } from './graph-labels.js';

const SVG = 'http://www.w3.org/2000/svg';

/** What is seen of a view, on paper, as a PNG (a Blob). */
export async function asPicture({ sigma, stage, colours }) {
  const canvases = [...stage.querySelectorAll('canvas')].filter((each) => !each.classList.contains('sigma-mouse'));
  const canvas = document.createElement('canvas');
  canvas.width = canvases[0].width;
  canvas.height = canvases[0].height;
  const context = canvas.getContext('2d');
  context.fillStyle = colours.paper;
  context.fillRect(0, 0, canvas.width, canvas.height);
  // What WebGL has drawn can be read until the task ends.
  sigma.refresh({ schedule: false });
  for (const each of canvases) context.drawImage(each, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve) => canvas.toBlob(resolve, 'image/png'));
}

/** The whole graph of a view as the text of an SVG file. */
export function asSvg(view) {
  return new XMLSerializer().serializeToString(svgOf(view));
}

/** The same as an element. Its colours are those of the page; a style sheet may give it others by its classes. */
export function svgOf({ sigma, graph, colours }) {
  const { width, height } = sigma.getDimensions();
  const root = made('svg', { viewBox: `0 0 ${width} ${height}`, width, height, 'font-family': 'Source Sans 3, sans-serif' });
  root.append(made('rect', { class: 'graph-sheet', width, height, fill: colours.paper }));
  const place = (id) => sigma.graphToViewport(graph.getNodeAttributes(id));
  graph.forEachEdge((_, { names, contested }, source, target) => {
    const to = { ...place(target), size: graph.getNodeAttribute(target, 'size') };
    root.append(...arrow(place(source), to, contested ? 'focus' : 'edge', colours, names.join(', ')));
  });
  const nodes = graph.mapNodes((id, attributes) => ({ ...attributes, ...place(id) }));
  const labels = new Labels();
  const ruler = document.createElement('canvas').getContext('2d');
  for (const node of nodes.sort((one, other) => Boolean(other.isChosen) - Boolean(one.isChosen))) {
    ruler.font = FONT(13, node.isChosen ? 700 : 400);
    root.append(...figure(node, colours, labels.place(ruler.measureText(node.text).width, node, { width }, () => nodes)));
  }
  return root;
}

function arrow(from, to, kind, colours, names) {
  const length = Math.hypot(to.x - from.x, to.y - from.y) || 1;
  const [dx, dy] = [(to.x - from.x) / length, (to.y - from.y) / length];
  const tip = [to.x - dx * to.size, to.y - dy * to.size];
  const end = [tip[0] - dx * 8, tip[1] - dy * 8];
  const look = { class: `graph-${kind}`, stroke: colours[kind], 'stroke-width': 1.4, 'stroke-dasharray': kind === 'focus' ? '6 4' : undefined };
  const line = made('line', { x1: from.x.toFixed(1), y1: from.y.toFixed(1), x2: end[0].toFixed(1), y2: end[1].toFixed(1), ...look });
  line.append(made('title', {}, names));
  const corners = [tip, [end[0] - dy * 3.5, end[1] + dx * 3.5], [end[0] + dy * 3.5, end[1] - dx * 3.5]];
  const points = corners.map((corner) => corner.map((each) => each.toFixed(1)).join()).join(' ');
  return [line, made('polygon', { class: `graph-${kind}`, points, fill: colours[kind] })];
}

/** A circle with its letter, and the name where there is room for it. */
function figure({ x, y, size, text, letter, colour, isChosen }, colours, place) {
  const at = { x: x.toFixed(1), y: (y + size * 0.4).toFixed(1) };
  const parts = [
    made('circle', { class: `graph-kind-${colour}`, cx: at.x, cy: y.toFixed(1), r: size, fill: colours.kinds[colour] }),
    made('text', { ...at, class: 'graph-paper', 'text-anchor': 'middle', 'font-size': Math.round(size * 1.15), 'font-weight': 700, fill: colours.paper }, letter),
  ];
  if (!place) return parts;
  const name = { x: place.x.toFixed(1), y: (place.y + 4.5).toFixed(1), 'font-size': 13, 'font-weight': isChosen ? 700 : undefined };
  return [...parts, made('text', { ...name, class: 'graph-ink', fill: colours.ink }, text)];
}

function made(name, attributes, text) {
  const node = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== undefined) node.setAttribute(key, value);
  }
  // An XML file cannot hold every character.
  if (text) node.textContent = text.replace(/[\p{Cc}\p{Cs}\uFFFE\uFFFF]/gu, ' ');
  return node;
}
