"""HTTP: the SPARQL endpoint, named queries and pages."""
