"""JSON schema of the callback body and its strict reader, for the receiving side: jsonschema loads slowly."""

import json
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator

from ingestion.aws.events import MAX_BODY_BYTES, VERSION, Event, Kind, event_id

_UUID = "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"
_LEI = "^[A-Z0-9]{18}[0-9]{2}$"
_CODE = "^[A-Z][A-Z0-9_]{1,39}$"
_BUCKET = r"^fundgate-\d{12}-[a-z][a-z0-9-]{2,19}-(landing|interim|results|exchange)$"
_TIME = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(\+00:00|Z)$"


def _record(properties: dict[str, Any], optional: tuple[str, ...] = ()) -> dict[str, Any]:
    required = [name for name in properties if name not in optional]
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def _nullable(schema: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [schema, {"type": "null"}]}


def _text(longest: int) -> dict[str, Any]:
    return {"type": "string", "maxLength": longest}


_COUNT = {"type": "integer", "minimum": 0}
_OBJECT = _record(
    {
        "name": _text(64),
        "bucket": {"type": "string", "pattern": _BUCKET},
        "key": _text(512),
        "version_id": _text(1024),
        "sha256": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
        "bytes": _COUNT,
    },
    optional=("name",),
)
_OBJECTS = {"type": "array", "items": _OBJECT, "maxItems": 50}
_CELL = _text(255)  # what the index card quotes of a cell at most


def _leis(most: int) -> dict[str, Any]:
    return {"type": "array", "items": {"type": "string", "pattern": _LEI}, "maxItems": most}


_PORTFOLIO = _record(
    {"id": _CELL, "id_type": _CELL, "name": _CELL, "currency": _CELL, "entities": _leis(4)},
    optional=("entities",),  # cards from before they named any
)
_INDEX_CARD = _record(
    {
        "template": _text(32),
        "version": _text(16),
        "portfolios": {"type": "array", "items": _PORTFOLIO, "maxItems": 20},
        "entities": _leis(20),
        "valuation_date": _nullable(_CELL),
        "reporting_date": _nullable(_CELL),
        "rows": _COUNT,
    },
    optional=("entities",),
)
_GROUP = _record(
    {
        "rule": _text(64),
        "severity": {"enum": ["error", "warning"]},
        "count": _COUNT,
        "funds": _nullable({"type": "array", "items": _COUNT, "maxItems": 20}),
    }
)
_TALLY = _record(
    {"complete": {"type": "boolean"}, "groups": {"type": "array", "items": _GROUP, "maxItems": 2000}}
)
_AUDIT = _record(
    {
        "role": _nullable(_text(256)),
        "code_version": _text(64),
        "ruleset_version": _nullable(_text(64)),
        "started": {"type": "string", "pattern": _TIME},
        "finished": {"type": "string", "pattern": _TIME},
        "resumed": {"type": "boolean"},
        "inputs": _OBJECTS,
    }
)
SCHEMA: dict[str, Any] = _record(
    {
        "id": _text(128),
        "version": {"const": VERSION},
        "submission": {"type": "string", "pattern": _UUID},
        "attempt": {"type": "integer", "minimum": 1, "maximum": 999_999_999},
        "sequence": {"type": "integer", "minimum": 0, "maximum": 999_999_999},
        "kind": {"enum": [kind.value for kind in Kind]},
        "stage": {"type": "string", "pattern": "^[a-z_]{1,20}$"},
        "at": {"type": "string", "pattern": _TIME},
        "code": _nullable({"type": "string", "pattern": _CODE}),
        "counts": _nullable(_record({"error": _COUNT, "warning": _COUNT, "info": _COUNT})),
        "objects": _nullable(_OBJECTS),
        "index_card": _nullable(_INDEX_CARD),
        "score": _nullable({"type": "number", "minimum": 0, "maximum": 1}),
        "tally": _nullable(_TALLY),
        "audit": _nullable(_AUDIT),
    }
)


class EventInvalid(ValueError):
    """The body is no event of ours; the text names the place, never the content."""


@cache
def _validator() -> Draft202012Validator:
    return Draft202012Validator(SCHEMA)


def parse(body: bytes) -> Event:
    """The event in a callback body; EventInvalid unless it fits the schema and its id fits its content."""
    if len(body) > MAX_BODY_BYTES:
        raise EventInvalid("body too large")
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        raise EventInvalid("not JSON") from None
    for error in _validator().iter_errors(value):
        raise EventInvalid("/".join(str(part) for part in error.absolute_path) or "event")
    kind = Kind(value["kind"])
    if value["id"] != event_id(value["submission"], value["attempt"], value["stage"], kind):
        raise EventInvalid("id")
    if not _are_leis(value["index_card"] or {}):
        raise EventInvalid("index_card/entities")
    if (kind, value["stage"]) != (Kind.EXTRACT, "publish"):
        for name in ("index_card", "score", "tally"):
            if value[name] is not None:
                raise EventInvalid(name)
    if (value["audit"] is not None) != (kind is Kind.AUDIT):
        raise EventInvalid("audit")
    return Event(**{**value, "kind": kind})


def _are_leis(card: dict[str, Any]) -> bool:
    """Whether the check digits of all LEIs on a card are right."""
    named = {*card.get("entities", ())}.union(
        *(one.get("entities", ()) for one in card.get("portfolios", ()))
    )
    if not named:
        return True
    # brings NumPy and pyarrow: only for a card that names LEIs
    from ingestion.pipeline.codefamilies.check_digits import is_lei

    return all(map(is_lei, named))
