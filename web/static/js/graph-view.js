// A picture of nodes and links, drawn by sigma. It is an image with a name: whoever shows one has the same as a list.
import { element, counted } from './dom.js';
import { SIZES, kindOf, readColours, whenColoursChange } from './graph-style.js';
import { asPicture, asSvg, svgOf } from './graph-picture.js';
import { FONT, Labels } from './graph-labels.js';
import { placed } from './graph-places.js';

// With a graphics processor, and with none.
const MOST = { full: 2000, software: 500 };
const SOFTWARE = /swiftshader|llvmpipe|software|basic render/i;
const LETTERS_UP_TO = 800;
const LONGEST_LABEL = 34;
const CROWD = 400;
const MOST_EDGE_LABELS = 24;
const NO_WEBGL = 'This browser cannot draw the picture (it has no WebGL). The list has the same content.';
const LOST = 'The picture was lost: the graphics of this device have been reset. The list has the same content.';

/**
 * Draws nodes {id, label, type?, typeLabel?, isChosen?, isGroup?} and links {source, target, label, contested?} into
 * an empty element. Options: addresses {sigma, layout} of the libraries; most (nodes); onSelect(id), onOpen(id).
 * Gives a GraphView; null where nothing can be drawn: then a sentence says so.
 */
export async function drawGraph(container, data, options) {
  const power = powerOfGraphics();
  if (power === 'none') {
    container.replaceChildren(element('p', { class: 'empty', role: 'note' }, NO_WEBGL));
    return null;
  }
  // A canvas does not wait for its letters.
  const fonts = [FONT(13), FONT(13, 700)].map((font) => document.fonts.load(font).catch(() => []));
  const [library] = await Promise.all([import(options.addresses.sigma), ...fonts]);
  const view = new GraphView(library, container, { ...options, power });
  await view.show(data);
  return view;
}

/** 'full', 'software' or 'none'. */
function powerOfGraphics() {
  const open = (name, attributes) => document.createElement('canvas').getContext(name, attributes);
  const context = open('webgl2', { failIfMajorPerformanceCaveat: true }) ?? open('webgl2') ?? open('webgl');
  if (!context) return 'none';
  const isFull = context.getContextAttributes().failIfMajorPerformanceCaveat && !SOFTWARE.test(rendererOf(context));
  context.getExtension('WEBGL_lose_context')?.loseContext();
  return isFull ? 'full' : 'software';
}

/** What draws; browsers that do not say it at once say it when they are asked in particular. */
function rendererOf(context) {
  const name = context.getParameter(context.RENDERER);
  const info = name.startsWith('WebKit') ? context.getExtension('WEBGL_debug_renderer_info') : null;
  return info ? context.getParameter(info.UNMASKED_RENDERER_WEBGL) : name;
}

class GraphView {
  constructor({ Sigma, DirectedGraph, createEdgeArrowProgram }, container, options) {
    this.container = container;
    this.labels = new Labels();
    this.options = options;
    this.graph = new DirectedGraph();
    this.stage = element('div', { class: 'graph-canvas', role: 'img' });
    container.replaceChildren(this.stage);
    this.colours = readColours(container);
    this.most = Math.min(options.most ?? Infinity, MOST[options.power]);
    const arrow = createEdgeArrowProgram({ lengthToThicknessRatio: 5, widenessToThicknessRatio: 3.6 });
    this.sigma = new Sigma(this.graph, this.stage, { ...this.settings(), edgeProgramClasses: { arrow } });
    this.sigma.createCanvasContext('dashes', { beforeLayer: 'nodes' });
    this.sigma.createCanvasContext('letters', { beforeLayer: 'labels' });
    this.sigma.resize(true);
    this.listen();
  }

  settings() {
    return {
      allowInvalidContainer: true,
      defaultEdgeType: 'arrow',
      labelDensity: this.options.power === 'full' ? 2 : 1,
      labelGridCellSize: 70,
      labelRenderedSizeThreshold: 0,
      labelSize: 13,
      minEdgeThickness: 1.2,
      stagePadding: this.stage.clientWidth < 480 ? 24 : 60,
      zIndex: true,
      defaultDrawNodeLabel: (context, data) => this.drawLabel(context, data),
      defaultDrawNodeHover: (context, data) => this.drawHover(context, data),
      nodeReducer: (id, data) => this.nodeLook(id, data),
      edgeReducer: (id, data) => this.edgeLook(id, data),
    };
  }

  listen() {
    this.sigma.on('clickNode', ({ node }) => this.options.onSelect?.(node));
    this.sigma.on('doubleClickNode', ({ node, preventSigmaDefault }) => {
      preventSigmaDefault();
      this.options.onOpen?.(node);
    });
    this.sigma.on('enterNode', ({ node }) => this.hover(node));
    this.sigma.on('leaveNode', () => this.hover(undefined));
    this.sigma.on('beforeRender', () => this.labels.clear());
    this.sigma.on('afterRender', () => this.drawMarks());
    // The wheel scrolls the page, as everywhere; with Ctrl it zooms.
    this.stage.addEventListener('wheel', (event) => { if (!event.ctrlKey) event.stopPropagation(); }, { capture: true });
    for (const canvas of this.stage.querySelectorAll('canvas')) {
      canvas.addEventListener('webglcontextlost', () => this.lose());
    }
    const forgetColours = whenColoursChange(() => {
      this.colours = readColours(this.container);
      this.sigma.refresh();
    });
    const print = () => this.print();
    window.addEventListener('beforeprint', print);
    this.forget = () => {
      forgetColours();
      window.removeEventListener('beforeprint', print);
    };
  }

  /** On paper the picture is drawn in lines, and in the colours of paper; see graph.css. */
  print() {
    this.stage.parentNode.querySelector('.graph-print')?.remove();
    const drawing = svgOf(this);
    drawing.setAttribute('class', 'graph-print');
    drawing.setAttribute('aria-hidden', 'true');
    this.stage.after(drawing);
  }

  /** Show other nodes and links; what was there already begins from its place. Resolves when all have theirs. */
  async show({ nodes, links }) {
    const shown = nodes.slice(0, this.most);
    const before = new Map(this.graph.mapNodes((id, { x, y }) => [id, { x, y }]));
    this.fill(shown, links);
    this.left = nodes.length - shown.length;
    const isDrawn = ({ source, target }) => source !== target && this.graph.hasNode(source) && this.graph.hasNode(target);
    this.linkCount = links.filter(isDrawn).length;
    this.name();
    await placed(this, before, this.options.addresses.layout);
    if (!this.isOver) this.stage.dataset.drawn = String(this.graph.order);
  }

  fill(nodes, links) {
    this.graph.clear();
    delete this.stage.dataset.drawn;
    for (const node of nodes) {
      const [colour, letter] = kindOf(node);
      const size = node.isChosen ? SIZES.chosen : node.isGroup ? SIZES.group : SIZES.node;
      this.graph.mergeNode(node.id, { text: shortened(node.label ?? node.id), colour, letter, size, isChosen: node.isChosen, x: 0, y: 0 });
    }
    for (const { source, target, label, contested } of links) {
      if (source === target || !this.graph.hasNode(source) || !this.graph.hasNode(target)) continue;
      // Lines between the same two in one direction lie upon each other: they are one, with all their names.
      const edge = this.graph.edge(source, target) ?? this.graph.addEdge(source, target, { names: [] });
      const { names } = this.graph.getEdgeAttributes(edge);
      if (!names.includes(label)) names.push(label);
      if (contested) this.graph.setEdgeAttribute(edge, 'contested', true);
    }
  }

  name() {
    const left = this.left ? ` ${counted(this.left, 'more node')} not drawn.` : '';
    const sentence = `${counted(this.graph.order, 'node')} and ${counted(this.linkCount, 'link')}.${left} The list has the same content.`;
    this.stage.setAttribute('aria-label', sentence);
  }

  nodeLook(id, { text, colour, size, isChosen, x, y }) {
    const centre = this.hovered ?? this.selected;
    const isFar = centre !== undefined && centre !== id && this.graph.hasNode(centre) && !this.graph.areNeighbors(id, centre);
    return {
      x, y, size, label: text, isChosen: isChosen || id === centre,
      color: isFar ? this.colours.edge : this.colours.kinds[colour],
      forceLabel: Boolean(isChosen) || id === centre || this.graph.order <= 40,
      zIndex: isFar ? 0 : 1,
    };
  }

  edgeLook(id, { contested }) {
    const isNear = this.isNear(id);
    return { size: isNear ? 2.8 : 1.8, color: isNear ? this.colours.ink : this.colours.edge, hidden: Boolean(contested) };
  }

  isNear(edge) {
    const centre = this.hovered ?? this.selected;
    return centre !== undefined && this.graph.hasNode(centre) && this.graph.hasExtremity(edge, centre);
  }

  hover(id) {
    this.hovered = id;
    this.stage.classList.toggle('at-node', id !== undefined);
    this.sigma.refresh({ skipIndexation: true });
  }

  /** Mark a node and its links; undefined marks none. */
  select(id) {
    this.selected = id;
    this.sigma.refresh({ skipIndexation: true });
  }

  drawLabel(context, { x, y, size, label, isChosen }) {
    if (!label) return;
    const weight = isChosen ? 700 : 400;
    context.font = FONT(13, weight);
    const place = this.labels.place(context.measureText(label).width, { x, y, size, isChosen }, this.sigma.getDimensions(), () => this.circles());
    if (place) this.write(context, label, place.x, place.y + 4.5, 'left', 13, weight);
  }

  /** Where the nodes are, for labels to keep away from; not in a crowd. */
  circles() {
    if (this.graph.order > CROWD) return [];
    return this.graph.mapNodes((_, node) => ({ ...this.sigma.graphToViewport(node), size: this.sigma.scaleSize(node.size) }));
  }

  drawHover(context, data) {
    context.beginPath();
    context.arc(data.x, data.y, data.size + 3, 0, 2 * Math.PI);
    context.strokeStyle = this.colours.focus;
    context.lineWidth = 3;
    context.stroke();
    if (data.label) this.write(context, data.label, data.x + data.size + 5, data.y + 4.5, 'left', 13, 600);
  }

  /** A text with paper around it, so that lines do not run through it. */
  write(context, text, x, y, align, size, weight = 400) {
    context.font = FONT(size, weight);
    context.textAlign = align;
    context.lineJoin = 'round';
    context.lineWidth = 3;
    context.strokeStyle = this.colours.paper;
    context.strokeText(text, x, y);
    context.fillStyle = this.colours.ink;
    context.fillText(text, x, y);
  }

  /** What sigma does not draw: dashed lines, letters, the names of the links of the chosen node. */
  drawMarks() {
    const { width, height } = this.sigma.getDimensions();
    const contexts = ['dashes', 'letters'].map((name) => this.stage.querySelector(`canvas.sigma-${name}`).getContext('2d'));
    for (const context of contexts) context.clearRect(0, 0, width, height);
    const [dashes, letters] = contexts;
    const place = (id) => ({ ...this.sigma.graphToViewport(this.graph.getNodeAttributes(id)), size: this.sigma.scaleSize(this.graph.getNodeAttribute(id, 'size')) });
    this.graph.forEachEdge((edge, { contested }, source, target) => {
      if (contested) this.drawDashed(dashes, place(source), place(target), this.isNear(edge));
    });
    if (this.graph.order <= LETTERS_UP_TO) this.graph.forEachNode((id, { letter }) => this.drawLetter(letters, place(id), letter));
    this.drawNames(letters, place);
  }

  drawDashed(context, from, to, isNear) {
    const length = Math.hypot(to.x - from.x, to.y - from.y);
    if (length <= from.size + to.size) return;
    const [dx, dy] = [(to.x - from.x) / length, (to.y - from.y) / length];
    const tip = { x: to.x - dx * to.size, y: to.y - dy * to.size };
    context.strokeStyle = context.fillStyle = isNear ? this.colours.ink : this.colours.focus;
    context.lineWidth = isNear ? 2.4 : 1.8;
    context.setLineDash([6, 4]);
    context.beginPath();
    context.moveTo(from.x, from.y);
    context.lineTo(tip.x - dx * 8, tip.y - dy * 8);
    context.stroke();
    context.setLineDash([]);
    context.beginPath();
    context.moveTo(tip.x, tip.y);
    context.lineTo(tip.x - dx * 9 - dy * 4, tip.y - dy * 9 + dx * 4);
    context.lineTo(tip.x - dx * 9 + dy * 4, tip.y - dy * 9 - dx * 4);
    context.fill();
  }

  drawLetter(context, { x, y, size }, letter) {
    if (size < 6) return;
    context.font = FONT(Math.round(size * 1.15), 700);
    context.textAlign = 'center';
    context.fillStyle = this.colours.paper;
    context.fillText(letter, x, y + size * 0.4);
  }

  drawNames(context, place) {
    const centre = this.hovered ?? this.selected;
    if (centre === undefined || !this.graph.hasNode(centre)) return;
    let written = 0;
    this.graph.forEachEdge(centre, (_, { names }, source, target) => {
      if (written++ >= MOST_EDGE_LABELS) return;
      const [from, to] = [place(source), place(target)];
      this.write(context, shortened(names.join(', ')), (from.x + to.x) / 2, (from.y + to.y) / 2 + 4, 'center', 12);
    });
  }

  fit() {
    return this.sigma.getCamera().animatedReset({ duration: this.isCalm ? 0 : 200 });
  }

  zoom(factor) {
    const camera = this.sigma.getCamera();
    camera.setState({ ratio: camera.ratio / factor });
  }

  get isCalm() {
    return matchMedia('(prefers-reduced-motion: reduce)').matches;
  }

  /** The picture as it is seen, as a PNG (a Blob). */
  picture() {
    return asPicture(this);
  }

  /** The picture as the text of an SVG file. */
  svg() {
    return asSvg(this);
  }

  lose() {
    if (this.isOver) return;
    this.destroy();
    this.container.replaceChildren(element('p', { class: 'empty', role: 'alert' }, LOST));
    this.options.onLost?.();
  }

  destroy() {
    this.isOver = true;
    this.worker?.terminate();
    this.forget();
    this.sigma.kill();
    this.container.replaceChildren();
  }
}

function shortened(text) {
  const line = text.replace(/[\s\p{Cc}]+/gu, ' ').trim();
  return line.length > LONGEST_LABEL ? `${line.slice(0, LONGEST_LABEL - 1)}…` : line;
}
