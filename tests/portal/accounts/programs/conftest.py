"""A service account of Alpine, with a token that reaches everything a token can reach."""

import pytest

from portal.accounts.actor import Actor
from portal.accounts.models import ApiToken, Institution, ServiceAccount
from tests.portal import programs


@pytest.fixture
def account(alpine: Institution, admin: Actor) -> ServiceAccount:
    return programs.account_of(alpine, admin.user)


@pytest.fixture
def given(account: ServiceAccount) -> tuple[ApiToken, str]:
    """The token, and the secret that its program sends."""
    return programs.token_of(account)
