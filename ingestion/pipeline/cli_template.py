"""`template NAME --out PATH [--example | --guide]`: workbook, filled example or field guide of a template."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import argparse


def add_template(commands: "argparse._SubParsersAction[Any]") -> None:
    """Declare the command."""
    command = commands.add_parser(
        "template",
        help="write an empty workbook, a filled example or the field guide of a template",
        epilog="Exit code: 0 written, 2 not written.",
    )
    command.add_argument("name", metavar="NAME", help="template and version, such as TPT-7.0")
    command.add_argument(
        "--out", required=True, metavar="PATH", help=".xlsx or .csv, .md for the guide; replaced"
    )
    kind = command.add_mutually_exclusive_group()
    kind.add_argument("--example", action="store_true", help="with a few filled rows")
    kind.add_argument("--guide", action="store_true", help="the field guide as Markdown")


def run_template(chosen: "argparse.Namespace") -> int:
    """Write one file; returns the exit code."""
    from ingestion.pipeline.materials import example_csv, example_rows, field_guide, template_workbook
    from ingestion.pipeline.pack import find_pack, pack_names

    template, _, version = chosen.name.upper().partition("-")
    if (template, version) not in pack_names():
        known = ", ".join("-".join(name) for name in pack_names())
        return _refuse(f"There is no such template. Known are {known}.")
    pack = find_pack(template, version)
    rows = example_rows(pack) if chosen.example else []
    out = Path(chosen.out)
    if chosen.guide and out.suffix.lower() in (".xlsx", ".csv"):
        return _refuse("The field guide is Markdown: the name of the file must end in .md.")
    if chosen.guide:
        content = field_guide(pack).encode()
    elif out.suffix.lower() == ".csv":
        content = example_csv(pack, rows)
    elif out.suffix.lower() == ".xlsx":
        content = template_workbook(pack, rows)
    else:
        return _refuse("The name of the file must end in .xlsx or .csv, or ask for the guide with --guide.")
    try:
        out.write_bytes(content)
    except OSError as error:
        return _refuse(f"The file cannot be written: {error.strerror}.")
    return 0


def _refuse(message: str) -> int:
    print(message, file=sys.stderr)
    return 2
