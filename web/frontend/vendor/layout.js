// Where the nodes of a graph are put, in a worker of its own.
export { DirectedGraph } from 'graphology';
export { default as forceAtlas2 } from 'graphology-layout-forceatlas2';
export { default as noverlap } from 'graphology-layout-noverlap';
