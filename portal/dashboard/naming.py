"""Fields in which funds, or legal entities, are named: ticked among known ones, or typed."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, TypeAlias

from django import forms
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

Known: TypeAlias = Sequence[tuple[str, str]]
"""(code, what it is called) of what is offered."""
AS_IN_FILES = _("One identifier a line, as it stands in the files.")
NAMED_BESIDE_ALL = _("You named some and chose all of them. Choose one or the other.")


def ticked(label: "str | _StrPromise") -> forms.MultipleChoiceField:
    """Those that are offered, each with a box."""
    return forms.MultipleChoiceField(label=label, required=False, widget=forms.CheckboxSelectMultiple)


def typed(label: "str | _StrPromise", help_text: "str | _StrPromise", *, rows: int = 3) -> forms.CharField:
    """The others, one a line."""
    return forms.CharField(
        label=label,
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": rows, "spellcheck": "false"}),
        help_text=help_text,
    )


def offer(field: forms.Field, known: Known) -> None:
    """Gives the boxes what can be ticked."""
    field.choices = [(code, f"{words} ({code})" if words else code) for code, words in known]  # type: ignore[attr-defined]


def named(ticks: Iterable[str], text: str) -> list[str]:
    """What was ticked and what was typed."""
    return [*ticks, *filter(None, map(str.strip, text.splitlines()))]


def names_more(form: forms.Form, ticks: str, lines: str) -> bool:
    """Whether two such fields of a form name what did not stand there before."""
    said, stood = (
        {*named(of.get(ticks) or (), of.get(lines) or "")} for of in (form.cleaned_data, form.initial)
    )
    return bool(said - stood)


def parted(codes: Sequence[str], known: Known) -> tuple[list[str], str]:
    """The same the other way round: what is ticked of what is offered, and the text of all others."""
    offered = {code for code, _words in known}
    others = "\n".join(code for code in codes if code not in offered)
    return [code for code in codes if code in offered], others
