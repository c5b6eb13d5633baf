"""What the worker does. A message carries ids only; everything else is read from the database."""

import logging
from collections.abc import Callable

from celery import shared_task

from ingestion.web import services
from ingestion.web.signals import swept, went_through
from portal.accounts.programs import tallies
from portal.audit import heads
from portal.notices import services as notices
from portal.notices import tasks as notice_tasks

log = logging.getLogger(__name__)


@shared_task(name="ingestion.web.tasks.start_execution", acks_late=True, ignore_result=True)  # type: ignore[untyped-decorator]
def start_execution(entry_id: int) -> None:
    """Starts the execution an outbox row owes; an id that is none has no effect."""
    if not 0 < entry_id < 2**63:  # what a database key can be
        return
    services.start(entry_id)


@shared_task(name="ingestion.web.tasks.sweep", acks_late=True, ignore_result=True)  # type: ignore[untyped-decorator]
def sweep() -> None:
    """Once a minute: starts what is owed, converges what is late, ends what is over, sends what is due.

    Also signs where the audit chains end. May run concurrently.
    """
    first = (
        services.dispatch_outbox,
        services.reconcile,
        services.abandon_half_received,
        services.delete_checks,
    )
    then = (notices.catch_up, tallies.record_refusals, heads.sign_heads, heads.copy_heads)
    if all([*map(_went_well, first), _told_others(), *map(_went_well, then)]):
        went_through.send(None)


def _went_well(part: Callable[[], object]) -> bool:
    try:
        part()
    except Exception as error:  # noqa: BLE001 - whatever it is, the other parts have their minute
        _log(part.__name__, error)
        return False
    return True


def _told_others() -> bool:
    broken = [
        (receiver, error) for receiver, error in swept.send_robust(None) if isinstance(error, Exception)
    ]
    for receiver, error in broken:
        _log(f"{receiver.__module__}.{receiver.__qualname__}", error)
    return not broken


def _log(part: str, error: Exception) -> None:
    log.error("a part of the sweep broke off: %s (%s)", part, type(error).__name__)


# what a message for each task must carry; the broker deletes any other
ARGUMENTS: dict[str, tuple[type, ...]] = {
    start_execution.name: (int,),
    sweep.name: (),
    **notice_tasks.ARGUMENTS,
}
