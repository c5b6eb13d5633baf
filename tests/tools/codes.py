"""Codes with right check digits that belong to nobody."""

import random

from stdnum import isin as stdnum_isin
from stdnum.iso7064 import mod_97_10

LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ0123456789"


def isin(rng: random.Random, country: str) -> str:
    """An ISIN of the country."""
    body = country + "".join(rng.choices(LETTERS, k=9))
    return body + stdnum_isin.calc_check_digit(body)


def lei(rng: random.Random) -> str:
    """An LEI."""
    body = "9999" + "00" + "".join(rng.choices(LETTERS, k=12))
    return body + mod_97_10.calc_check_digits(body)


def wrong_digit(code: str) -> str:
    """The same code with another last digit."""
    return code[:-1] + str((int(code[-1]) + 1) % 10)
