"""`rules [WORD...] [--template --version --severity] [--json | --markdown DIR]`: the rule catalogue."""

import json
import sys
import textwrap
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import argparse

    from ingestion.pipeline.catalogue import Entry, Shared

_FIELDS = 4
"""Fields of a rule that the table names; the rule alone names all."""


def add_rules(commands: "argparse._SubParsersAction[Any]") -> None:
    """Declare the command."""
    command = commands.add_parser(
        "rules",
        help="list the rules, or explain one",
        epilog="Exit code: 0 listed, 1 no rule fits, 2 not written. One rule alone is explained in full.",
    )
    command.add_argument("words", nargs="*", metavar="WORD", help="all occur in the rule's id or texts")
    command.add_argument("--template", metavar="NAME", default="", help="such as TPT, or TPT-7.0")
    command.add_argument("--version", metavar="VERSION", default="", help="such as 7.0")
    command.add_argument("--severity", choices=["error", "warning", "info"], default="")
    form = command.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="as a list of JSON objects, one per version")
    form.add_argument("--markdown", metavar="DIR", help="write the pages of docs/rules into a folder")


def run_rules(chosen: "argparse.Namespace") -> int:
    """List, explain or write; returns the exit code."""
    # Imported here: checking files needs no catalogue.
    from ingestion.pipeline.catalogue import as_data, select, shared

    if chosen.markdown:
        return _write(Path(chosen.markdown))
    template, _, version = chosen.template.upper().partition("-")
    entries = select(template, chosen.version or version, chosen.severity, " ".join(chosen.words))
    if chosen.json:
        # Outside UTF-8 every other character is escaped, so that the text is JSON on any terminal.
        plain = (sys.stdout.encoding or "").lower() != "utf-8"
        print(json.dumps(as_data(entries), ensure_ascii=plain, indent=1))
        return 0
    rules = shared(entries)
    exact = [each for each in rules if [each.rule.id] == [word.upper() for word in chosen.words]]
    rules = exact or rules
    if not rules:
        print("No rule fits. The templates are named as in TPT, the versions as in 7.0.", file=sys.stderr)
        return 1
    print("\n".join(_explained(rules[0]) if len(rules) == 1 else _table(rules, entries)))
    return 0


def _table(rules: list["Shared"], entries: list["Entry"]) -> Iterator[str]:
    width = max(len(each.rule.id) for each in rules)
    for each in rules:
        fields = list(each.rule.fields)
        named = ", ".join(fields[:_FIELDS]) + (" …" if len(fields) > _FIELDS else "")
        place = f"[{named}]" if named else "[file]"
        yield f"{each.rule.severity:<8} {each.rule.id:<{width}}  {each.rule.title} {place}"
    yield ""
    counts = Counter(f"{entry.pack.template} {entry.pack.version}" for entry in entries)
    yield "; ".join(f"{name}: {number:,}" for name, number in counts.items())


def _explained(each: "Shared") -> Iterator[str]:
    rule = each.rule
    yield f"{rule.id}: {rule.title}"
    lines = [
        ("Severity", rule.severity),
        ("Template", f"{each.template} {', '.join(each.versions)}"),
        ("Fields", ", ".join(_labels(each))),
        ("When", rule.when.words if rule.when else ""),
        ("Use", each.entry.pack.profiles[rule.profile].title if rule.profile else ""),
        ("Why", rule.explanation),
        ("How to fix it", rule.how_to_fix),
        ("Reference", rule.reference),
    ]
    for name, text in lines:
        if text:
            yield textwrap.fill(text, 100, initial_indent=f"  {name:<14} ", subsequent_indent=" " * 17)


def _labels(each: "Shared") -> Iterator[str]:
    for key in each.rule.fields:
        label = each.entry.pack.fields[key].label
        yield label if key in label.split() else f"{key} {label}"


def _write(folder: Path) -> int:
    """Replace the pages; a page of a template that is no more goes."""
    from ingestion.pipeline.catalogue_pages import pages

    made = pages()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.glob("*.md"):
            if old.name not in made:
                old.unlink()
        for name, text in made.items():
            (folder / name).write_text(text, "utf-8")
    except OSError as error:
        print(f"The pages cannot be written: {error.strerror}.", file=sys.stderr)
        return 2
    return 0
