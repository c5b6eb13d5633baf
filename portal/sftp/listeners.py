"""What becomes of keys when their institution takes its records out, and when it leaves."""

from typing import Any

from django.db.models import QuerySet

from portal.accounts.models import Institution
from portal.custody.records import Tables
from portal.sftp import services
from portal.sftp.models import SftpKey


def taking_out(institution: Institution, **_: Any) -> Tables:
    """All that were added, with their lines: public halves are no secret."""
    rows: QuerySet[Any, Any] = SftpKey.objects.filter(institution=institution).values()
    return {"sftp-keys": rows}


def institution_left(institution: Institution, **_: Any) -> None:
    """None of its keys counts any more, and others may use them."""
    services.revoke_keys_of(institution.pk)
