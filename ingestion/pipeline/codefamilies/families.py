"""The families by name, as rules and packs refer to them."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from types import MappingProxyType

from ingestion.pipeline.codefamilies import cic, identifiers, languages, nace, standards, web
from ingestion.pipeline.codefamilies.check_digits import isin_mask, lei_mask

FAMILIES: Mapping[str, Callable[[str], str | None]] = MappingProxyType(
    {
        "isin": identifiers.explain_isin,
        "lei": identifiers.explain_lei,
        "cusip": identifiers.explain_cusip,
        "sedol": identifiers.explain_sedol,
        "wkn": identifiers.explain_wkn,
        "figi": identifiers.explain_figi,
        "bic": identifiers.explain_bic,
        "mic": identifiers.explain_mic,
        "currency": standards.explain_currency,
        "country": standards.explain_country,
        "language2": languages.explain_language2,
        "language3": languages.explain_language3,
        "nace-2.0": partial(nace.explain_nace, revision="2.0"),
        "nace-2.1": partial(nace.explain_nace, revision="2.1"),
        "cic": cic.explain_cic,
        "email": web.explain_email,
        "url": web.explain_url,
    }
)
"""Name of a family -> what is wrong with a value of it, None if nothing is."""

_MASKS = {"isin": isin_mask, "lei": lei_mask}


def explain_all(family: str, values: Sequence[str]) -> list[str | None]:
    """What is wrong with each value. Large families are sifted first, so that only bad values cost time."""
    explain = FAMILIES[family]
    if family not in _MASKS:
        return [explain(value) for value in values]
    good = _MASKS[family](values).tolist()
    return [None if fine else explain(value) for value, fine in zip(values, good, strict=True)]
