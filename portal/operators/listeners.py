"""What falls due each minute, and what ends with an institution."""

from typing import Any

from portal.accounts import former
from portal.accounts.models import Institution
from portal.common.time import now
from portal.operators import services
from portal.operators.models import Heartbeat


def recoveries(**_: Any) -> None:
    """Nobody objected for long enough, nobody confirmed, or it was over long ago."""
    services.carry_out_what_is_due()
    services.forget_whom()


def former_members(**_: Any) -> None:
    """Names and addresses of people who left go after a while."""
    former.pseudonymise_who_left()


def heartbeat(**_: Any) -> None:
    """No part of the worker's sweep broke off."""
    Heartbeat.objects.update_or_create(name=Heartbeat.SWEEP, defaults={"at": now()})


def institution_left(institution: Institution, **_: Any) -> None:
    """Nobody becomes its administrator any more."""
    services.lapse_of(institution.pk)
