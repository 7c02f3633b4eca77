// What can be done about a prefix that is not declared: take the one that was meant, or declare it.

// Vocabularies that people know by heart, besides those that need no declaration here.
const WELL_KNOWN = {
  bibo: 'http://purl.org/ontology/bibo/', dbo: 'http://dbpedia.org/ontology/', dbr: 'http://dbpedia.org/resource/',
  dc: 'http://purl.org/dc/elements/1.1/', dct: 'http://purl.org/dc/terms/', foaf: 'http://xmlns.com/foaf/0.1/',
  geo: 'http://www.w3.org/2003/01/geo/wgs84_pos#', geosparql: 'http://www.opengis.net/ont/geosparql#',
  gn: 'http://www.geonames.org/ontology#', vcard: 'http://www.w3.org/2006/vcard/ns#',
};

/**
 * Ways to mend the text of a query whose prefix nobody knows: [{name, mend(text)}], the likeliest first. `known` maps
 * prefixes to namespaces.
 */
export function mendings(prefix, known) {
  const found = [];
  if (WELL_KNOWN[prefix]) found.push({ name: `Add PREFIX ${prefix}:`, mend: (text) => `PREFIX ${prefix}: <${WELL_KNOWN[prefix]}>\n${text}` });
  const meant = Object.keys(known).filter((name) => isNear(prefix, name)).slice(0, 2);
  for (const name of meant) found.push({ name: `Write ${name}: instead`, mend: (text) => replaced(text, prefix, name) });
  return found;
}

/** Whether two words differ by one letter that is missing, too many, another one, or by case. */
function isNear(one, other) {
  const [short, long] = [one.toLowerCase(), other.toLowerCase()].sort((a, b) => a.length - b.length);
  if (short === long) return true;
  if (!short || long.length - short.length > 1) return false;
  let at = 0;
  while (at < short.length && short[at] === long[at]) at += 1;
  return short.slice(short.length === long.length ? at + 1 : at) === long.slice(at + 1) && long.length > 1 && (at > 0 || short.length > 2);
}

/** The text with another prefix wherever the one stands before a name, but not inside of IRIs and texts. */
function replaced(text, prefix, name) {
  return text.replace(/<[^<>\s]*>|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|#[^\n]*|[?$]?[\p{L}\p{N}_.-]*:/gu, (token) => (token === `${prefix}:` ? `${name}:` : token));
}
