"""How many files one institution may send per minute, so that it cannot slow down the others."""

from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from ingestion.web.errors import TooManyUploads
from ingestion.web.models import Submission
from portal.accounts.models import Institution

WINDOW = timedelta(minutes=1)


def check_rate(institution: Institution) -> None:
    """TooManyUploads, with the seconds to wait, when the last minute's files reach the limit."""
    limit: int = settings.FUNDGATE_UPLOADS_PER_MINUTE
    now = timezone.now()
    recent = Submission.objects.filter(institution=institution, created_at__gt=now - WINDOW)
    if recent.count() < limit:
        return
    # the file whose leaving the window makes room for the next one
    oldest = recent.order_by("-created_at").values_list("created_at", flat=True)[limit - 1]
    raise TooManyUploads(max(1, round((oldest + WINDOW - now).total_seconds())))
