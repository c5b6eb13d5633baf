"""What is written into a cell to see whether a rule minds: by type and code, and what the rule names."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from ingestion.pipeline.codefamilies.nace import REVISIONS, nace_codes
from ingestion.pipeline.materials.pattern_texts import pattern_texts
from ingestion.pipeline.pack import Field, Pack, packs
from ingestion.pipeline.rules.rule import Rule

Row = dict[str, str]
WRONG = {
    "number": ("12x",),
    "integer": ("2.5",),
    "number_or_code": ("?",),
    "currency": ("EURO",),
    "currency_in_use": ("DEM",),
    "country": ("UK",),
    "country_list": ("UK",),
    "language": ("EN",),
    "language_list": ("EN",),
    "email": ("nobody",),
    "url": ("no link",),
    "code_list": ("?",),
    "multi_list": ("?",),
    "precision": ("0.0000000000000000000000001", f"0.{'3' * 32}", "9" * 32),
    "date": ("31.12.2025",),
    "cic": ("XL4",),
    "cic_country": ("QQ42",),
    "cic_subclass": ("XL40",),
    "nace": ("Z999",),
    "code_of_type": ("B0YBKJ8X",),
    "isin_leg": ("FR0000131104LEG1",),
    "other_type": ("BBG000BLNNH6", "US4592001014", "529900T8BM49AURSDO55"),
}
"""By kind of rule the mistake people make, tried before anything else."""
BY_TYPE = {
    "decimal": ("0", "1", "-1", "0.5", "100", "1000000"),
    "fraction": ("0", "0.5", "1", "-0.01", "1.5"),
    "integer": ("0", "1", "2", "7", "-1"),
    "date": ("2025-12-31", "2026-01-05", "2031-02-15", "2019-01-31", "2099-12-31"),
    "datetime": ("2025-12-31", "2099-12-31"),
    "currency": ("EUR", "USD", "CHF"),
    "country": ("DE", "US", "LU", "GB"),
    "cic": ("DE11", "FR31", "US31", "XT72", "LU42"),
    "boolean": ("Y", "N"),
    "url": ("https://example.com/document.pdf",),
}
_FACTORS = (1.2, 0.5, 1.004, -1.0, 100.0)
_MAX_CODES = 12


def trial_values(pack: Pack, rule: Rule, rows: Sequence[Row], key: str) -> list[str]:
    """Texts for one field, each once: first what is typically wrong there, then what may be right."""
    field = pack.fields[key]
    wrong = list(WRONG.get(rule.kind, ())) if key == rule.field else []
    wrong += _other_versions(pack) if rule.kind == "version" else []
    wrong += _other_revisions(rule) if rule.kind == "nace_revision" else []
    here = [row[key] for row in rows if row.get(key)]
    named = [value for value in _named(rule) if value in field.codes or value not in pack.fields]
    fitting = [text for pattern in _patterns(rule, key) for text in pattern_texts(pattern, *here[:1])]
    lists = list(_lists(field, named)) if field.multi else []
    found = [*wrong, *fitting, *named, *here, *lists, *_damaged(field, here), *list(field.codes)[:_MAX_CODES]]
    found += [row[other] for row in rows[:1] for other in rule.fields if row.get(other)]
    found += [*BY_TYPE.get(field.type, ("Text",)), *_at_the_limits(field), ""]
    return list(dict.fromkeys(found))


def _named(rule: Rule) -> Iterator[str]:
    """Values that the rule itself names: texts, numbers with neighbours, an instrument of each CIC class."""
    texts = [rule.when.text] if rule.when else []
    texts += [text for value in rule.params.values() for text in _texts(value)]
    for text in texts:
        for word in re.findall(r'"([^"]+)"|([^\s()"\[\]]+)', text):
            for value in (word[0] or word[1]).split("|"):
                yield value
                if re.fullmatch(r"-?[0-9.]+", value) and value.strip(".-"):
                    yield from (f"{float(value) + step:g}" for step in (-1, 1))
        for classes in re.findall(r"in class((?: [0-9A-F][0-9A-Z]?(?= |$|\)))+)", text):
            yield from (f"DE{name}1" if len(name) == 1 else f"DE{name}" for name in classes.split())


def _other_versions(pack: Pack) -> list[str]:
    """What the version cell says in other versions of the template, the latest of them first."""
    others = [one for one in packs().values() if one.template == pack.template and one is not pack]
    return [text for one in reversed(others) for text in (one.version_texts or (f"V{one.version}",))[:1]]


def _other_revisions(rule: Rule) -> list[str]:
    """Codes that only another revision of NACE has."""
    wanted: set[str] = set().union(*map(nace_codes, rule.params["revisions"]))
    others = [nace_codes(one) for one in REVISIONS if one not in rule.params["revisions"]]
    found = [
        section + digits for codes in others for digits, section in codes.items() if digits not in wanted
    ]
    return found[-2:]


def _patterns(rule: Rule, key: str) -> Iterator[str]:
    """The patterns that the rule has for a field."""
    for text in [rule.when.text if rule.when else "", *map(str, rule.params.values())]:
        for field, quoted, plain in re.findall(r'(\S+) matches (?:"([^"]+)"|(\S+))', text):
            if field.strip("(") == key:
                yield quoted or plain


def _lists(field: Field, named: Sequence[str]) -> Iterator[str]:
    """Several codes in a cell: different ones, and one that stands there twice."""
    codes = list(dict.fromkeys([*(name for name in named if name in field.codes), *field.codes]))
    codes = codes[:_MAX_CODES] or ["DE", "FR"]
    yield from (f"{codes[0]};{code}" for code in codes)
    yield from (f"{code};{codes[-1]}" for code in codes)


def _texts(value: Any) -> Iterable[str]:
    if isinstance(value, str):
        return [value]
    return [one for one in value if isinstance(one, str)] if isinstance(value, list | tuple) else []


def _damaged(field: Field, values: Sequence[str]) -> Iterator[str]:
    """What is there already, made wrong: another last digit, another size, the second half missing."""
    for value in values[:2]:
        if field.type in ("decimal", "fraction", "integer") and re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", value):
            yield from (f"{float(value) * factor:.10g}" for factor in _FACTORS)
        elif value[-1:].isdigit():
            yield value[:-1] + str((int(value[-1]) + 1) % 10)
        yield value.lower()


def _at_the_limits(field: Field) -> Iterator[str]:
    low, high = field.range
    if high is not None:
        yield from (str(high), str(high + 1))
    if low is not None:
        yield from (str(low), str(low - 1))
    if field.max_length:
        yield "x" * (field.max_length + 1)
