"""The pure core: bytes in, tables and findings out. Names load on first use, so importing costs nothing."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ingestion.pipeline.codes import CODES
    from ingestion.pipeline.delivery import Delivery, parse_file
    from ingestion.pipeline.engine import Validation, validate
    from ingestion.pipeline.errors import UnreadableFile
    from ingestion.pipeline.findings import findings_parquet
    from ingestion.pipeline.inspection import Inspection, inspect_file
    from ingestion.pipeline.sniff import kind_of
    from ingestion.pipeline.verdict import index_card, unreadable_document, verdict_document

_HOMES = {
    "CODES": "codes",
    "Delivery": "delivery",
    "parse_file": "delivery",
    "Validation": "engine",
    "validate": "engine",
    "UnreadableFile": "errors",
    "findings_parquet": "findings",
    "Inspection": "inspection",
    "inspect_file": "inspection",
    "kind_of": "sniff",
    "index_card": "verdict",
    "unreadable_document": "verdict",
    "verdict_document": "verdict",
}

__all__ = [
    "CODES",
    "Delivery",
    "Inspection",
    "UnreadableFile",
    "Validation",
    "findings_parquet",
    "index_card",
    "inspect_file",
    "kind_of",
    "parse_file",
    "unreadable_document",
    "validate",
    "verdict_document",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
