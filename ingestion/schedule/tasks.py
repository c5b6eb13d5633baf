"""What the worker does for expected deliveries."""

from celery import shared_task

from ingestion.schedule import services
from ingestion.schedule.signals import reminded
from ingestion.web.tasks import ARGUMENTS


@shared_task(name="ingestion.schedule.tasks.remind", acks_late=True, ignore_result=True)  # type: ignore[untyped-decorator]
def remind() -> None:
    """Every quarter of an hour: tells of what is late or missing. May run twice."""
    services.remind()
    reminded.send(remind)


ARGUMENTS[remind.name] = ()  # else the broker deletes the clock's message
