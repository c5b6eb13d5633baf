"""The legal entities behind the funds of a delivery, by LEI: its issuers or manufacturers."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ingestion.pipeline.codefamilies import lei_mask
from ingestion.pipeline.rules.conditions import parse_condition
from ingestion.pipeline.rules.frame import Frame, Mask

MAX_OF_FUND = 4
MAX_OF_FILE = 20
"""Of more than these none is named: nobody takes some for all."""


@dataclass(frozen=True)
class LegalEntities:
    """LEIs by the place of a fund in its column. None of a fund of which a row says anything but an LEI.

    `pairs`: fund * number of LEIs + place of the LEI, ascending; `doubted` and `used` by fund.
    """

    leis: list[str]
    pairs: npt.NDArray[np.int64]
    doubted: Mask
    used: Mask

    def of_fund(self, fund: int) -> list[str]:
        """Those behind one fund; none when that is not certain."""
        if self.doubted[fund]:
            return []
        first, last = np.searchsorted(self.pairs, [fund * len(self.leis), (fund + 1) * len(self.leis)])
        return self._named(self.pairs[first:last], MAX_OF_FUND)

    def of_file(self) -> list[str]:
        """Those behind all funds of the file; none when one fund has none."""
        without = self.used.copy()
        without[self.pairs // max(1, len(self.leis))] = False
        return [] if (without | self.doubted).any() else self._named(self.pairs, MAX_OF_FILE)

    def _named(self, pairs: npt.NDArray[np.int64], most: int) -> list[str]:
        places = np.unique(pairs % max(1, len(self.leis)))
        return [] if len(places) > most else [self.leis[place] for place in places.tolist()]


def legal_entities(frame: Frame, fund_field: str) -> LegalEntities:
    """Reads each row once: valid LEIs, capitals or not, where the template says that the code is one."""
    source = frame.pack.legal_entity
    funds = frame.column(fund_field)
    used, doubted = np.zeros((2, funds.distinct), np.bool_)
    used[funds.codes] = True
    if source is None:
        return LegalEntities([], np.empty(0, np.int64), doubted, used)
    column = frame.column(source.field)
    texts = [text.upper() for text in column.values]
    valid = lei_mask(texts)
    leis = sorted({text for text, good in zip(texts, valid.tolist(), strict=True) if good})
    places = {lei: place for place, lei in enumerate(leis)}
    place = np.array([places.get(text, 0) for text in texts], np.int64)
    good = column.spread(valid) & frame.mask(parse_condition(source.when) if source.when else None)
    doubted[funds.codes[frame.filled(source.field) & ~good]] = True
    doubted |= used & funds.empty  # rows of no fund: whoever stands behind them, they are nobody's
    pairs = np.unique(funds.codes[good].astype(np.int64) * len(leis) + place[column.codes[good]])
    return LegalEntities(leis, pairs, doubted, used)
