// Pictures of graphs.
export { default as Sigma } from 'sigma';
export { createEdgeArrowProgram } from 'sigma/rendering';
export { DirectedGraph } from 'graphology';
