"""Check digits for the peers, which bring none of their own."""

import re
from collections.abc import Callable

_ISIN = re.compile(r"[A-Z]{2}[A-Z0-9]{9}[0-9]")
_LEI = re.compile(r"[A-Z0-9]{18}[0-9]{2}")
_NUMBERS = str.maketrans({letter: str(int(letter, 36)) for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"})
_CROSS_SUMS = bytes.maketrans(b"0123456789", bytes([0, 2, 4, 6, 8, 1, 3, 5, 7, 9]))
_DIGITS = bytes.maketrans(b"0123456789", bytes(range(10)))


def is_isin(code: str) -> bool:
    """Shape and Luhn sum."""
    if not _ISIN.fullmatch(code):
        return False
    digits = code.translate(_NUMBERS).encode()[::-1]
    return (sum(digits[::2].translate(_DIGITS)) + sum(digits[1::2].translate(_CROSS_SUMS))) % 10 == 0


def is_lei(code: str) -> bool:
    """Shape and ISO 7064, modulus 97."""
    return bool(_LEI.fullmatch(code)) and int(code.translate(_NUMBERS)) % 97 == 1


CHECKS: dict[str, Callable[[str], bool]] = {"isin": is_isin, "lei": is_lei}
