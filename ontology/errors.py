"""The one error of this room."""

from __future__ import annotations


class OntologyFileError(ValueError):
    """A file of the ontology that cannot be read; the message names file and line."""
