// Offers variables, keywords and terms of the ontology while somebody types.
import { classesOf, declares, positionAt, variablesIn } from './query-position.js';

const KEYWORDS = ['SELECT', 'DISTINCT', 'WHERE', 'CONSTRUCT', 'DESCRIBE', 'ASK', 'PREFIX', 'OPTIONAL', 'UNION', 'MINUS', 'FILTER',
  'FILTER NOT EXISTS', 'FILTER EXISTS', 'BIND', 'VALUES', 'GRAPH', 'GROUP BY', 'HAVING', 'ORDER BY', 'ASC', 'DESC', 'LIMIT', 'OFFSET',
  'COUNT', 'SUM', 'MIN', 'MAX', 'AVG', 'SAMPLE', 'GROUP_CONCAT', 'IF', 'COALESCE', 'BOUND', 'LANG', 'LANGMATCHES', 'DATATYPE', 'STR',
  'STRSTARTS', 'CONTAINS', 'REGEX', 'REPLACE', 'LCASE', 'UCASE', 'STRLEN', 'SUBSTR', 'CONCAT', 'YEAR', 'MONTH', 'DAY', 'ABS', 'ROUND',
  'ISIRI', 'ISLITERAL', 'ISBLANK', 'IN', 'NOT IN', 'AS', 'UNDEF', 'LATERAL'];
// The server sends so many terms at most.
const MOST_TERMS = 50;
const WORD = /[?$]?[\p{L}\p{N}_]*(?::[\p{L}\p{N}_.-]*)?$/u;
const KINDS = { class: 'class', property: 'property', individual: 'constant' };

/** A source of completions for the editor; `prefixes` maps each known prefix to its namespace. */
export function completions(prefixes) {
  return async (context) => {
    const typed = context.matchBefore(WORD);
    const word = typed?.text ?? '';
    if (!word && !context.explicit) return null;
    const text = context.state.doc.toString();
    const from = typed?.from ?? context.pos;
    const result = (options, isAll = true) => ({ from, options, validFor: isAll ? WORD : undefined });
    if (/^[?$]/.test(word)) return result(variables(text, word));
    const { role, subject } = positionAt(text.slice(0, from));
    const isName = word.includes(':') || role !== 'any';
    const terms = isName || context.explicit ? await termsFor(word, role, classesOf(text, subject), prefixes) : [];
    const words = role === 'any' ? KEYWORDS.map((label) => ({ label, type: 'keyword' })) : [];
    // What was not sent may fit what is typed next.
    return result([...terms, ...words], terms.length < MOST_TERMS && (isName || context.explicit));
  };
}

function variables(text, typed) {
  return variablesIn(text).filter((label) => label !== typed).map((label) => ({ label, type: 'variable' }));
}

async function termsFor(word, role, classes, prefixes) {
  const parameters = new URLSearchParams({ q: word, ...(role === 'any' ? {} : { role }) });
  const response = await fetch(`/api/vocab?${parameters}`);
  if (!response.ok) return [];
  const { terms } = await response.json();
  return terms.map((term) => ({
    label: term.name.includes('://') ? `<${term.iri}>` : term.name,
    detail: term.label,
    info: term.definition || undefined,
    type: KINDS[term.role],
    // A property that is made for the subject's class comes first.
    boost: term.domains.some((domain) => classes.some((name) => expanded(name, prefixes) === domain)) ? 2 : 0,
    apply: (view, completion, from, to) => put(view, completion.label, from, to, prefixes),
  }));
}

function expanded(name, prefixes) {
  const [prefix, local] = name.split(':');
  return (prefixes[prefix] ?? '') + local;
}

/** Put a term in, and the declaration of its prefix at the top where there is none. */
function put(view, label, from, to, prefixes) {
  const prefix = label.startsWith('<') ? undefined : label.split(':')[0];
  const isNew = prefix !== undefined && prefixes[prefix] && !declares(view.state.doc.toString(), prefix);
  const declaration = isNew ? `PREFIX ${prefix}: <${prefixes[prefix]}>\n` : '';
  view.dispatch({
    changes: [...(isNew ? [{ from: 0, insert: declaration }] : []), { from, to, insert: label }],
    selection: { anchor: from + declaration.length + label.length },
    userEvent: 'input.complete',
  });
}
