"""Commands: validate, recognise, rules, convert, template. Exit 0, 1 (errors), 2 (unreadable)."""

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from ingestion.pipeline.cli_convert import add_convert, run_convert
from ingestion.pipeline.cli_recognise import add_recognise, run_recognise
from ingestion.pipeline.cli_rules import add_rules, run_rules
from ingestion.pipeline.cli_template import add_template, run_template
from ingestion.pipeline.errors import UnreadableFile

if TYPE_CHECKING:
    from ingestion.pipeline.report import Report

EXIT_CODES = {"unreadable": 2, "failed": 1}
"""Of one file; of several files the highest counts."""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """Wrong arguments end in one sentence."""
        self.exit(2, f"{message[:1].upper()}{message[1:]}. Try: python -m ingestion.pipeline validate FILE\n")


def main(arguments: list[str]) -> int:
    """Run one command; returns the exit code."""
    parser = _Parser(prog="python -m ingestion.pipeline", description="Check fund-data files.")
    commands = parser.add_subparsers(
        dest="command", required=True, metavar="{validate,recognise,rules,convert,template}"
    )
    check = commands.add_parser(
        "validate",
        help="check files and say what is wrong with them",
        epilog="Exit code: 0 no errors, 1 errors, 2 a file that cannot be checked.",
    )
    check.add_argument("files", nargs="+", metavar="FILE", help="csv, xlsx, xls, json or zip")
    check.add_argument("--json", action="store_true", help="all findings as JSON")
    check.add_argument("--expect", metavar="TEMPLATE", help="the template that should be there, such as TPT")
    add_recognise(commands)
    add_rules(commands)
    add_convert(commands)
    add_template(commands)
    chosen = parser.parse_args(arguments)
    others = {
        "recognise": run_recognise,
        "rules": run_rules,
        "convert": run_convert,
        "template": run_template,
    }
    if chosen.command in others:
        return others[chosen.command](chosen)
    return _validate(chosen.files, chosen.json, chosen.expect)


def _validate(names: list[str], as_json: bool, expected: str | None = None) -> int:
    """Check every file, also those after one that cannot be opened."""
    # Imported here: a wrong argument is answered at once.
    from ingestion.pipeline.readers import MAX_BYTES
    from ingestion.pipeline.report import clean, refusal

    results: list[dict[str, Any]] = []
    worst = 0
    for name in names:
        try:
            with Path(name).open("rb") as file:
                data = file.read(MAX_BYTES + 1)
        except OSError as error:
            message = _not_opened(clean(name, 400), error)
            print(message, file=sys.stderr)
            worst = EXIT_CODES["unreadable"]
            nothing = {"file": name, "template": None, "version": None, "verdict": "unreadable"}
            advice = "Check the path, and that you may read the file."
            results.append(nothing | refusal("FILE_UNREADABLE", message, advice))
            continue
        report = check_file(name, data, expected)
        worst = max(worst, EXIT_CODES.get(report.verdict, 0))
        if as_json:
            results.append(report.as_data())
        else:
            print(report.as_text())
    if as_json:
        # Outside UTF-8 every other character is escaped, so that the text is JSON on any terminal.
        plain = (sys.stdout.encoding or "").lower() != "utf-8"
        print(json.dumps(results[0] if len(results) == 1 else results, ensure_ascii=plain, indent=1))
    return worst


def check_file(name: str, data: bytes, expected: str | None = None) -> "Report":
    """Check one file's content, if it is of the expected template (`TPT`, `TPT-7.0`, None = any)."""
    from ingestion.pipeline.delivery import parse_source
    from ingestion.pipeline.engine import validate
    from ingestion.pipeline.inspection import check_expected, inspect_source
    from ingestion.pipeline.readers import open_source
    from ingestion.pipeline.report import Report

    inspection = None
    try:
        source = open_source(data)
        inspection = inspect_source(source)
        check_expected(inspection, expected)
        return Report(name, inspection, validate(parse_source(source, inspection)))
    except UnreadableFile as error:
        return Report(name, inspection, error)


def _not_opened(name: str, error: OSError) -> str:
    if not name:
        return "A file name is empty."
    if isinstance(error, IsADirectoryError):
        return f"{name} is a folder; name the files in it."
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return f"There is no file {name}."
    return f"{name} cannot be read: {error.strerror}."
