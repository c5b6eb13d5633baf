from typing import Any

import django.db.models.deletion
from django.db import migrations, models

BATCH = 500
CARD_HOLDS = 20


def named_on(card: dict[str, Any]) -> set[str]:
    portfolios = card.get("portfolios") or []
    funds = {str(one["id"]).strip().upper() for one in portfolios}
    return funds | ({""} if not funds or len(portfolios) >= CARD_HOLDS else set())


def keep(apps: Any, schema_editor: Any) -> None:
    """The funds of what was delivered before, from the index cards."""
    submissions = apps.get_model("ingestion", "Submission")
    named = apps.get_model("ingestion", "NamedFund")
    carded = submissions.objects.exclude(index_card=None).only("pk", "index_card")
    named.objects.bulk_create(
        (
            named(submission=one, fund=fund)
            for one in carded.iterator(chunk_size=BATCH)
            for fund in sorted(named_on(one.index_card))
        ),
        batch_size=BATCH,
    )


class Migration(migrations.Migration):
    dependencies = [
        ("ingestion", "0006_mapping_versions"),
    ]

    operations = [
        migrations.CreateModel(
            name="NamedFund",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("fund", models.CharField(blank=True, max_length=255)),
                (
                    "submission",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="named_funds",
                        to="ingestion.submission",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("submission", "fund"), name="fund_named_once_per_submission"
                    )
                ],
            },
        ),
        migrations.RunPython(keep, migrations.RunPython.noop),
    ]
