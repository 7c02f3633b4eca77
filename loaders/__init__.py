"""From a source to claims: one module per format, the shipped tables in `data/`."""
