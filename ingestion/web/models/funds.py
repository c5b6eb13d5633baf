"""The funds of a file in rows of their own, so that a query can tell whose limit it is within."""

from django.db import models

from ingestion.web.models.submissions import Submission


class NamedFund(models.Model):
    """One fund on the index card of a submission; "" where the file holds, or may hold, others too.

    Without a row there is no index card yet.
    """

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="named_funds")
    fund = models.CharField(max_length=255, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["submission", "fund"], name="fund_named_once_per_submission")
        ]

    def __str__(self) -> str:
        return self.fund or "-"
