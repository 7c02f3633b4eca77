// Puts many texts in order without holding the page up: comparing them as people do is slow.
import { Pace } from './pace.js';

const RUN = 256;

/** The place of each distinct value in the order of `compare`, as a Map; found in slices. */
export async function ranks(values, compare) {
  const pace = new Pace();
  const distinct = [...new Set(values)];
  let runs = [];
  for (let at = 0; at < distinct.length; at += RUN) {
    runs.push(distinct.slice(at, at + RUN).sort(compare));
    await pace.breathe();
  }
  while (runs.length > 1) {
    const merged = [];
    for (let at = 0; at < runs.length; at += 2) merged.push(await together(runs[at], runs[at + 1] ?? [], compare, pace));
    runs = merged;
  }
  return new Map((runs[0] ?? []).map((value, rank) => [value, rank]));
}

async function together(one, other, compare, pace) {
  const merged = [];
  let [a, b] = [0, 0];
  while (a < one.length && b < other.length) {
    merged.push(compare(one[a], other[b]) <= 0 ? one[a++] : other[b++]);
    if (merged.length % RUN === 0) await pace.breathe();
  }
  return merged.concat(one.slice(a), other.slice(b));
}
