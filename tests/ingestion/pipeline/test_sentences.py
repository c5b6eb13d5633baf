"""What the core says can be said again in another language, also after it was stored."""

import json

import pytest

from ingestion.pipeline.sentences import rendered, said, said_again, some

GERMAN = {"{count} rows of {file} repeat {what}.": "In {file} wiederholen {count} Zeilen {what}.",
          "the header": "die Kopfzeile"}  # fmt: skip


def german(text: str) -> str:
    return GERMAN.get(text, text)


def in_german(stored: dict[str, object]) -> str:
    again = said_again(stored)
    return rendered(again.form, again.values, german, "{:_}".format)


def test_a_sentence_is_english_and_keeps_what_it_was_made_of() -> None:
    sentence = said(
        "{count} rows of {file} repeat {what}.", count=1200, file="a.csv", what=said("the header")
    )
    assert sentence == "1,200 rows of a.csv repeat the header."
    stored = json.loads(json.dumps(sentence.to_json()))
    assert said_again(stored) == sentence
    assert in_german(stored) == "In a.csv wiederholen 1_200 Zeilen die Kopfzeile."


@pytest.mark.parametrize("value", ["{count}", "{0.__class__}", "%(count)s", "{form}"])
def test_what_stands_in_a_value_is_never_a_form(value: str) -> None:
    sentence = said("{count} of {file}", count=1, file=value)
    assert sentence == f"1 of {value}"
    assert in_german(json.loads(json.dumps(sentence.to_json()))) == f"1 of {value}"


def test_a_place_without_a_value_stays_as_it_is() -> None:
    assert said_again({"form": "{count} of {all}", "values": {"count": 3}}) == "3 of {all}"


def test_the_first_of_many_are_named_and_the_rest_hinted_at() -> None:
    assert said("Fields: {fields}", fields=some(list("abc"), 2)) == "Fields: a, b, …"
    assert said("Fields: {fields}", fields=some(list("ab"), 2)) == "Fields: a, b"


def test_a_plain_text_is_a_sentence_too() -> None:
    assert said_again("Nothing more. {count}") == "Nothing more. {count}"
