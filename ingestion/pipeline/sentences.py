"""Sentences that the core says to people: in English, with what is needed to say them in another language.

The core knows no language but English. Each sentence keeps its form and the values in it, so that whoever
shows it can translate the form and put the values in their places. Forms are found by the
calls of `said`.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

_PLACE = re.compile(r"\{(\w+)\}")


class Said(str):
    """An English sentence that remembers how it was made."""

    form: str
    values: dict[str, Any]

    def to_json(self) -> dict[str, Any]:
        """Form and values as plain data; `rendered` takes them."""
        return {"form": self.form, "values": {name: _plain(value) for name, value in self.values.items()}}


def said(form: str, /, **values: Any) -> Said:
    """A sentence of a form such as `Field {field} is {count} times there.`

    Values are texts, whole numbers, sentences, or lists of these.
    """
    return _made(form, values)


def rendered(
    form: str,
    values: Mapping[str, Any],
    translate: Callable[[str], str] = str,
    number: Callable[[int], str] = "{:,}".format,
) -> str:
    """The sentence in the language of `translate`. A place without a value stays as it stands in the form."""

    def shown(value: Any) -> str:
        if isinstance(value, Said):
            return rendered(value.form, value.values, translate, number)
        if isinstance(value, Mapping):  # as `to_json` leaves it
            return rendered(value["form"], value["values"], translate, number)
        if isinstance(value, list | tuple):
            return ", ".join(map(shown, value))
        return number(value) if isinstance(value, int) else str(value)

    return _PLACE.sub(
        lambda place: shown(values[place[1]]) if place[1] in values else place[0], translate(form)
    )


def said_again(stored: Mapping[str, Any] | str) -> Said:
    """The sentence of which `to_json` was kept."""
    return _made(stored, {}) if isinstance(stored, str) else _made(stored["form"], stored["values"])


def some(values: list[Any], most: int = 10) -> list[Any]:
    """The first of many values, and a sign that there are more."""
    return values if len(values) <= most else [*values[:most], "…"]


def _made(form: str, values: Mapping[str, Any]) -> Said:
    sentence = Said(rendered(form, values))
    sentence.form, sentence.values = form, dict(values)
    return sentence


def _plain(value: Any) -> Any:
    if isinstance(value, Said):
        return value.to_json()
    return [_plain(each) for each in value] if isinstance(value, list | tuple) else value
