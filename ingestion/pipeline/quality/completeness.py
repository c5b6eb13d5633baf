"""How much of what a template asks for is filled: per field of the file, and per fund or share class.

A cell is mandatory where a presence column that applies to its row says M. It is conditional where one says C
and the matrix of instrument classes, if the field has one, lets it apply; the other cells are optional.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from ingestion.pipeline.pack import Field, Pack, Trigger
from ingestion.pipeline.quality.facts import position_fields
from ingestion.pipeline.rules.conditions import parse_condition
from ingestion.pipeline.rules.frame import Frame, Mask

WEIGHTS = {"mandatory": 80, "conditional": 20, "optional": 0}
"""Of the score. Nobody has to fill an optional cell, so leaving one empty makes no delivery less complete."""
MAX_PORTFOLIOS = 200
MAX_LACKING = 20
Counts = npt.NDArray[np.int64]


class _Demand(NamedTuple):
    """Where a field is mandatory, conditional, optional: no row is in two of them."""

    mandatory: Mask
    conditional: Mask
    optional: Mask


def completeness(frame: Frame) -> dict[str, Any]:
    """Scores from 0 to 1, None where nothing is asked for.

    `score`, `mandatory`, `conditional`, `optional`: of the file. `fields`: filled share of the cells that are
    mandatory or conditional. `portfolios`: the scores of each, lowest first, at most MAX_PORTFOLIOS, with the
    mandatory fields it lacks.
    """
    asked = {kind: np.zeros(frame.rows, np.int64) for kind in WEIGHTS}
    given = {kind: np.zeros(frame.rows, np.int64) for kind in WEIGHTS}
    fields: dict[str, float] = {}
    lacking: dict[str, Counts] = {}
    groups = frame.groups
    for key, demand in _demands(frame):
        filled = frame.filled(key)
        for kind, mask in demand._asdict().items():
            asked[kind] += mask
            given[kind] += mask & filled
        wanted = demand.mandatory | demand.conditional
        if total := int(wanted.sum()):
            fields[key] = _share(int((wanted & filled).sum()), total)
        missing = demand.mandatory & ~filled
        if missing.any():
            lacking[key] = np.bincount(groups.index[missing], minlength=len(groups.first))
    per_group = {
        kind: (_by_group(given[kind], groups.index), _by_group(asked[kind], groups.index)) for kind in WEIGHTS
    }
    portfolios = [
        {"portfolio": label, **_scores({kind: (int(a[i]), int(b[i])) for kind, (a, b) in per_group.items()})}
        | {"lacking": [key for key, counts in lacking.items() if counts[i]][:MAX_LACKING]}
        for i, label in enumerate(groups.labels)
    ]
    portfolios.sort(key=lambda each: (each["score"] is not None, each["score"]))
    return {
        **_scores({kind: (int(given[kind].sum()), int(asked[kind].sum())) for kind in WEIGHTS}),
        "fields": fields,
        "portfolios": portfolios[:MAX_PORTFOLIOS],
        "portfolios_left_out": max(0, len(portfolios) - MAX_PORTFOLIOS),
    }


def _demands(frame: Frame) -> Iterator[tuple[str, _Demand]]:
    pack = frame.pack
    positions = position_fields(pack.template)
    cic = positions["cic"][0] if positions else ""
    active = {name: _mask(frame, profile.when) for name, profile in pack.profiles.items() if profile.default}
    for key, field in pack.fields.items():
        used = _used(frame, pack, field)
        flagged = {
            flag: _any(frame, [active[name] for name in active if field.presence.get(name) == flag])
            for flag in ("M", "C", "O")
        }
        mandatory = used & flagged["M"]
        applies = _by_class(frame, field, cic) if field.cic and cic else used
        conditional = used & flagged["C"] & applies & ~mandatory
        optional = used & (flagged["C"] | flagged["O"]) & ~mandatory & ~conditional
        yield key, _Demand(mandatory, conditional, optional)


def _used(frame: Frame, pack: Pack, field: Field) -> Mask:
    """The field's section is reported, and the row is one of its product kinds."""
    kinds = [pack.product_kinds[kind] for kind in field.applies_to]
    used = _mask(frame, field.when)
    return used & _any(frame, [_mask(frame, kind) for kind in kinds]) if kinds else used


def _by_class(frame: Frame, field: Field, cic: str) -> Mask:
    """Where the matrix of instrument classes says that the field applies."""
    words: list[str] = []
    masks: list[Mask] = []
    for letter, trigger in field.cic.items():
        if trigger.kind == "always":
            words.append(letter)
        elif trigger.kind == "sub-classes":
            words += trigger.values
        elif trigger.kind in ("filled", "one of"):
            masks.append(frame.classes(cic, (letter,)) & _triggered(frame, trigger))
    return _any(frame, [frame.classes(cic, tuple(words)), *masks])


def _triggered(frame: Frame, trigger: Trigger) -> Mask:
    if trigger.kind == "filled":
        return frame.filled(trigger.field)
    wanted = frozenset(map(str.casefold, trigger.values))
    return frame.matching(trigger.field, lambda value: value.casefold() in wanted)


def _mask(frame: Frame, condition: str) -> Mask:
    return frame.mask(parse_condition(condition) if condition else None)


def _any(frame: Frame, masks: list[Mask]) -> Mask:
    result = np.zeros(frame.rows, np.bool_)
    for mask in masks:
        result |= mask
    return result


def _by_group(counts: Counts, index: npt.NDArray[np.int32]) -> Counts:
    return np.bincount(index, counts).astype(np.int64)


def _scores(counts: dict[str, tuple[int, int]]) -> dict[str, float | None]:
    """The share of each kind, and their weighted mean over the kinds that are asked for."""
    shares = {kind: _share(given, asked) if asked else None for kind, (given, asked) in counts.items()}
    weighted = [
        (WEIGHTS[kind], share) for kind, share in shares.items() if share is not None and WEIGHTS[kind]
    ]
    weight = sum(each for each, _ in weighted)
    score = round(sum(each * share for each, share in weighted) / weight, 4) if weight else None
    return {"score": score, **shares}


def _share(given: int, asked: int) -> float:
    """Four digits; 1 only where nothing is missing."""
    return 1.0 if given == asked else min(round(given / asked, 4), 0.9999)
