// Finds places for the nodes of a graph, beside the page: in slices, each of which is told.
//
// In: {library, nodes: [{id, x, y, size}], links: [[source, target]], tellsAll}; out: {places: [x, y, x, y, …], isLast}

const SLICE = 20;
const MOST_MILLISECONDS = 4000;
// Fewer rounds for larger graphs: a picture of thousands is no better for more of them.
const ROUNDS = [[100, 240], [500, 120], [Infinity, 60]];

self.onmessage = async ({ data: { library, nodes, links, tellsAll } }) => {
  const { DirectedGraph, forceAtlas2, noverlap } = await import(library);
  const graph = new DirectedGraph();
  nodes.forEach(({ x, y, size }, each) => graph.addNode(each, { x, y, size }));
  for (const [source, target] of links) graph.mergeEdge(source, target);
  const settings = { ...forceAtlas2.inferSettings(graph), gravity: 0.6, scalingRatio: 12, slowDown: 4 };
  const tell = (isLast) => {
    const places = new Float32Array(2 * nodes.length);
    graph.forEachNode((each, { x, y }) => places.set([x, y], 2 * each));
    self.postMessage({ places, isLast });
  };
  const began = performance.now();
  const rounds = ROUNDS.find(([most]) => nodes.length <= most)[1];
  for (let round = 0; round < rounds && performance.now() - began < MOST_MILLISECONDS; round += SLICE) {
    forceAtlas2.assign(graph, { iterations: SLICE, settings });
    if (tellsAll) tell(false);
  }
  spread(graph, noverlap);
  tell(true);
};

/** Nodes that lie upon each other are moved apart; sizes are in the pixels of a picture of 600 by 600. */
function spread(graph, noverlap) {
  const places = graph.mapNodes((_, { x, y }) => [x, y]);
  const extent = [0, 1].map((axis) => {
    const along = places.map((place) => place[axis]);
    return Math.max(...along) - Math.min(...along);
  });
  const scale = (Math.max(...extent) || 1) / 600;
  noverlap.assign(graph, {
    maxIterations: 80,
    inputReducer: (_, { x, y, size }) => ({ x, y, size: size * scale }),
    settings: { margin: 5 * scale, ratio: 1, expansion: 1.1, gridSize: 20, speed: 3 },
  });
}
