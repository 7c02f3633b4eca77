// Places of nodes: around what is chosen first, then as far apart as their links let them, found by a worker.

const RING = 100;

/** Give all nodes of a view a place; resolves when they have it. `before` are the places that are known already. */
export async function placed(view, before, library) {
  const { graph, sigma } = view;
  begin(graph, before);
  sigma.setCustomBBox(null);
  sigma.refresh();
  if (isStar(graph)) return;
  view.worker?.terminate();
  const worker = new Worker('/static/js/layout-worker.js', { type: 'module' });
  view.worker = worker;
  await new Promise((resolve) => {
    worker.onerror = () => resolve(); // the places of the beginning will do
    worker.onmessage = ({ data: { places, isLast } }) => {
      // Its last words may come when other nodes are shown already.
      if (view.isOver || view.worker !== worker) return;
      graph.nodes().forEach((id, each) => graph.mergeNodeAttributes(id, { x: places[2 * each], y: places[2 * each + 1] }));
      if (isLast) resolve();
    };
    worker.postMessage(task(graph, library, !view.isCalm));
  });
  worker.terminate();
}

function task(graph, library, tellsAll) {
  const numbers = new Map(graph.nodes().map((id, each) => [id, each]));
  return {
    library: new URL(library, location.href).href,
    nodes: graph.mapNodes((id, { x, y, size }) => ({ x, y, size })),
    links: graph.mapEdges((_, __, source, target) => [numbers.get(source), numbers.get(target)]),
    tellsAll,
  };
}

/** What is chosen in a ring, and around each of them what it is linked to, in the order it came in: by property. */
function begin(graph, before) {
  const chosen = graph.filterNodes((_, { isChosen }) => isChosen);
  const centres = chosen.length ? chosen : graph.nodes().sort((a, b) => graph.degree(b) - graph.degree(a)).slice(0, 1);
  const given = new Map(before);
  centres.forEach((id, each) => {
    if (!given.has(id)) given.set(id, centres.length === 1 ? { x: 0, y: 0 } : around({ x: 0, y: 0 }, each, centres.length, 3 * RING));
  });
  for (const centre of centres) {
    const free = graph.neighbors(centre).filter((id) => !given.has(id));
    // Names are wide: every second one stands farther out.
    free.forEach((id, each) => given.set(id, around(given.get(centre), each, free.length, RING * (free.length > 14 && each % 2 ? 1.45 : 1))));
  }
  const rest = graph.nodes().filter((id) => !given.has(id));
  rest.forEach((id, each) => given.set(id, around({ x: 0, y: 0 }, each, rest.length, 5 * RING)));
  graph.forEachNode((id) => graph.mergeNodeAttributes(id, given.get(id)));
}

function around({ x, y }, each, count, radius) {
  const angle = (2 * Math.PI * (each + 0.5)) / count;
  return { x: x + radius * Math.cos(angle), y: y + radius * Math.sin(angle) };
}

/** Whether all nodes are linked to one, and to nothing else: then the ring is the picture. */
function isStar(graph) {
  const inner = graph.filterNodes((id) => graph.neighbors(id).length > 1);
  return inner.length <= 1 && graph.order <= 80;
}
