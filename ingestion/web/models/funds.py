"""The funds of a file and who is behind them, so that a query can tell whose limit it is within."""

from django.db import models

from ingestion.web.models.submissions import Submission


class NamedFund(models.Model):
    """One fund on the index card of a submission; "" where the file holds, or may hold, others too.

    `entity`: the LEI of a legal entity behind it, a row for each; "" where the card names none. Without a row
    there is no index card yet.
    """

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="named_funds")
    fund = models.CharField(max_length=255, blank=True)
    entity = models.CharField(max_length=20, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["submission", "fund", "entity"], name="fund_and_entity_named_once_per_submission"
            )
        ]

    def __str__(self) -> str:
        return f"{self.fund or '-'} of {self.entity or '-'}"
