# Brings one counter on to NEW in two graphs at once; the words in capitals are numbers when it is sent.
DELETE {
  GRAPH <urn:soak:a> { <urn:soak:NUMBER> <urn:soak:count> ?n }
  GRAPH <urn:soak:b> { <urn:soak:NUMBER> <urn:soak:count> ?n }
}
INSERT {
  GRAPH <urn:soak:a> { <urn:soak:NUMBER> <urn:soak:count> NEW }
  GRAPH <urn:soak:b> { <urn:soak:NUMBER> <urn:soak:count> NEW }
}
WHERE { OPTIONAL { GRAPH <urn:soak:a> { <urn:soak:NUMBER> <urn:soak:count> ?n } } }
