"""Families of codes: is a value one, and if not, what is wrong with it in a sentence a person can act on.

`is_<family>(value)` and `explain_<family>(value)` look at one value, `explain_all` at a list.
"""

from ingestion.pipeline.codefamilies.check_digits import is_isin, is_lei, isin_mask, lei_mask
from ingestion.pipeline.codefamilies.cic import (
    UNLISTED,
    explain_cic,
    explain_cic_place,
    explain_cic_shape,
    explain_cic_subclass,
    is_cic,
    name_cic,
)
from ingestion.pipeline.codefamilies.detection import CERTAIN, detect
from ingestion.pipeline.codefamilies.families import FAMILIES, explain_all
from ingestion.pipeline.codefamilies.identifiers import (
    explain_bic,
    explain_cusip,
    explain_figi,
    explain_isin,
    explain_lei,
    explain_mic,
    explain_sedol,
    explain_wkn,
)
from ingestion.pipeline.codefamilies.languages import (
    explain_language2,
    explain_language3,
    is_language2,
    is_language3,
)
from ingestion.pipeline.codefamilies.nace import explain_nace, is_nace
from ingestion.pipeline.codefamilies.shapes import is_bic, is_cusip, is_figi, is_mic, is_sedol, is_wkn
from ingestion.pipeline.codefamilies.standards import (
    explain_country,
    explain_currency,
    is_country,
    is_currency,
    retired_currencies,
)
from ingestion.pipeline.codefamilies.web import explain_email, explain_url, is_email, is_url

__all__ = [
    "CERTAIN",
    "FAMILIES",
    "UNLISTED",
    "detect",
    "explain_all",
    "explain_bic",
    "explain_cic",
    "explain_cic_place",
    "explain_cic_shape",
    "explain_cic_subclass",
    "explain_country",
    "explain_currency",
    "explain_cusip",
    "explain_email",
    "explain_figi",
    "explain_isin",
    "explain_language2",
    "explain_language3",
    "explain_lei",
    "explain_mic",
    "explain_nace",
    "explain_sedol",
    "explain_url",
    "explain_wkn",
    "is_bic",
    "is_cic",
    "is_country",
    "is_currency",
    "is_cusip",
    "is_email",
    "is_figi",
    "is_isin",
    "is_language2",
    "is_language3",
    "is_lei",
    "is_mic",
    "is_nace",
    "is_sedol",
    "is_url",
    "is_wkn",
    "isin_mask",
    "lei_mask",
    "name_cic",
    "retired_currencies",
]
