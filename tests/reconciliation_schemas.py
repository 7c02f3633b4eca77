"""What the answers of reconciliation look like, as JSON Schemas in our own words.

Spec: https://reconciliation-api.github.io/specs/0.2/
"""

from __future__ import annotations

from typing import Any, Final

from jsonschema import Draft202012Validator

Schema = dict[str, Any]
TEXT: Final[Schema] = {"type": "string"}
NAMED: Final[Schema] = {
    "type": "object",
    "properties": {"id": {**TEXT, "minLength": 1}, "name": TEXT},
    "required": ["id", "name"],
    "additionalProperties": False,
}
TYPE: Final[Schema] = {
    "type": "object",
    "properties": {**NAMED["properties"], "broader": {"type": "array", "items": {"$ref": "#/$defs/type"}}},
    "required": ["id", "name"],
    "additionalProperties": False,
}
ADDRESS: Final[Schema] = {"type": "string", "pattern": "^https?://"}
PATH: Final[Schema] = {"type": "string", "pattern": "^/"}
TEMPLATE: Final[Schema] = {"type": "string", "pattern": r"^https?://.*\{\{id\}\}"}
SERVICE: Final[Schema] = {
    "type": "object",
    "properties": {
        "service_url": ADDRESS,
        "service_path": PATH,
        "flyout_service_url": ADDRESS,
        "flyout_service_path": {"type": "string", "pattern": r"^/.*\$\{id\}"},
    },
    "required": ["service_url", "service_path"],
    "additionalProperties": False,
}
SETTING: Final[Schema] = {
    "type": "object",
    "properties": {
        "name": TEXT,
        "label": TEXT,
        "type": {"enum": ["number", "text", "checkbox", "select"]},
        "default": {"type": ["string", "number", "boolean"]},
        "help_text": TEXT,
        "choices": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"value": TEXT, "name": TEXT},
                "required": ["value", "name"],
                "additionalProperties": False,
            },
        },
    },
    "required": ["name", "label", "type"],
    "if": {"properties": {"type": {"const": "select"}}},
    "then": {"required": ["choices"]},
}
MANIFEST: Final[Schema] = {
    "$defs": {"type": TYPE},
    "type": "object",
    "properties": {
        "versions": {"type": "array", "items": TEXT, "contains": {"const": "0.2"}},
        "name": TEXT,
        "identifierSpace": ADDRESS,
        "schemaSpace": ADDRESS,
        "documentation": ADDRESS,
        "serviceVersion": TEXT,
        "logo": ADDRESS,
        "view": {"type": "object", "properties": {"url": TEMPLATE}, "required": ["url"]},
        "feature_view": {"type": "object", "properties": {"url": TEMPLATE}, "required": ["url"]},
        "defaultTypes": {"type": "array", "items": {"$ref": "#/$defs/type"}},
        "preview": {
            "type": "object",
            "properties": {"url": TEMPLATE, "width": {"type": "integer"}, "height": {"type": "integer"}},
            "required": ["url", "width", "height"],
        },
        "suggest": {
            "type": "object",
            "properties": dict.fromkeys(("entity", "type", "property"), SERVICE),
            "additionalProperties": False,
        },
        "extend": {
            "type": "object",
            "properties": {
                "propose_properties": SERVICE,
                "property_settings": {"type": "array", "items": SETTING},
            },
        },
        "batchSize": {"type": "integer", "minimum": 1},
    },
    "required": ["versions", "name", "identifierSpace", "schemaSpace"],
    "additionalProperties": False,
}
CANDIDATE: Final[Schema] = {
    "type": "object",
    "properties": {
        **NAMED["properties"],
        "description": TEXT,
        "score": {"type": "number"},
        "match": {"type": "boolean"},
        "type": {"type": "array", "items": NAMED},
        "features": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"id": TEXT, "value": {"type": ["number", "boolean"]}},
                "required": ["id", "value"],
                "additionalProperties": False,
            },
        },
    },
    "required": ["id", "name", "score"],
    "additionalProperties": False,
}
RESULTS: Final[Schema] = {
    "type": "object",
    "additionalProperties": {
        "type": "object",
        "properties": {"result": {"type": "array", "items": CANDIDATE}},
        "required": ["result"],
        "additionalProperties": False,
    },
}


def _suggestions(**more: Schema) -> Schema:
    """A list of suggestions, with what those of one kind have besides."""
    item = {
        "type": "object",
        "properties": {**NAMED["properties"], "description": TEXT, **more},
        "required": ["id", "name"],
        "additionalProperties": False,
    }
    return {
        "type": "object",
        "properties": {"result": {"type": "array", "items": item}},
        "required": ["result"],
        "additionalProperties": False,
    }


ENTITIES: Final = _suggestions(notable={"type": "array", "items": NAMED})
TYPES: Final = _suggestions(broader={"type": "array", "items": NAMED})
PROPERTIES: Final = _suggestions()
FLYOUT: Final[Schema] = {
    "type": "object",
    "properties": {"id": TEXT, "html": TEXT},
    "required": ["id", "html"],
    "additionalProperties": False,
}
PROPOSED: Final[Schema] = {
    "type": "object",
    "properties": {
        "type": TEXT,
        "limit": {"type": "integer"},
        "properties": PROPERTIES["properties"]["result"],
    },
    "required": ["properties"],
    "additionalProperties": False,
}


def _cell(**keys: Schema) -> Schema:
    return {"type": "object", "properties": keys, "required": [*keys], "additionalProperties": False}


CELL: Final[Schema] = {
    "oneOf": [
        _cell(str=TEXT),
        _cell(int={"type": "integer"}),
        _cell(float={"type": "number"}),
        _cell(
            date={
                "type": "string",
                "pattern": r"^-?\d{4,}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$",
            }
        ),
        _cell(id=TEXT, name=TEXT),
        _cell(),
    ]
}
EXTENSION: Final[Schema] = {
    "type": "object",
    "properties": {
        "meta": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {**NAMED["properties"], "type": NAMED, "service": ADDRESS},
                "required": ["id", "name"],
                "additionalProperties": False,
            },
        },
        "rows": {
            "type": "object",
            "additionalProperties": {
                "type": "object",
                "additionalProperties": {"type": "array", "items": CELL},
            },
        },
    },
    "required": ["meta", "rows"],
    "additionalProperties": False,
}
PROBLEM: Final[Schema] = {
    "type": "object",
    "properties": {
        "title": TEXT,
        "status": {"type": "integer", "minimum": 400},
        "detail": {"type": "string", "minLength": 10},
    },
    "required": ["title", "status", "detail"],
}


def valid(document: Any, schema: Schema) -> Any:
    """The document.

    Raises jsonschema.ValidationError where it is not as the schema has it.
    """
    Draft202012Validator(schema).validate(document)
    return document
