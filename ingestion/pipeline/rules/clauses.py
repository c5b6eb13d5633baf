"""One clause of a condition: a field, what should hold for it, and the value that goes with it."""

import re

from ingestion.pipeline.errors import RuleError
from ingestion.pipeline.rules.answers import (
    COMPARISONS,
    Answer,
    Part,
    Rows,
    compared,
    compile_pattern,
    fitted,
    joined,
    presence,
    several,
    tested,
)
from ingestion.pipeline.rules.formulas import Formula, parse_formula
from ingestion.pipeline.rules.tokens import Tokens
from ingestion.pipeline.sentences import said

_WORDS = {"<": "less than", "<=": "at most", ">": "more than", ">=": "at least"}


def clause(field: str, tokens: Tokens) -> Part:
    if field == "today" or not re.fullmatch(r"[^()\[\]]+", field):
        raise RuleError(
            said(
                "A clause begins with a field, such as 26 <= 0.1 or 6 <= today, not with “{text}”.",
                text=field,
            )
        )
    operator = tokens.take(said("what should hold for field {field}", field=field))
    name = f"field {field}"
    if operator in ("filled", "empty"):
        return Part([field], f"{name} is {operator}", presence(field, operator == "filled"))
    if operator in ("=", "!="):
        return _equality(field, operator, tokens)
    if operator in COMPARISONS:
        bound = tokens.formula()
        return Part(
            [field, *bound.fields],
            f"{name} is {_WORDS[operator]} {bound.words}",
            compared(field, operator, bound),
        )
    if operator == "between":
        low, high = _bound(tokens), None
        if not tokens.word("and"):
            raise RuleError(said("“between” needs “and”: {field} between 0 and 1.", field=field))
        high = _bound(tokens)
        return joined(
            [
                Part([field, *low.fields], f"{name} is at least {low.words}", compared(field, ">=", low)),
                Part([field, *high.fields], f"at most {high.words}", compared(field, "<=", high)),
            ],
            "and",
        )
    if operator == "in":
        return _in_class(field, tokens)
    if operator == "contains":
        wanted = _texts(tokens)
        shown = " or ".join(wanted)
        folded = frozenset(map(str.casefold, wanted))
        return Part(
            [field],
            f"{name} contains {shown}",
            tested(field, lambda value: several(value) & folded != set()),
        )
    if operator == "matches":
        pattern = tokens.take(said("a pattern"))
        fits = compile_pattern(pattern)
        return Part([field], f"{name} matches {pattern}", fitted(field, fits))
    if operator in ("shorter", "longer"):
        if not tokens.word("than"):
            raise RuleError(said("“{word}” needs “than” and a number of characters.", word=operator))
        limit = tokens.take(said("a number of characters"))
        if not limit.isdecimal():
            raise RuleError(
                said("“{word} than” needs a whole number, not “{text}”.", word=operator, text=limit)
            )
        size = int(limit)
        test = (
            (lambda value: len(value) < size) if operator == "shorter" else (lambda value: len(value) > size)
        )
        return Part([field], f"{name} is {operator} than {size} characters", tested(field, test))
    raise RuleError(
        said(
            "“{word}” after field {field} is not understood; try filled, empty, =, !=, <, >= or matches.",
            word=operator,
            field=field,
        )
    )


def _bound(tokens: Tokens) -> Formula:
    return parse_formula(tokens.take(said("a number")))


def _texts(tokens: Tokens) -> tuple[str, ...]:
    """`A|B`; only a single text can stand in quotation marks."""
    quoted = bool(tokens.next and tokens.next.quoted)
    text = tokens.take(said("a value"))
    values = (text,) if quoted else tuple(text.split("|"))
    if not all(values):
        raise RuleError(
            said("The list “{text}” has an empty entry; use “empty” for a blank cell.", text=text)
        )
    return values


def _equality(field: str, operator: str, tokens: Tokens) -> Part:
    if tokens.next and tokens.next.text.startswith("[") and not tokens.next.quoted:
        return _same_text(field, operator, tokens)
    values = _texts(tokens)
    folded = frozenset(map(str.casefold, values))
    same = tested(field, lambda value: value.casefold() in folded)
    shown = " or ".join(values)
    if operator == "=":
        return Part([field], f"field {field} is {shown}", same)

    def other(rows: Rows) -> Answer:
        found = same(rows)
        return Answer(found.no, found.yes)

    return Part([field], f"field {field} is not {shown}", other)


def _same_text(field: str, operator: str, tokens: Tokens) -> Part:
    """`14 != [68]`: the texts of two fields on the same row."""
    other = tokens.take(said("a field")).strip("[]")

    def answer(rows: Rows) -> Answer:
        same = rows.same_text(field, other)
        known = rows.filled(field) & rows.filled(other)
        yes, no = known & same, known & ~same
        return Answer(yes, no) if operator == "=" else Answer(no, yes)

    verb = "equals" if operator == "=" else "differs from"
    return Part([field, other], f"field {field} {verb} field {other}", answer)


def _in_class(field: str, tokens: Tokens) -> Part:
    if not tokens.word("class"):
        raise RuleError(said("“in” is followed by “class”: {field} in class 1 2 73.", field=field))
    wanted: list[str] = []
    while tokens.next and not tokens.next.quoted and re.fullmatch(r"[0-9A-F][0-9A-Z]?", tokens.next.text):
        wanted.append(tokens.take(said("a class")))
    if not wanted:
        raise RuleError(said("“{field} in class” needs at least one CIC class such as 2 or 73.", field=field))
    classes = tuple(wanted)

    def answer(rows: Rows) -> Answer:
        inside = rows.classes(field, classes)
        return Answer(inside, rows.filled(field) & ~inside)

    return Part([field], f"the class of field {field} is {' or '.join(classes)}", answer)
