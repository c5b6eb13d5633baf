"""`validate FILE...`: check files and say what is wrong with them."""

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingestion.pipeline.cli_decisions import Refused, read_mapping, recall_of, rulebook_of, with_mapping
from ingestion.pipeline.cli_opening import not_opened, read_file
from ingestion.pipeline.errors import UnreadableFile

if TYPE_CHECKING:
    import argparse

    from ingestion.pipeline.delivery import Delivery
    from ingestion.pipeline.quality import Snapshot
    from ingestion.pipeline.report import Checked, Report
    from ingestion.pipeline.rulebook import Rulebook

EXIT_CODES = {"unreadable": 2, "failed": 1}
"""Of one file; of several files the highest counts."""
LONG = 1_000_000
"""Bytes from which on the terminal is told what is going on."""


def add_validate(commands: "argparse._SubParsersAction[Any]") -> None:
    """Declare the command."""
    command = commands.add_parser(
        "validate",
        help="check files and say what is wrong with them",
        epilog="Exit code: 0 no errors, 1 errors, 2 a file that cannot be checked.",
    )
    command.add_argument("files", nargs="+", metavar="FILE", help="csv, xlsx, xls, json or zip")
    command.add_argument("--json", action="store_true", help="all findings as JSON")
    command.add_argument(
        "--expect", metavar="TEMPLATE", help="the template that should be there, such as TPT"
    )
    command.add_argument(
        "--previous", metavar="FILE", help="an earlier delivery of the same funds, or of another template"
    )
    command.add_argument("--mapping", metavar="PATH", help="a saved column mapping to use if it fits")
    command.add_argument("--rulebook", metavar="PATH", help="a rulebook whose changes and rules count")


def run_validate(chosen: "argparse.Namespace") -> int:
    """Check every file, also those after one that cannot be opened; returns the exit code."""
    # Imported here: a wrong argument is answered at once.
    from ingestion.pipeline.report import clean, refusal

    results: list[dict[str, Any]] = []
    worst = 0
    try:
        previous = _snapshots(read_file(chosen.previous)) if chosen.previous else None
        decided = Decided(read_mapping(chosen.mapping), rulebook_of(chosen.rulebook))
    except Refused as error:
        print(error, file=sys.stderr)
        return EXIT_CODES["unreadable"]
    except OSError as error:
        return _no_previous(not_opened(clean(chosen.previous, 400), error))
    except UnreadableFile as error:
        return _no_previous(error.message)
    for name in chosen.files:
        try:
            data = read_file(name)
        except OSError as error:
            message = not_opened(clean(name, 400), error)
            print(message, file=sys.stderr)
            worst = EXIT_CODES["unreadable"]
            nothing = {"file": name, "template": None, "version": None, "verdict": "unreadable"}
            advice = "Check the path, and that you may read the file."
            results.append(nothing | refusal("FILE_UNREADABLE", message, advice))
            continue
        report = check_file(name, data, chosen.expect, previous, decided)
        worst = max(worst, EXIT_CODES.get(report.verdict, 0))
        if chosen.json:
            results.append(report.as_data())
        else:
            print(report.as_text())
    if chosen.json:
        # Outside UTF-8 every other character is escaped, so that the text is JSON on any terminal.
        plain = (sys.stdout.encoding or "").lower() != "utf-8"
        print(json.dumps(results[0] if len(results) == 1 else results, ensure_ascii=plain, indent=1))
    return worst


@dataclass(frozen=True)
class Decided:
    """What an institution decided: how it reads a layout, and its rulebook."""

    mapping: dict[str, Any] | None = None
    rulebook: "Rulebook | None" = None


def check_file(
    name: str,
    data: bytes,
    expected: str | None = None,
    previous: "Sequence[Snapshot] | None" = None,
    decided: Decided | None = None,
) -> "Report":
    """Check one file's content, if it is of the expected template (`TPT`, `TPT-7.0`, None = any).

    With what is known of earlier deliveries the checks beyond one row run as well.
    """
    from ingestion.pipeline.delivery import parse_source
    from ingestion.pipeline.engine import validate
    from ingestion.pipeline.inspection import check_expected, inspect_source
    from ingestion.pipeline.readers import open_source
    from ingestion.pipeline.report import Checked, Report
    from ingestion.pipeline.verdict import verdict_document

    decided = decided or Decided()
    inspection = None
    telling = _Telling(name, len(data))
    try:
        telling.say(f"reading {len(data) / 1e6:,.1f} MB")
        source = open_source(data)
        inspection = inspect_source(source, recall_of(decided.mapping))
        check_expected(inspection, expected)
        delivery = parse_source(source, inspection)
        telling.say(f"checking {len(delivery.row_numbers):,} rows")
        validation = validate(delivery, rulebook=decided.rulebook)
        checked = Checked(verdict_document(validation, delivery.inspection, {}), validation.findings)
        if previous is not None:
            checked = _compared(checked, delivery, previous, decided.rulebook)
        return Report(name, inspection, checked)
    except UnreadableFile as error:
        return Report(name, inspection, with_mapping(error, decided.mapping))
    finally:
        telling.say("")


class _Telling:
    """One line on the terminal that says what is done with a long file; gone when it is done."""

    def __init__(self, name: str, size: int) -> None:
        self._on = size >= LONG and sys.stderr.isatty()
        self._name = Path(name).name

    def say(self, what: str) -> None:
        if self._on:
            from ingestion.pipeline.report import clean

            line = f"{clean(self._name, 40)}: {what} …" if what else ""
            print(f"\r\x1b[K{line}", end="", file=sys.stderr, flush=True)


def _snapshots(data: bytes) -> "list[Snapshot]":
    """What a delivery leaves for later ones to be compared with. Raises UnreadableFile."""
    from ingestion.pipeline.delivery import parse_file
    from ingestion.pipeline.inspection import inspect_file
    from ingestion.pipeline.quality import snapshots

    return snapshots(parse_file(data, inspect_file(data)))


def _compared(
    checked: "Checked", delivery: "Delivery", previous: "Sequence[Snapshot]", rulebook: "Rulebook | None"
) -> "Checked":
    from ingestion.pipeline.quality import check_quality, merge
    from ingestion.pipeline.report import Checked

    blanks = frozenset(checked.document["blanks"])
    result = check_quality(delivery, previous, previous, rulebook=rulebook, blanks=blanks)
    return Checked(*merge(checked.document, checked.findings, result))


def _no_previous(why: str) -> int:
    print(f"The previous delivery cannot be used. {why}", file=sys.stderr)
    return EXIT_CODES["unreadable"]
