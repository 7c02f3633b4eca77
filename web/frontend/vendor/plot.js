// Charts, timelines and maps of results.
export {
  plot, barX, barY, dot, line, geo, graticule, sphere, text, ruleX, ruleY, tip, axisX, axisY, frame,
} from '@observablehq/plot';
export { feature, mesh } from 'topojson-client';
export { geoCentroid } from 'd3-geo';
