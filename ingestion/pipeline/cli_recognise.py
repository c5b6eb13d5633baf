"""`recognise FILE [--json]`: template, version and columns of a file, without checking it."""

import json
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from ingestion.pipeline.cli_decisions import Refused, read_mapping, read_or_refuse, recall_of, with_mapping
from ingestion.pipeline.errors import UnreadableFile

if TYPE_CHECKING:
    import argparse

    from ingestion.pipeline.inspection import Inspection

KEYS = ["template", "version", "confidence", "reason", "delimiter", "decimal", "encoding", "sheet"]
KEYS += ["header_row", "mapped", "unmapped", "missing", "fingerprint", "notes", "members"]
_SHOWN = 12


def add_recognise(commands: "argparse._SubParsersAction[Any]") -> None:
    """Declare the command."""
    command = commands.add_parser(
        "recognise",
        help="say which template and version a file is, and which column is which field",
        epilog="Exit code: 0 recognised, 1 not the expected template, 2 a file that cannot be recognised.",
    )
    command.add_argument("file", metavar="FILE", help="csv, xlsx, xls, json or zip")
    command.add_argument("--json", action="store_true", help="everything as JSON")
    command.add_argument(
        "--expect", metavar="TEMPLATE", help="the template that should be there, such as TPT"
    )
    command.add_argument("--mapping", metavar="PATH", help="a saved column mapping to use if it fits")


def run_recognise(chosen: "argparse.Namespace") -> int:
    """Look at one file; returns the exit code."""
    from ingestion.pipeline.inspection import check_expected, inspect_file

    inspection = None
    try:
        data = read_or_refuse(chosen.file)
        mapping = read_mapping(chosen.mapping)
    except Refused as refused:
        return _refuse("FILE_UNREADABLE", str(refused), chosen.json)
    try:
        inspection = inspect_file(data, recall_of(mapping))
        check_expected(inspection, chosen.expect)
    except UnreadableFile as unread:
        error = with_mapping(unread, mapping)
        message = f"{error.message} {error.how_to_fix}"
        code = _refuse(error.code, message, chosen.json, error, inspection)
        return 1 if inspection else code
    if chosen.json:
        document = inspection.to_json()
        print(_json({key: document[key] for key in KEYS}))
    else:
        print("\n".join(_lines(inspection)))
    return 0


def _lines(inspection: "Inspection") -> Iterator[str]:
    from ingestion.pipeline.report import clean

    yield f"{inspection.template} {inspection.version} (confidence {inspection.confidence:.0%})"
    yield f"  {inspection.reason[:1].upper()}{inspection.reason[1:]}."
    place = [f"header in row {inspection.header_row}", f"decimal sign “{inspection.decimal}”"]
    if inspection.sheet:
        place.append(f"sheet “{clean(inspection.sheet)}”")
    if inspection.delimiter:
        place.append(f"delimiter “{inspection.delimiter}”".replace("\t", "tab"))
    if inspection.encoding:
        place.append(f"encoding {inspection.encoding}")
    yield f"  Form: {', '.join(place)}."
    for what, names in (
        ("Fields without a column", inspection.missing),
        ("Columns left out", inspection.unmapped),
    ):
        if names:
            more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
            yield f"  {what}: {', '.join(clean(name) for name in names[:_SHOWN])}{more}."
    for note in inspection.notes:
        yield f"  Note: {clean(note['text'], 500)}"


def _refuse(
    code: str,
    message: str,
    as_json: bool,
    error: UnreadableFile | None = None,
    inspection: "Inspection | None" = None,
) -> int:
    """What was recognised nevertheless, or the layout that is not known, comes along."""
    if not as_json:
        print(f"{message} ({code})", file=sys.stderr)
        return 2
    layout = error.layout.to_json() if error and error.layout else None
    lists: dict[str, Any] = {"mapped": {}, "unmapped": [], "missing": [], "notes": [], "members": []}
    seen = inspection.to_json() if inspection else dict.fromkeys(KEYS) | lists
    print(_json({key: seen[key] for key in KEYS} | {"code": code, "message": message, "layout": layout}))
    return 2


def _json(data: dict[str, Any]) -> str:
    # Outside UTF-8 every other character is escaped, so that the text is JSON on any terminal.
    return json.dumps(data, ensure_ascii=(sys.stdout.encoding or "").lower() != "utf-8", indent=1)
