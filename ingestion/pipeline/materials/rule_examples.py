"""An example for each rule: cells with which it is kept and cells with which it is not, found by running it.

Nothing here says what a rule means. The filled example of the template is changed cell by cell until the rule
finds something, so that what is shown cannot be untrue. What the Quality step compares is put beside it.
"""

from functools import lru_cache
from itertools import islice

from ingestion.pipeline.materials.examples import example_rows
from ingestion.pipeline.materials.file_examples import BEYOND, DAMAGES, file_example
from ingestion.pipeline.materials.pairs import MAX_SHOWN, Example, Rows, differences
from ingestion.pipeline.materials.quality_examples import quality_example
from ingestion.pipeline.materials.trials import Trial, of_the_file
from ingestion.pipeline.materials.variants import applying, changes, funds
from ingestion.pipeline.pack import Pack
from ingestion.pipeline.quality.kinds import KINDS as QUALITY_KINDS
from ingestion.pipeline.rules.kinds import KINDS
from ingestion.pipeline.rules.rule import Rule, rules_of

OF_A_FUND = frozenset(["sum", "largest", "factor", "constant", "unique", "repeated", "steady"])
"""Kinds that look at several rows of a fund together."""
PAIRS = 12
"""Pairs that are looked at once more, each as a file of its own."""


@lru_cache(maxsize=512)
def rule_example(pack: Pack, rule: Rule) -> Example | None:
    """The example of a rule; None where no small change of the filled example breaks it."""
    if rule.kind in QUALITY_KINDS:
        return quality_example(pack, rule)
    base = example_rows(pack)
    if rule.kind in DAMAGES:
        of_file = file_example(pack, rule, base)
        return _shown(pack, rule, *of_file) if of_file else None
    if not rule.field or not base or rule.kind not in KINDS:
        return None
    rule = next((one for one in rules_of(pack) if one.id == rule.id), rule)  # with its bounds in numbers
    if rule.kind in OF_A_FUND or of_the_file(rule):
        tried = Trial(pack, rule, funds(pack, rule, base))
    else:
        start = applying(pack, rule, base)
        if start is None:
            return None
        tried = Trial(pack, rule, [[row] for row in changes(pack, rule, start, 1)])
        if not tried.shows:
            tried = Trial(pack, rule, [[row] for row in [*changes(pack, rule, start, 2), *base]])
    for kept, broken in islice(tried.pairs(), PAIRS):
        message = tried.alone(broken)
        if message is not None and tried.alone(kept) is None:
            return _shown(pack, rule, tried.variants[kept], tried.variants[broken], message)
    return None


def _shown(pack: Pack, rule: Rule, good: Rows, bad: Rows, message: str) -> Example:
    """The two variants, and the fields that matter: the rule's own, those that differ, others it reads."""
    changed = differences(good, bad)
    told = {key for _, key in changed}
    if rule.field:
        first = dict.fromkeys([rule.field, *sorted(told & set(rule.fields)), *rule.fields])
    else:
        known = [pack.index_card[name] for name in ("id", "name", "valuation_date")]
        first = dict.fromkeys([*known, *(key for key in (*pack.fields, BEYOND) if key in told)])
    return Example(tuple(first)[:MAX_SHOWN], tuple(good), tuple(bad), changed, message)
