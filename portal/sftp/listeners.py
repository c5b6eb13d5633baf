"""What becomes of keys when their institution leaves."""

from typing import Any

from portal.accounts.models import Institution
from portal.sftp import services


def institution_left(institution: Institution, **_: Any) -> None:
    """None of its keys counts any more, and others may use them."""
    services.revoke_keys_of(institution.pk)
