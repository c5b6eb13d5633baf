"""What the core says, in the language that is active."""

from collections.abc import Mapping
from typing import Any

from django.utils.functional import lazy
from django.utils.translation import gettext

from ingestion.pipeline.sentences import Said, rendered
from portal.common.numbers import grouped


def in_words(sentence: Any) -> str:
    """A sentence, or what is stored of one (with `form` and `values`, or only a `text`), for people."""
    if isinstance(sentence, Said):
        return rendered(sentence.form, sentence.values, gettext, grouped)
    if not isinstance(sentence, Mapping):
        return str(sentence or "")
    if form := sentence.get("form"):
        return rendered(form, sentence.get("values", {}), gettext, grouped)
    return str(sentence.get("text", ""))


in_words_lazy = lazy(in_words, str)
"""The same for what is written down before a language is active, such as the choices of a form."""
