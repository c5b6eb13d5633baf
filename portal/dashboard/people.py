"""What pages call the people and programs that records name by id."""

from collections.abc import Iterable
from uuid import UUID

from django.utils.translation import gettext as _

from portal.accounts.selectors import names_of


def called(ids: Iterable[UUID]) -> dict[str, str]:
    """Their names now, by id as text; who was removed is told from others by the start of the id."""
    wanted = list(ids)
    known = names_of(wanted)
    return {str(pk): known.get(pk) or _("Removed person %(id)s") % {"id": str(pk)[:8]} for pk in wanted}
