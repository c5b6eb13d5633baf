"""`convert FILE --to holdings|...|tpt-7.0 --out PATH`: a file as a table of the common schema or a layout."""

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from ingestion.pipeline.cli_decisions import Refused, read_mapping, recall_of, with_mapping
from ingestion.pipeline.errors import UnreadableFile

if TYPE_CHECKING:
    import argparse

    from ingestion.pipeline.delivery import Delivery
    from ingestion.pipeline.inspection import Inspection
    from ingestion.pipeline.transform.layouts import Layout

FORMATS = {"csv": "csv", "parquet": "parquet", "jsonl": "jsonl", "ndjson": "jsonl", "xlsx": "xlsx"}
"""File name extension -> format."""
_SHOWN = 12


def add_convert(commands: "argparse._SubParsersAction[Any]") -> None:
    """Declare the command."""
    command = commands.add_parser(
        "convert",
        help="write a file as a table of the common schema, or in the official layout of a version",
        epilog="Exit code: 0 everything converted, 1 written but not everything could be carried over "
        "(the messages say what), 2 nothing written.",
    )
    command.add_argument("file", metavar="FILE", help="the file to convert")
    command.add_argument(
        "--to", required=True, metavar="TARGET",
        help="holdings, share_classes, esg, esg_indicators, costs, tpt-6.0, tpt-7.0 or tpt-8.0",
    )  # fmt: skip
    command.add_argument("--out", required=True, metavar="PATH", help="the file to write; replaced if there")
    command.add_argument("--format", choices=sorted(set(FORMATS.values())), help="instead of the extension's")
    command.add_argument("--mapping", metavar="PATH", help="a saved column mapping to use if it fits")
    command.add_argument("--json", action="store_true", help="what was done as JSON")


def run_convert(chosen: "argparse.Namespace") -> int:
    """Convert one file; returns the exit code. All messages go to stderr, the JSON to stdout."""
    try:
        report = _convert(
            Path(chosen.file), chosen.to.lower(), Path(chosen.out), chosen.format, chosen.mapping
        )
    except UnreadableFile as error:
        return _refuse(f"{error.message} {error.how_to_fix}", error.code, chosen.json)
    except Refused as error:
        return _refuse(str(error), "NOT_CONVERTED", chosen.json)
    if chosen.json:
        print(json.dumps(report, indent=1, ensure_ascii=(sys.stdout.encoding or "").lower() != "utf-8"))
    else:
        for line in _sentences(report):
            print(line, file=sys.stderr)
    return 0 if report["complete"] else 1


def _convert(path: Path, target: str, out: Path, form: str | None, decisions: str | None) -> dict[str, Any]:
    from ingestion.pipeline.delivery import parse_source
    from ingestion.pipeline.inspection import inspect_source
    from ingestion.pipeline.readers import open_source
    from ingestion.pipeline.transform import targets
    from ingestion.pipeline.transform.layouts import all_layouts, layouts
    from ingestion.pipeline.transform.schema import TABLES

    if target not in (*TABLES, *all_layouts()):
        known = ", ".join((*TABLES, *all_layouts()))
        raise Refused(f"There is no target of that name. Choose one of {known}.")
    form = _format(out, form, target in TABLES)
    data = _read(path)
    mapping = read_mapping(decisions)
    _check_out(path, out)
    source = open_source(data)
    try:
        inspection = inspect_source(source, recall_of(mapping))
    except UnreadableFile as error:
        raise with_mapping(error, mapping) from None
    if target not in (*targets(inspection.template), *layouts(inspection.template)):
        raise Refused(_not_for(inspection.template, target))
    delivery = parse_source(source, inspection)
    done = {
        "template": inspection.template,
        "version": inspection.version,
        "target": target,
        "out": str(out),
        "notes": delivery.inspection.notes,
    }
    done |= (_table if target in TABLES else _layout)(delivery, target, out, form)
    return done | {"complete": done["complete"] and not _left_out(inspection)}


def _table(delivery: "Delivery", target: str, out: Path, form: str) -> dict[str, Any]:
    from ingestion.pipeline.pack import find_pack
    from ingestion.pipeline.transform import transform
    from ingestion.pipeline.transform.export import write_table

    tables = transform(delivery, [target])
    table = tables.tables[target]
    _check_rows(table.num_rows, form)
    _write(out, lambda file: write_table(table, form, file))
    fields = find_pack(delivery.template, delivery.version).fields
    unfit = [{"field": key, "name": fields[key].name, "rows": rows} for key, rows in tables.unfit]
    return {"rows": table.num_rows, "complete": not unfit, "unfit": unfit}


def _layout(delivery: "Delivery", target: str, out: Path, form: str) -> dict[str, Any]:
    from ingestion.pipeline.transform.export import write_layout
    from ingestion.pipeline.transform.layouts import to_layout

    layout: Layout = to_layout(delivery, target)
    rows = len(layout.columns[0].codes)
    _check_rows(rows, form)
    _write(out, lambda file: write_layout(layout, form, file))
    return {
        "rows": rows,
        "complete": layout.complete,
        "missing": layout.missing,
        "blank": layout.blank,
        "dropped": layout.dropped,
        "codes": layout.codes,
    }


def _left_out(inspection: "Inspection") -> bool:
    """Whether a file of the zip that could be read is not in the table."""
    return any(member["template"] and not member["checked"] for member in inspection.members)


def _not_for(template: str, target: str) -> str:
    from ingestion.pipeline.transform import targets
    from ingestion.pipeline.transform.layouts import layouts

    possible = ", ".join([*targets(template), *layouts(template)])
    return f"The file is read as {template}, which has no {target}. It can become {possible}."


def _format(out: Path, form: str | None, is_table: bool) -> str:
    from ingestion.pipeline.transform.export import LAYOUT_FORMATS, TABLE_FORMATS

    possible = TABLE_FORMATS if is_table else LAYOUT_FORMATS
    chosen = form or FORMATS.get(out.suffix.lower().removeprefix("."))
    if chosen is None:
        endings = ", ".join(f".{name}" for name in possible)
        raise Refused(f"The name of --out must end in one of {endings}, or --format must be given.")
    if chosen not in possible:
        raise Refused(f"An official layout is written as {' or '.join(possible)}, not as {chosen}.")
    return chosen


def _check_rows(rows: int, form: str) -> None:
    from ingestion.pipeline.transform.export import MOST_SHEET_ROWS

    if form == "xlsx" and rows > MOST_SHEET_ROWS:
        raise Refused(f"{rows:,} rows are too many for a workbook. Write csv instead.")


def _read(path: Path) -> bytes:
    from ingestion.pipeline.readers import MAX_BYTES

    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except IsADirectoryError:
        raise Refused("FILE is a folder; name a file in it.") from None
    except (FileNotFoundError, NotADirectoryError):
        raise Refused("There is no such FILE. Check the path.") from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "the name is not one"
        raise Refused(f"FILE cannot be read: {reason}.") from None


def _check_out(path: Path, out: Path) -> None:
    """Only an ordinary file is replaced, and never the one that is converted."""
    try:
        if out.is_dir():
            raise Refused("--out is a folder; name a file in it.")
        if out.exists() and not out.is_file():
            raise Refused("--out is no ordinary file; name another one.")
        if out.exists() and out.samefile(path):
            raise Refused("--out is the file that is converted; name another one.")
    except OSError as error:  # such as a name that is far too long
        raise Refused(f"--out cannot be written: {error.strerror}.") from None


def _write(out: Path, write: Callable[[BinaryIO], None]) -> None:
    """Write beside the target and rename, so that a half-written file never stands there."""
    part = out.with_name(f".{out.name}.{os.getpid()}.part")
    try:
        with part.open("xb") as file:
            write(file)
        part.replace(out)
    except OSError as error:
        raise Refused(f"--out cannot be written: {error.strerror}.") from None
    finally:
        part.unlink(missing_ok=True)


def _refuse(message: str, code: str, as_json: bool) -> int:
    print(message, file=sys.stderr)
    if as_json:
        print(json.dumps({"complete": False, "code": code, "message": message}, indent=1))
    return 2


def _sentences(report: dict[str, Any]) -> list[str]:
    """What was written and what is missing, for people."""
    from ingestion.pipeline.report import clean

    source = f"{report['template']} {report['version']}"
    lines = [f"{report['out']}: {_rows(report)}, {report['target']} from {source}."]
    missing = report.get("missing", [])
    for presence, what in (("M", "Mandatory"), ("C", "Conditional"), ("OI", "Optional")):
        names = [entry["name"] for entry in missing if entry["presence"] and entry["presence"] in presence]
        lines += [f"{what} fields the file does not have: {_listed(names)}."] if names else []
    lines += [f"{item['name']}: mandatory, empty on {_rows(item)}." for item in report.get("blank", [])]
    lines += [
        f"{item['name']}: left out on {_rows(item)}, the layout has no such field."
        for item in report.get("dropped", [])
    ]
    lines += [
        f"{item['name']}: the code {item['code']} was divided into {', '.join(item['successors'])}; "
        f"choose one on {_rows(item)}."
        for item in report.get("codes", [])
    ]
    lines += [
        f"{item['name']}: empty in the table on {_rows(item)}, where the file has no value of its "
        "type or more digits than can be kept."
        for item in report.get("unfit", [])
    ]
    return lines + [f"Note: {clean(note['text'], 1_000)}" for note in report["notes"]]


def _rows(item: dict[str, Any]) -> str:
    return f"{item['rows']:,} row{'' if item['rows'] == 1 else 's'}"


def _listed(names: list[str]) -> str:
    more = len(names) - _SHOWN
    return ", ".join(names[:_SHOWN]) + (f" and {more} more" if more > 0 else "")
