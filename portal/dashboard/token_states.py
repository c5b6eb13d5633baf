"""Service accounts and API tokens as the pages show them."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import ApiToken, ServiceAccount
from portal.accounts.programs.scopes import Scope
from portal.common.time import now
from portal.dashboard.wording import Label

LIVE = Label("good", "passed", _("Valid"))
EXPIRED = Label("hold", "clock", _("Expired"))
REVOKED = Label("bad", "withdrawn", _("Revoked"))


@dataclass(frozen=True)
class TokenRow:
    """One token: where it stands, and what it reaches in words."""

    token: ApiToken
    label: Label
    scopes: list[str | Promise]

    @property
    def live(self) -> bool:
        return self.label is LIVE


@dataclass(frozen=True)
class AccountRow:
    """One service account: whether who answers for it is still there, its tokens, the last use of any."""

    account: ServiceAccount
    deserted: bool
    tokens: list[TokenRow]
    last_used_at: datetime | None

    @property
    def live(self) -> int:
        """How many of its tokens are valid."""
        return sum(row.live for row in self.tokens)


def account_row(account: ServiceAccount) -> AccountRow:
    """An account that was read with its tokens."""
    membership = getattr(account.responsible, "membership", None)
    deserted = membership is None or membership.institution_id != account.institution_id
    tokens = [_token_row(token) for token in account.tokens.all()]
    used = [row.token.last_used_at for row in tokens if row.token.last_used_at]
    return AccountRow(account, deserted, tokens, max(used, default=None))


def _token_row(token: ApiToken) -> TokenRow:
    label = REVOKED if token.revoked_at else EXPIRED if token.expires_at <= now() else LIVE
    return TokenRow(token, label, [Scope(scope).label for scope in token.scopes])
