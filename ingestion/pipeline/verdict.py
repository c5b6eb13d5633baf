"""The documents that leave the core: verdict.json, and the index card."""

from collections.abc import Iterable
from typing import Any

import numpy as np

from ingestion.pipeline.delivery import Delivery
from ingestion.pipeline.engine import Validation
from ingestion.pipeline.errors import UnreadableFile
from ingestion.pipeline.grouping import first_rows
from ingestion.pipeline.inspection import Inspection
from ingestion.pipeline.legal_entities import legal_entities
from ingestion.pipeline.pack import Pack, find_pack
from ingestion.pipeline.placeholders import says_nothing
from ingestion.pipeline.rules.frame import Frame
from ingestion.pipeline.rules.rule import Rule
from ingestion.pipeline.sentences import Said

FORMAT = 1
MAX_PORTFOLIOS = 20
MAX_TEXT = 255
CARD = ("id", "id_type", "name", "currency", "valuation_date", "reporting_date")


def verdict_document(
    validation: Validation, inspection: Inspection, index_card: dict[str, Any]
) -> dict[str, Any]:
    """verdict.json of a file that was checked. Holds no cell value but those of the index card.

    `blanks` are words that stand for an empty cell in this file, out of a known list.
    """
    return {
        "format": FORMAT,
        "template": inspection.template,
        "version": inspection.version,
        "verdict": validation.verdict,
        "code": None,
        "counts": validation.counts,
        "ruleset_version": validation.ruleset_version,
        "day": validation.day.isoformat(),
        "rows": validation.rows,
        "inspection": inspection.to_json(),
        "index_card": index_card,
        "groups": [
            group_document(group.rule, group.count, group.stored, group.offset, group.funds)
            for group in validation.groups
        ],
        "coverage": validation.coverage,
        "complete": validation.complete,
        "blanks": sorted(validation.blanks),
    }


def group_document(rule: Rule, count: int, stored: int, offset: int, funds: dict[str, int]) -> dict[str, Any]:
    """The findings of one rule: how many, where they begin, and all that explains them later.

    `funds` are counts by fund, for funds of the index card only.
    """
    return {
        "rule": rule.id,
        "severity": rule.severity,
        "scope": rule.scope,
        "title": rule.title,
        "explanation": rule.explanation,
        "how_to_fix": rule.how_to_fix,
        "reference": rule.reference,
        "fields": list(rule.fields),
        "when": rule.when.text if rule.when else "",
        "parameters": dict(rule.params),
        "count": count,
        "funds": funds,
        "stored": stored,
        "offset": offset,
    }


def unreadable_document(
    code: str, detail: Said | str = "", inspection: Inspection | None = None
) -> dict[str, Any]:
    """verdict.json of a file that could not be checked; `message` is English, `detail` can be translated."""
    error = UnreadableFile(code, detail)
    return {
        "format": FORMAT,
        "template": inspection.template if inspection else None,
        "version": inspection.version if inspection else None,
        "verdict": "unreadable",
        "code": code,
        "title": error.entry.title,
        "message": error.message,
        "detail": error.detail.to_json(),
        "how_to_fix": error.how_to_fix,
        "counts": {"error": 0, "warning": 0, "info": 0},
        "ruleset_version": None,
        "rows": 0,
        "inspection": inspection.to_json() if inspection else None,
        "index_card": None,
        "groups": [],
        "coverage": {},
        "complete": False,
    }


def index_card(delivery: Delivery) -> dict[str, Any]:
    """What a list of submissions shows of a file: template, version, portfolios (at most 20), dates, rows.

    `entities` are LEIs of the legal entities behind a portfolio, and behind all of the file; none where
    that is not certain. A word such as NULL is read as the empty cell it stands for.
    """
    pack = find_pack(delivery.template, delivery.version)
    card = {part: pack.index_card.get(part, "") for part in CARD}  # a plain list has no type, for one
    read = [*card.values(), *([pack.legal_entity.field] if pack.legal_entity else [])]
    frame = Frame(pack, delivery, blanks=_nothing(pack, delivery, read))
    parts, funds, behind = CARD[:4], frame.column(card["id"]), legal_entities(frame, card["id"])
    portfolios: dict[tuple[str, ...], list[str]] = {}
    for row in first_rows(frame.combined([card[part] for part in parts])).tolist():
        named = tuple(_cell(frame, card[part], row) for part in parts)
        portfolios.setdefault(named, behind.of_fund(int(funds.codes[row])))
        if len(portfolios) == MAX_PORTFOLIOS:
            break
    return {
        "template": delivery.template,
        "version": delivery.version,
        "portfolios": [
            {**dict(zip(parts, portfolio, strict=True)), "entities": entities}
            for portfolio, entities in portfolios.items()
        ],
        "entities": behind.of_file(),
        "valuation_date": _latest(frame, card["valuation_date"]),
        "reporting_date": _latest(frame, card["reporting_date"]),
        "rows": frame.rows,
    }


def _nothing(pack: Pack, delivery: Delivery, fields: Iterable[str]) -> frozenset[str]:
    """The words in these fields that stand for an empty cell."""
    columns = [(pack.fields[key], delivery.columns[key]) for key in fields if key in delivery.columns]
    return frozenset(
        text
        for field, column in columns
        for value in column.values
        if says_nothing(text := value.strip(), field)
    )


def _cell(frame: Frame, field: str, row: int) -> str:
    column = frame.column(field)
    return column.at(column.codes[row])[:MAX_TEXT]


def _latest(frame: Frame, field: str) -> str | None:
    """The last of the dates in a column, as written; None when there is none."""
    column = frame.column(field)
    used = [column.at(place) for place in np.unique(column.codes)]
    return max((value[:MAX_TEXT] for value in used if value), default=None)
