"""The funds of what was delivered before there was a calendar, from the index cards."""

from datetime import date
from typing import Any

from django.db import migrations

BATCH = 500


def day_of(written: Any) -> date | None:
    try:
        return date.fromisoformat(str(written)[:10])
    except ValueError:
        return None


def keep(apps: Any, schema_editor: Any) -> None:
    submissions = apps.get_model("ingestion", "Submission")
    deliveries = apps.get_model("schedule", "FundDelivery")
    made = []
    for submission in submissions.objects.exclude(index_card=None).iterator(chunk_size=BATCH):
        card = submission.index_card
        named = {
            str(one["id"]).strip().upper(): str(one["name"]).strip() for one in card.get("portfolios") or []
        }
        funds = {fund: name for fund, name in named.items() if fund} or {"": ""}
        made += [
            deliveries(
                institution_id=submission.institution_id, submission=submission, fund=fund, name=name,
                template=card["template"], valuation_date=day_of(card.get("valuation_date")),
            )
            for fund, name in funds.items()
        ]  # fmt: skip
    deliveries.objects.bulk_create(made, batch_size=BATCH)


class Migration(migrations.Migration):
    dependencies = [("schedule", "0001_initial"), ("ingestion", "0004_deliveries")]
    operations = [migrations.RunPython(keep, migrations.RunPython.noop)]
