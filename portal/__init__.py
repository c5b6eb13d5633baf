"""The portal: sign-in, pages, API, worker."""

import gc

# Nearly all that a process makes while it starts stays: looking through it as often as Python would takes a
# fifth of the start. Before the imports below, which are where that begins.
gc.set_threshold(20_000, 20, 20)

from portal.celery import app as celery_app  # noqa: E402

__all__ = ["celery_app"]
