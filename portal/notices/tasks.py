"""What the worker does for notices. A message carries ids only; everything else is read from the database."""

from celery import shared_task

from portal.notices import services


@shared_task(name="portal.notices.tasks.spread", acks_late=True, ignore_result=True)  # type: ignore[untyped-decorator]
def spread(announcement_id: int) -> None:
    """Makes the notices and deliveries of one announcement and sends what is due."""
    if 0 < announcement_id < 2**63 and services.spread(announcement_id):
        services.send_due()


@shared_task(name="portal.notices.tasks.send_due", acks_late=True, ignore_result=True)  # type: ignore[untyped-decorator]
def send_due() -> None:
    """Sends every e-mail and webhook whose time has come."""
    services.send_due()


# what a message for each task must carry; the broker deletes any other
ARGUMENTS: dict[str, tuple[type, ...]] = {spread.name: (int,), send_due.name: ()}
