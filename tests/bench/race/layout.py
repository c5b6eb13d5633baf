"""The 150 columns of the race: the mix of a fund's position file, with names of no template."""

from dataclasses import dataclass
from itertools import product
from string import ascii_uppercase


@dataclass(frozen=True)
class Column:
    """One column. `kind` is isin, lei, pattern, list, number, date or text."""

    name: str
    kind: str
    codes: tuple[str, ...] = ()
    pattern: str = ""
    whole: bool = False
    """A number without decimals."""


INSTRUMENT_CLASSES = "123456ABCDEF"
CIC_PATTERN = r"^[A-Z]{2}[0-9A-F][0-9A-Z]$"
PATTERNS = {
    "digits": r"^[0-9]{1,8}$",
    "activity": r"^[A-U][0-9]{2}\.[0-9]{1,2}$",
    "flag": r"^[YN]$",
    "release": r"^V[0-9]\.[0-9]{1,2}$",
    "key": r"^[A-Z0-9]{6,12}$",
}
_COMMON = {
    "currency": ["EUR", "USD", "GBP", "CHF", "JPY", "SEK", "NOK", "DKK", "AUD", "CAD"],
    "country": ["FR", "DE", "LU", "IE", "US", "GB", "NL", "IT", "ES", "CH"],
}


def _long_list(what: str, length: int, size: int) -> tuple[str, ...]:
    """The common codes, then invented ones up to `size`."""
    invented = map("".join, product(ascii_uppercase[::2], repeat=length))
    return tuple(dict.fromkeys([*_COMMON[what], *invented]))[:size]


def _list_codes(i: int) -> tuple[str, ...]:
    """Six lists of currencies, six of countries, 48 short ones of digits or of letters."""
    if i < 6:
        return _long_list("currency", 3, 180)
    if i < 12:
        return _long_list("country", 2, 150)
    size = 2 + i * 5 % 14
    if i % 2:
        return tuple(str(code) for code in range(1, size + 1))
    return tuple(f"{ascii_uppercase[(i + code) % 26]}{ascii_uppercase[code]}{i}" for code in range(size))


FUND, INSTRUMENT, ISSUER, GROUP, CIC = "fund_isin", "instrument_isin", "issuer_lei", "group_lei", "cic"
NUMBERS = [f"number_{i:02d}" for i in range(46)]
DATES = [f"date_{i:02d}" for i in range(12)]
LISTS = [f"list_{i:02d}" for i in range(60)]
TEXTS = [f"text_{i:02d}" for i in range(8)]
SHAPES = [f"{name}_{i:02d}" for i, name in zip(range(19), list(PATTERNS) * 4, strict=False)]

COLUMNS = (
    Column(FUND, "isin"),
    Column(INSTRUMENT, "isin"),
    Column(ISSUER, "lei"),
    Column(GROUP, "lei"),
    Column(CIC, "pattern", pattern=CIC_PATTERN),
    *(Column(name, "pattern", pattern=PATTERNS[name[:-3]]) for name in SHAPES),
    *(Column(name, "list", codes=_list_codes(i)) for i, name in enumerate(LISTS)),
    *(Column(name, "number", whole=i % 6 == 5) for i, name in enumerate(NUMBERS)),
    *(Column(name, "date") for name in DATES),
    *(Column(name, "text") for name in TEXTS),
)
BY_NAME = {column.name: column for column in COLUMNS}
NAMES = list(BY_NAME)
