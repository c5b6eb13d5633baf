"""A delivery that Borealis received, and the function that checks it for them."""

from typing import Any

import pytest

from ingestion.web.models import Submission
from portal.accounts.models import Institution
from sharing.models import Copy
from tests.portal import shared
from tests.portal.own_rules import Function, function  # noqa: F401

KEY = "cd" * 32


@pytest.fixture
def copy(
    store: Any, checked: Submission, alpine: Institution, borealis: Institution, receipt_key: None,
    function: Function,  # noqa: F811
) -> Copy:  # fmt: skip
    """Alpine's delivery with mistakes, received by Borealis."""
    Submission.objects.filter(pk=checked.pk).update(delivery_key=KEY)
    checked.refresh_from_db()
    return shared.hand_on(store, checked, shared.grant_of(alpine, borealis, checked))
