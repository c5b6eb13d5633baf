"""What the worker does. A message carries ids only; everything else is read from the database."""

import logging

from celery import shared_task

from ingestion.web import services

log = logging.getLogger(__name__)


@shared_task(name="ingestion.web.tasks.start_execution", acks_late=True, ignore_result=True)  # type: ignore[untyped-decorator]
def start_execution(entry_id: int) -> None:
    """Starts the execution an outbox row owes; anything but the id of such a row has no effect."""
    if isinstance(entry_id, bool) or not isinstance(entry_id, int) or not 0 < entry_id < 2**63:
        log.warning("start refused: not the id of an outbox row")
        return
    services.start(entry_id)


@shared_task(name="ingestion.web.tasks.sweep", acks_late=True, ignore_result=True)  # type: ignore[untyped-decorator]
def sweep() -> None:
    """Once a minute: starts what is owed, converges what is late, ends what never arrived.

    May run concurrently.
    """
    services.dispatch_outbox()
    services.reconcile()
    services.abandon_half_received()
