"""Versions of column mappings; what was saved before is the first one."""

import uuid
from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

BATCH = 500
SAME = ("in_use", "template", "template_version", "columns", "sha256", "object_version", "saved_at")


def keep(apps: Any, schema_editor: Any) -> None:
    """Of each mapping only the newest version is known, and no reason."""
    mappings = apps.get_model("ingestion", "ColumnMapping")
    versions = apps.get_model("ingestion", "MappingVersion")
    versions.objects.bulk_create(
        (
            versions(
                mapping=one,
                number=1,
                saved_by_id=one.saved_by_id,
                **{name: getattr(one, name) for name in SAME},
            )
            for one in mappings.objects.iterator(chunk_size=BATCH)
        ),
        batch_size=BATCH,
    )


class Migration(migrations.Migration):
    dependencies = [
        ("ingestion", "0005_withdrawals_and_checks"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="MappingVersion",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("number", models.PositiveIntegerField()),
                ("in_use", models.BooleanField(default=True)),
                ("template", models.CharField(max_length=32)),
                ("template_version", models.CharField(max_length=16)),
                ("columns", models.PositiveIntegerField(default=0)),
                ("sha256", models.CharField(max_length=64)),
                ("object_version", models.CharField(max_length=1024)),
                ("reason", models.CharField(blank=True, max_length=500)),
                ("saved_at", models.DateTimeField()),
                (
                    "mapping",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="versions",
                        to="ingestion.columnmapping",
                    ),
                ),
                (
                    "saved_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-number"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("mapping", "number"), name="mapping_number_per_header_row"
                    )
                ],
            },
        ),
        migrations.RunPython(keep, migrations.RunPython.noop),
    ]
