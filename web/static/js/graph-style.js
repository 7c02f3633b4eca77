// How nodes look: a colour for each family of classes, a letter for each class. The colours are in graph.css.

/** Node sizes in pixels. */
export const SIZES = { chosen: 15, group: 11, node: 10 };
// Colour 0 is for what has no family.
export const COLOURS = 6;
const OURS = 'https://w3id.org/osagraph/ontology#';
// Who · what is given and paid · things · what happens and what rules · who says so.
const KINDS = {
  State: [1, 'S'], Organization: [1, 'O'], Person: [1, 'P'], Actor: [1, 'A'], Region: [1, 'R'],
  Programme: [2, 'G'], AssistanceProject: [2, 'J'], CommittedProject: [2, 'J'], BudgetLine: [2, 'B'],
  RecipientCount: [2, 'N'], Participation: [2, 'T'],
  EquipmentItem: [3, 'I'], EquipmentClass: [3, 'E'],
  PolicyEvent: [4, 'V'], Event: [4, 'V'], Policy: [4, 'L'], Law: [4, 'L'], Strategy: [4, 'L'], Guideline: [4, 'L'],
  Agreement: [4, 'L'], Instrument: [4, 'L'],
  Source: [5, 'Q'], Claim: [5, 'C'], QuantityClaim: [5, 'C'], RelationClaim: [5, 'C'], StatementClaim: [5, 'C'],
  FramingClaim: [5, 'C'],
};

/** The colour (a number) and letter of a node's type: an IRI, or any other name. */
export function kindOf({ type, typeLabel, isGroup }) {
  const known = type?.startsWith(OURS) ? KINDS[type.slice(OURS.length)] : undefined;
  if (isGroup) return [known?.[0] ?? 0, '+'];
  return known ?? [0, /\p{L}/u.exec(typeLabel || localName(type ?? ''))?.[0].toUpperCase() ?? '·'];
}

export function localName(iri) {
  return iri.split(/[#/]/).at(-1);
}

/** The colours as the page has them now, as #rrggbb: of the kinds, and of ink, paper, edges, focus. */
export function readColours(container) {
  const probe = document.createElement('i');
  probe.hidden = true;
  container.append(probe);
  const read = (name) => {
    probe.className = `graph-${name}`;
    return hex(getComputedStyle(probe).color);
  };
  const kinds = Array.from({ length: COLOURS }, (_, each) => read(`kind-${each}`));
  const found = { kinds, ink: read('ink'), paper: read('paper'), edge: read('edge'), focus: read('focus') };
  probe.remove();
  return found;
}

function hex(colour) {
  const parts = colour.match(/[\d.]+/g)?.slice(0, 3).map(Number) ?? [0, 0, 0];
  return `#${parts.map((part) => Math.round(part).toString(16).padStart(2, '0')).join('')}`;
}

/** Calls back whenever the page changes between light and dark; gives what ends that. */
export function whenColoursChange(call) {
  const observer = new MutationObserver(call);
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
  const scheme = matchMedia('(prefers-color-scheme: dark)');
  scheme.addEventListener('change', call);
  return () => {
    observer.disconnect();
    scheme.removeEventListener('change', call);
  };
}
