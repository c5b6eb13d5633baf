"""How acceptances meet the findings of a file: by rule, fund and count, never by value."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

Misfit = Literal["gone", "grew", "stricter", "changed"]
"""Nothing is found any more; more than was accepted; a warning is an error now; another result."""


@dataclass(frozen=True)
class Group:
    """The findings of one rule: how many there are and how many each fund has (None: that is not known)."""

    rule: str
    severity: str
    count: int
    funds: Mapping[str, int] | None

    def of(self, fund: str) -> int | None:
        """How many one fund has, of all funds for ""; None when that is not known."""
        if not fund:
            return self.count
        return None if self.funds is None else self.funds.get(fund, 0)


class Terms(Protocol):
    """What an acceptance says about the findings of a rule."""

    @property
    def severity(self) -> str: ...
    @property
    def fund(self) -> str: ...
    @property
    def row(self) -> int: ...
    @property
    def count(self) -> int: ...
    @property
    def rule_count(self) -> int: ...


def misfit(terms: Terms, group: Group | None, *, complete: bool) -> Misfit | None:
    """Why an acceptance no longer fits what a file within its reach holds; None while it does.

    `complete` is False where the structure of the file is broken: then rules find nothing for that reason.
    """
    count = group.of(terms.fund) if group else 0
    if group is None or count == 0:
        return "gone" if complete else None
    if terms.severity == "warning" and group.severity == "error":
        return "stricter"
    if terms.row:
        return None if group.count == terms.rule_count else "changed"
    return "grew" if count is not None and count > terms.count else None


def covered(group: Group, accepted: Iterable[Terms]) -> int:
    """How many findings of a rule are accepted by these, of which each fits and none is counted twice."""
    fitting = [terms for terms in accepted if misfit(terms, group, complete=True) is None]
    if any(not terms.fund and not terms.row for terms in fitting):
        return group.count
    whole = {terms.fund for terms in fitting if not terms.row}
    accepted_in: defaultdict[str, int] = defaultdict(int)
    for terms in fitting:
        if terms.row and terms.fund not in whole:
            accepted_in[terms.fund] += terms.count
    by_fund = sum(group.of(fund) or 0 for fund in whole)
    # Of a fund no more is covered row by row than it has.
    single = sum(_at_most(count, group.of(fund)) for fund, count in accepted_in.items())
    return min(group.count, by_fund + single)


def _at_most(count: int, known: int | None) -> int:
    return count if known is None else min(count, known)
