"""German and French say everything that English says, with the same placeholders, compiled as written."""

import re
from collections import Counter

import pytest
from babel.messages.catalog import Message

from tests.tools.messages import LANGUAGES, catalogue, compiled, extracted, marked, untranslated

_PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%%|\{\w*\}|<[^>]*>")


def forms(text: object) -> list[str]:
    """A text, or its singular and plural."""
    return [str(form) for form in text] if isinstance(text, (list, tuple)) else [str(text)]


def by_key(catalog: object) -> dict[object, Message]:
    return {(*forms(message.id), message.context): message for message in catalog if message.id}  # type: ignore[attr-defined]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_of_the_pages_is_translated(language: str) -> None:
    known = catalogue(language)
    missing = by_key(extracted()).keys() - by_key(known).keys()
    assert sorted(map(str, missing)) == [], "make messages brings the catalogues up to date"
    assert untranslated(known) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_translations_keep_the_placeholders(language: str) -> None:
    wrong = []
    for message in catalogue(language):
        if not message.id:
            continue
        english = forms(message.id)
        for place, text in enumerate(forms(message.string)):
            allowed = [Counter(_PLACEHOLDER.findall(form)) for form in english]
            if Counter(_PLACEHOLDER.findall(text)) not in (allowed if place == 0 else allowed[-1:]):
                wrong.append(text)
    assert wrong == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_loaded_is_what_was_written(language: str) -> None:
    loaded = compiled(language)
    for message in catalogue(language):
        if not message.id:
            continue
        context, (singular, *plural) = message.context, forms(message.id)
        if plural:
            numbers = (1, 5)
            read = [
                loaded.npgettext(context, singular, plural[0], n)
                if context
                else loaded.ngettext(singular, plural[0], n)
                for n in numbers
            ]
        else:
            read = [loaded.pgettext(context, singular) if context else loaded.gettext(singular)]
        assert read == forms(message.string)


def test_texts_with_the_same_singular_have_the_same_plural() -> None:
    """gettext looks a plural up by its singular alone; a second plural would stay English."""
    plurals: dict[object, set[object]] = {}
    for _, text, context in marked():
        if isinstance(text, tuple):
            plurals.setdefault((context, text[0]), set()).add(text[1])
        else:
            plurals.setdefault((context, text), set())
    assert {key: both for key, both in plurals.items() if len(both) > 1} == {}


@pytest.mark.parametrize(
    ("language", "release", "grant"), [("de", "reig[aei]", "erechtig"), ("fr", "érogation", "utoris")]
)
def test_a_grant_is_not_called_what_a_release_of_errors_is(language: str, release: str, grant: str) -> None:
    """Both are a "Freigabe" in German; the pages show them side by side."""
    said = {" ".join(forms(m.id)): " ".join(forms(m.string)) for m in catalogue(language) if m.id}
    grants = {told for english, told in said.items() if re.search(r"\b[Gg]rants?\b", english)}
    assert [told for told in grants if re.search(release, told)] == []
    assert re.search(grant, said["Grants"]) and re.search(release, said["A release was decided"])
