"""Commands: validate, recognise, rules, convert, template. Exit 0, 1 (errors), 2 (unreadable)."""

import argparse
from typing import NoReturn

from ingestion.pipeline.cli_convert import add_convert, run_convert
from ingestion.pipeline.cli_opening import unknown_template
from ingestion.pipeline.cli_recognise import add_recognise, run_recognise
from ingestion.pipeline.cli_rules import add_rules, run_rules
from ingestion.pipeline.cli_template import add_template, run_template
from ingestion.pipeline.cli_validate import add_validate, run_validate


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """Wrong arguments end in one sentence."""
        self.exit(2, f"{message[:1].upper()}{message[1:]}. Try: {self.prog} --help\n")


def main(arguments: list[str]) -> int:
    """Run one command; returns the exit code."""
    parser = _Parser(prog="python -m ingestion.pipeline", description="Check fund-data files.")
    commands = parser.add_subparsers(
        dest="command", required=True, metavar="{validate,recognise,rules,convert,template}"
    )
    add_validate(commands)
    add_recognise(commands)
    add_rules(commands)
    add_convert(commands)
    add_template(commands)
    chosen = parser.parse_args(arguments)
    if unknown := unknown_template(getattr(chosen, "expect", None)):
        commands.choices[chosen.command].error(unknown)
    run = {
        "validate": run_validate,
        "recognise": run_recognise,
        "rules": run_rules,
        "convert": run_convert,
        "template": run_template,
    }
    return run[chosen.command](chosen)
