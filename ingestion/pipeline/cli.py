"""Commands: `validate FILE... [--json]`, `rules [--markdown]`. Exit 0, 1 (errors), 2 (unreadable)."""

import argparse
import json
import sys
from pathlib import Path
from typing import Any, NoReturn

from ingestion.pipeline.errors import UnreadableFile

EXAMPLES = 3
"""Findings shown per rule in the readable table; --json holds all."""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """Wrong arguments end in one sentence."""
        self.exit(2, f"{message[:1].upper()}{message[1:]}. Try: python -m ingestion.pipeline validate FILE\n")


def main(arguments: list[str]) -> int:
    """Run one command; returns the exit code."""
    parser = _Parser(prog="python -m ingestion.pipeline", description="Check fund-data files.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="{validate,rules}")
    check = commands.add_parser("validate", help="check files and say what is wrong with them")
    check.add_argument("files", nargs="+", metavar="FILE")
    check.add_argument("--json", action="store_true", help="all findings as JSON")
    rules = commands.add_parser("rules", help="list the rules of all templates")
    rules.add_argument("--markdown", action="store_true", help="as the page docs/rules.md")
    chosen = parser.parse_args(arguments)
    if chosen.command == "rules":
        from ingestion.pipeline import catalogue  # imported here: checking files needs no catalogue

        print(
            catalogue.markdown() if chosen.markdown else json.dumps(catalogue.as_data(), indent=1), end="\n"
        )
        return 0
    return _validate(chosen.files, chosen.json)


def _validate(names: list[str], as_json: bool) -> int:
    missing = [name for name in names if not Path(name).is_file()]
    if missing:
        print(f"There is no file {missing[0]}.", file=sys.stderr)
        return 2
    results = []
    for name in names:
        try:
            data = Path(name).read_bytes()
        except OSError as error:
            print(f"{name} cannot be read: {error.strerror}.", file=sys.stderr)
            return 2
        results.append(check_file(name, data))
        if not as_json:
            print(as_text(results[-1]))
    if as_json:
        print(json.dumps(results[0] if len(results) == 1 else results, ensure_ascii=False, indent=1))
    return max({"unreadable": 2, "failed": 1}.get(result["verdict"], 0) for result in results)


def check_file(name: str, data: bytes) -> dict[str, Any]:
    """Verdict and all findings of one file as plain data."""
    # Imported here: a wrong argument is answered at once.
    from ingestion.pipeline.delivery import parse_source
    from ingestion.pipeline.engine import validate
    from ingestion.pipeline.inspection import inspect_source
    from ingestion.pipeline.readers import open_source

    inspection = None
    try:
        source = open_source(data)
        inspection = inspect_source(source)
        validation = validate(parse_source(source, inspection))
    except UnreadableFile as error:
        return {
            "file": name,
            "template": inspection.template if inspection else None,
            "version": inspection.version if inspection else None,
            "verdict": "unreadable",
            "code": error.code,
            "message": error.message,
            "how_to_fix": error.how_to_fix,
            "counts": {"error": 0, "warning": 0, "info": 0},
            "findings": [],
        }
    columns = ["rule", "severity", "row", "field", "value", "message"]
    return {
        "file": name,
        "template": inspection.template,
        "version": inspection.version,
        "verdict": validation.verdict,
        "counts": validation.counts,
        "findings": validation.findings.select(columns).to_pylist(),
    }


def as_text(result: dict[str, Any]) -> str:
    """A table for people: the verdict in words, then each rule with its first findings."""
    if result["verdict"] == "unreadable":
        head = f"{result['file']}: unreadable ({result['code']})"
        return f"{head}\n  {result['message']}\n  {result['how_to_fix']}\n"
    counts = ", ".join(f"{count} {severity}" for severity, count in result["counts"].items())
    title = f"{result['template']} {result['version']}"
    lines = [f"{result['file']}: {title}, {result['verdict'].replace('_', ' ')} ({counts})"]
    by_rule: dict[str, list[dict[str, Any]]] = {}
    for finding in result["findings"]:
        by_rule.setdefault(finding["rule"], []).append(finding)
    for rule, findings in by_rule.items():
        lines.append(f"  {findings[0]['severity']:<8} {rule:<28} {len(findings):>6}")
        for finding in findings[:EXAMPLES]:
            place = f"row {finding['row']}" if finding["row"] else "file"
            value = f" “{_clean(finding['value'])}”" if finding["value"] else ""
            lines.append(f"      {place:<10} field {finding['field']:<5}{value}: {finding['message']}")
        if len(findings) > EXAMPLES:
            lines.append(f"      and {len(findings) - EXAMPLES} more")
    return "\n".join(lines) + "\n"


def _clean(value: str) -> str:
    """Short and without control characters, which could steer a terminal."""
    shown = "".join(sign if sign.isprintable() else "·" for sign in value)
    return shown if len(shown) <= 60 else shown[:59] + "…"
