"""How many examples a property is tried on: few in every run of the suite, all in `make properties`."""

import os

from hypothesis import settings

_ALL = os.environ.get("FUNDGATE_EXAMPLES") == "all"
_SHARE = 4


def examples(count: int) -> settings:
    """`count` examples in the long run, a quarter of them in the suite, and no limit of time for each."""
    return settings(max_examples=count if _ALL else count // _SHARE, deadline=None)
