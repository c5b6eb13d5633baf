"""The Celery application: one SQS queue, JSON messages that carry ids."""

import os

from celery import Celery
from kombu.entity import Queue

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")


def configuration() -> dict[str, object]:
    """Settings of the application, read when it is first used.

    Endpoint and credentials are botocore's business.
    """
    from django.conf import settings

    queue = settings.FUNDGATE_QUEUE_URL.rpartition("/")[2] or "fundgate-work"
    return {
        "broker_url": "sqs://",
        "broker_transport": "ingestion.web.broker:Transport",
        "broker_connection_retry_on_startup": True,
        "broker_transport_options": {
            "region": settings.FUNDGATE_REGION,
            "predefined_queues": {queue: {"url": settings.FUNDGATE_QUEUE_URL}},
            "wait_time_seconds": 10,
            "polling_interval": 0.1,
            "visibility_timeout": 120,  # seconds: a start takes far less, a sweep rarely a minute
            "client-config": {"connect_timeout": 2, "read_timeout": 20, "retries": {"max_attempts": 2}},
        },
        "task_default_queue": queue,
        # the queue is the platform's: declaring it would take rights that neither portal nor worker needs
        "task_queues": [Queue(queue, no_declare=True)],  # type: ignore[no-untyped-call]
        "task_create_missing_queues": False,
        "task_serializer": "json",
        "accept_content": ["json"],
        "task_ignore_result": True,
        "task_store_errors_even_if_ignored": False,
        "result_backend": None,
        "task_acks_late": True,
        "task_reject_on_worker_lost": True,
        "worker_prefetch_multiplier": 1,
        "worker_enable_remote_control": False,
        "worker_send_task_events": False,
        "worker_hijack_root_logger": False,
        "task_time_limit": 110,
        "enable_utc": True,
    }


app = Celery("fundgate")
app.add_defaults(configuration)
app.autodiscover_tasks(["ingestion.web", "portal.notices", "ingestion.schedule"])
