"""The figures as tables for people."""

from collections import Counter
from typing import Any

Measures = dict[str, Any]
_STEPS = ("inspect", "parse", "validate", "findings", "total")


def _table(title: str, headers: list[str], rows: list[list[str]]) -> None:
    widths = [max(map(len, column)) for column in zip(headers, *rows, strict=True)]
    print(f"\n{title}")
    for cells in (headers, *rows):
        texts = [cells[0].ljust(widths[0])]
        texts += [cell.rjust(width) for cell, width in zip(cells[1:], widths[1:], strict=True)]
        print("  " + "  ".join(texts).rstrip())


def _seconds(value: float) -> str:
    return f"{value:.3f}"


def show_race(title: str, measured: dict[str, Measures]) -> None:
    """Engines, the fastest first."""
    yardstick = measured["prototype"]["total"]
    rows = [
        [
            engine,
            *(_seconds(m[key]) for key in ("parse", "validate", "total")),
            f"{m['total'] / yardstick:.1f}",
            f"{m['memory']:.0f}",
            _seconds(m["import"]),
            f"{m['findings']:,}",
            m["hash"],
        ]
        for engine, m in sorted(measured.items(), key=lambda item: item[1]["total"])
    ]
    headers = [
        "engine",
        "parse s",
        "validate s",
        "total s",
        "x prototype",
        "MB",
        "import s",
        "findings",
        "hash",
    ]
    _table(f"Neutral race, {title}", headers, rows)


def show_disagreement(measured: dict[str, Measures]) -> bool:
    """True when all hashes agree; else says who differs from the most, and in which rules."""
    usual, _ = Counter(m["hash"] for m in measured.values()).most_common(1)[0]
    expected = next(m["by_rule"] for m in measured.values() if m["hash"] == usual)
    for engine, m in measured.items():
        if m["hash"] != usual:
            rules = {*expected, *m["by_rule"]}
            differ = sorted(rule for rule in rules if expected.get(rule, 0) != m["by_rule"].get(rule, 0))
            shown = ", ".join(differ[:8]) or "the same numbers, other rows or values"
            print(f"  {engine} does not agree with the others: {shown}")
    return all(m["hash"] == usual for m in measured.values())


def show_tpt(cases: dict[str, dict[str, Measures]]) -> None:
    """The real pack by file, beside the library that only reads."""
    rows = []
    for name, measured in cases.items():
        own = measured["verdict"]
        (library, alone), *_ = ((case, m) for case, m in measured.items() if case != "verdict")
        steps = [_seconds(own[step]) for step in _STEPS]
        ratio = f"{own['total'] / alone['total']:.2f}"
        rows.append(
            [
                name,
                f"{own['rows']:,}",
                *steps,
                f"{own['memory']:.0f}",
                _seconds(alone["total"]),
                library,
                ratio,
            ]
        )
    headers = ["file", "rows", *(f"{step} s" for step in _STEPS), "MB", "alone s", "library", "x library"]
    _table("TPT 7.0, from the file to the stored findings", headers, rows)


def show_linear(measured: dict[str, Measures]) -> None:
    """Larger files per megabyte."""
    rows = []
    for name, m in measured.items():
        size = m["megabytes"]
        figures = [_seconds(m["total"]), f"{1000 * m['total'] / size:.1f}", f"{m['memory']:.0f}"]
        rows.append([name, f"{m['rows']:,}", *figures, f"{m['memory'] / size:.1f}"])
    headers = ["file", "rows", "total s", "ms per MB", "memory MB", "memory per MB"]
    _table("TPT 7.0, larger files", headers, rows)


def show_start(measured: dict[str, Measures]) -> None:
    """A fresh interpreter."""
    texts = {"import": "importing the hot path", "start": "first verdict more than a later one"}
    rows = [[texts[case], _seconds(m["total"])] for case, m in measured.items()]
    _table("A fresh process", ["what", "seconds"], rows)


def show_targets(found: list[dict[str, Any]], size: str) -> None:
    """What was to be reached."""
    rows = []
    for target in found:
        sign = "at least" if target["at_least"] else "at most"
        limit = f"{sign} {target['limit']:g}"
        rows.append(
            [target["text"], limit, f"{target['measured']:.2f}", "yes" if target["reached"] else "NO"]
        )
    _table(f"Targets, at {size} MB", ["target", "limit", "measured", "reached"], rows)
