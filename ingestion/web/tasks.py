"""What the worker does. A message carries ids only; everything else is read from the database."""

import logging

from celery import shared_task

from ingestion.web import services
from ingestion.web.signals import swept
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
    for part in (
        services.dispatch_outbox,
        services.reconcile,
        services.abandon_half_received,
        services.delete_checks,
        _tell_others,
        notices.catch_up,
        tallies.record_refusals,
        heads.sign_heads,
        heads.copy_heads,
    ):
        try:
            part()
        except Exception as error:  # noqa: BLE001 - whatever it is, the other parts have their minute
            log.error("a part of the sweep broke off: %s (%s)", part.__name__, type(error).__name__)


def _tell_others() -> None:
    swept.send(None)


# what a message for each task must carry; the broker deletes any other
ARGUMENTS: dict[str, tuple[type, ...]] = {
    start_execution.name: (int,),
    sweep.name: (),
    **notice_tasks.ARGUMENTS,
}
