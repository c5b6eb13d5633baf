import datetime
import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import F


def arrived(apps, schema_editor):
    """What was delivered until now arrived when it was delivered last."""
    apps.get_model("sharing", "Copy").objects.update(arrived_at=F("done_at"))


class Migration(migrations.Migration):
    dependencies = [
        ("sharing", "0004_sweep"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(model_name="copy", name="arrived_at", field=models.DateTimeField(null=True)),
        migrations.RunPython(arrived, migrations.RunPython.noop),
        migrations.CreateModel(
            name="GrantExpectation",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("fund", models.CharField(blank=True, max_length=255)),
                ("template", models.CharField(max_length=32)),
                (
                    "frequency",
                    models.CharField(
                        choices=[
                            ("daily", "Every business day"),
                            ("weekly", "Every week"),
                            ("monthly", "Every month"),
                            ("quarterly", "Every quarter"),
                            ("yearly", "Every year"),
                        ],
                        max_length=10,
                    ),
                ),
                ("day", models.PositiveSmallIntegerField(default=31)),
                ("month", models.PositiveSmallIntegerField(default=12)),
                ("business_days", models.PositiveSmallIntegerField(default=5)),
                ("at", models.TimeField(default=datetime.time(18, 0))),
                ("calendar", models.CharField(default="TARGET", max_length=10)),
                ("remind_days", models.PositiveSmallIntegerField(default=0)),
                ("starts", models.DateField()),
                ("ends", models.DateField(blank=True, null=True)),
                ("set_at", models.DateTimeField()),
                (
                    "grant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="expectations",
                        to="sharing.grant",
                    ),
                ),
                (
                    "set_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["fund", "template", "frequency"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("grant", "fund", "template", "frequency"),
                        name="expected_once_under_a_grant",
                    )
                ],
            },
        ),
    ]
