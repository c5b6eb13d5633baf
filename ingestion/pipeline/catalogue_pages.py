"""The catalogue as Markdown for docs/rules: a page per template and an index."""

from collections.abc import Iterator
from itertools import groupby
from operator import attrgetter

from ingestion.pipeline.catalogue import GROUPS, Shared, counted, select, shared
from ingestion.pipeline.pack import Pack, packs
from ingestion.pipeline.rules.rule import natural

COMMAND = "make rules-docs"
_NOTE = f"Generated from the rules themselves by `{COMMAND}`; not edited by hand."
_TOGETHER = 3
"""So many rules with the same explanation share it: it is then written once above their table."""
_HEAD: tuple[str, ...] = ("rule", "severity", "fields", "what is checked")


def pages() -> dict[str, str]:
    """All pages by file name."""
    templates = dict.fromkeys(pack.template for pack in packs().values())
    return {"index.md": _index()} | {f"{name.lower()}.md": _page(name) for name in templates}


def _index() -> str:
    lines = ["# Rules", "", _NOTE, "", *_counts(list(packs().values()), linked=True), ""]
    lines += [
        "Errors, warnings and notes are checked unless an institution's rulebook says otherwise. The rules",
        "in the column “on request” belong to uses of a template that only a rulebook switches on.",
        "",
        "[How rules are written](../rulebooks.md) · [What the Quality step looks at](../quality.md)",
    ]
    return "\n".join(lines) + "\n"


def _counts(versions: list[Pack], *, linked: bool = False) -> Iterator[str]:
    yield "| template | rules | errors | warnings | notes | on request |"
    yield "|---|--:|--:|--:|--:|--:|"
    for pack in versions:
        name = f"{pack.template} {pack.version}"
        name = f"[{name}]({pack.template.lower()}.md)" if linked else name
        counts = counted(pack)
        cells = [name, *(f"{number:,}" for number in (sum(counts.values()), *counts.values()))]
        yield _line(*cells)


def _page(template: str) -> str:
    versions = [pack for pack in packs().values() if pack.template == template]
    lines = [f"# {template}: rules", "", _NOTE, "", *_counts(versions), ""]
    lines += ["A rule without a version holds in all of them. [All templates](index.md)"]
    every = tuple(pack.version for pack in versions)
    rules = shared(select(template))
    for group in GROUPS:
        here = [each for each in rules if each.entry.group == group]
        if here:
            lines += ["", f"## {group}", "", f"{len(here):,} rule{'s' if len(here) > 1 else ''}."]
            lines += _group(here, every)
    return "\n".join(lines) + "\n"


def _group(rules: list[Shared], every: tuple[str, ...]) -> Iterator[str]:
    """First the tables of rules that share an explanation, then the others."""
    by_text = attrgetter("rule.explanation")
    blocks = [list(block) for _, block in groupby(sorted(rules, key=by_text), by_text)]
    blocks.sort(key=lambda block: -len(block))
    single = [each for block in blocks if len(block) < _TOGETHER for each in block]
    for block in blocks:
        if len(block) < _TOGETHER:
            continue
        fixes = {_how_to_fix(each) for each in block}
        alike = len(fixes) == 1
        yield from ("", block[0].rule.explanation)
        if alike:
            yield from ("", f"*How to fix it:* {fixes.pop()}")
        heads = _HEAD if alike else (*_HEAD, "how to fix it")
        yield from _table(heads, block, every, () if alike else ("how_to_fix",))
    if single:
        heads = (*_HEAD, "why", "how to fix it", "reference")
        yield from _table(heads, single, every, ("explanation", "how_to_fix", "reference"))


def _how_to_fix(each: Shared) -> str:
    """Without the field's own name, so that rules about different fields can share the sentence."""
    field = each.entry.pack.fields.get(each.rule.field)
    text = each.rule.how_to_fix
    return text.replace(field.label, "the field") if field else text


def _table(
    heads: tuple[str, ...], rules: list[Shared], every: tuple[str, ...], more: tuple[str, ...]
) -> Iterator[str]:
    yield from ("", _line(*heads), "|" + "---|" * len(heads))
    for each in sorted(rules, key=lambda each: natural(each.rule.id)):
        rule = each.rule
        name = f"`{rule.id}`"
        if each.versions != every:
            name += f" ({', '.join(each.versions)})"
        severity = f"{rule.severity}, on request" if rule.profile else rule.severity
        texts = [getattr(rule, text) for text in more]
        yield _line(name, severity, ", ".join(rule.fields), rule.title, *texts)


def _line(*cells: str) -> str:
    return "| " + " | ".join(" ".join(cell.split()).replace("|", "\\|") for cell in cells) + " |"
