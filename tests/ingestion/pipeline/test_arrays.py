"""Arrow arrays made through their buffers hold what went in."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ingestion.pipeline.arrays import dictionary, from_integers, integers, strings

# Lone surrogates stand for bytes that were no UTF-8; Arrow must never see them.
TEXTS = st.lists(st.text() | st.text("abc\ud800é"))


@given(TEXTS)
def test_texts_come_back_as_they_were_written(values: list[str]) -> None:
    array = strings(values)
    array.validate(full=True)
    assert array.to_pylist() == [value.encode("utf-8", "replace").decode() for value in values]


@given(st.lists(st.integers(-(2**31), 2**31 - 1)))
def test_integers_come_back(values: list[int]) -> None:
    assert from_integers(integers(np.array(values, np.int32))).tolist() == values


def test_texts_by_code() -> None:
    assert dictionary(np.array([1, 0, 1], np.int32), strings(["a", "ö"])).to_pylist() == ["ö", "a", "ö"]
