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

_WORDS = {"<": "less than", "<=": "at most", ">": "more than", ">=": "at least"}


def clause(field: str, tokens: Tokens) -> Part:
    if field == "today" or not re.fullmatch(r"[^()\[\]]+", field):
        raise RuleError(f"A clause begins with a field, such as 26 <= 0.1 or 6 <= today, not with “{field}”.")
    operator = tokens.take(f"what should hold for field {field}")
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
            raise RuleError(f"“between” needs “and”: field {field} between 0 and 1.")
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
        pattern = tokens.take("a pattern")
        fits = compile_pattern(pattern)
        return Part([field], f"{name} matches {pattern}", fitted(field, fits))
    if operator in ("shorter", "longer"):
        if not tokens.word("than"):
            raise RuleError(f"“{operator}” needs “than” and a number of characters.")
        limit = tokens.take("a number of characters")
        if not limit.isdecimal():
            raise RuleError(f"“{operator} than” needs a whole number, not “{limit}”.")
        size = int(limit)
        test = (
            (lambda value: len(value) < size) if operator == "shorter" else (lambda value: len(value) > size)
        )
        return Part([field], f"{name} is {operator} than {size} characters", tested(field, test))
    raise RuleError(
        f"“{operator}” after field {field} is not understood; try filled, empty, =, !=, <, >= or matches."
    )


def _bound(tokens: Tokens) -> Formula:
    return parse_formula(tokens.take("a number"))


def _texts(tokens: Tokens) -> tuple[str, ...]:
    """`A|B`; only a single text can stand in quotation marks."""
    quoted = bool(tokens.next and tokens.next.quoted)
    text = tokens.take("a value")
    values = (text,) if quoted else tuple(text.split("|"))
    if not all(values):
        raise RuleError(f"The list “{text}” has an empty entry; use “empty” for a blank cell.")
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
    other = tokens.take("a field").strip("[]")

    def answer(rows: Rows) -> Answer:
        same = rows.same_text(field, other)
        known = rows.filled(field) & rows.filled(other)
        yes, no = known & same, known & ~same
        return Answer(yes, no) if operator == "=" else Answer(no, yes)

    verb = "equals" if operator == "=" else "differs from"
    return Part([field, other], f"field {field} {verb} field {other}", answer)


def _in_class(field: str, tokens: Tokens) -> Part:
    if not tokens.word("class"):
        raise RuleError(f"“in” is followed by “class”: {field} in class 1 2 73.")
    wanted: list[str] = []
    while tokens.next and not tokens.next.quoted and re.fullmatch(r"[0-9A-F][0-9A-Z]?", tokens.next.text):
        wanted.append(tokens.take("a class"))
    if not wanted:
        raise RuleError(f"“{field} in class” needs at least one CIC class such as 2 or 73.")
    classes = tuple(wanted)

    def answer(rows: Rows) -> Answer:
        inside = rows.classes(field, classes)
        return Answer(inside, rows.filled(field) & ~inside)

    return Part([field], f"the class of field {field} is {' or '.join(classes)}", answer)
