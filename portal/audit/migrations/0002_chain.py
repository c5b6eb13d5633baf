"""Every record gets its place in its institution's chain; those written before are chained as they stand."""

from typing import Any

from django.db import migrations, models

import portal.common.time
from portal.audit.chain import START, chain_of, hash_of

FIELDS = ("at", "tag", "institution_id", "actor_id", "subject_id", "address", "request_id", "detail")


CHAINED = "UPDATE audit_auditrecord SET number = %s, previous = %s, hash = %s WHERE id = %s"


def chain(apps: Any, schema_editor: Any) -> None:
    """In the order in which they were written, in each chain of its own."""
    records = apps.get_model("audit", "AuditRecord").objects.order_by("id")
    ends: dict[Any, tuple[int, str]] = {}
    last = 0
    with schema_editor.connection.cursor() as cursor:
        while batch := list(records.filter(id__gt=last)[:2000]):
            changes = []
            for each in batch:
                number, previous = ends.get(each.institution_id, (0, START))
                values = {name: getattr(each, name) for name in FIELDS}
                value = hash_of(**values, number=number + 1, previous=previous)
                ends[each.institution_id] = (number + 1, value)
                changes.append((number + 1, previous, value, each.pk))
            cursor.executemany(CHAINED, changes)
            last = batch[-1].pk
    heads = apps.get_model("audit", "AuditHead")
    heads.objects.bulk_create(
        heads(chain=chain_of(institution_id), number=number, hash=value)
        for institution_id, (number, value) in ends.items()
    )


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="AuditHead",
            fields=[
                ("chain", models.CharField(max_length=36, primary_key=True, serialize=False)),
                ("number", models.PositiveBigIntegerField(default=0)),
                ("hash", models.CharField(max_length=64)),
            ],
        ),
        migrations.CreateModel(
            name="SignedHead",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("chain", models.CharField(max_length=36)),
                ("number", models.PositiveBigIntegerField()),
                ("hash", models.CharField(max_length=64)),
                ("signed_at", models.DateTimeField(default=portal.common.time.now, editable=False)),
                ("signature", models.TextField()),
                ("copied_at", models.DateTimeField(null=True)),
            ],
            options={
                "ordering": ["chain", "number"],
                "constraints": [
                    models.UniqueConstraint(fields=("chain", "number"), name="audit_head_signed_once")
                ],
            },
        ),
        migrations.AddField(
            "auditrecord",
            "number",
            models.PositiveBigIntegerField(default=0, editable=False),
            preserve_default=False,
        ),
        migrations.AddField(
            "auditrecord",
            "previous",
            models.CharField(default="", editable=False, max_length=64),
            preserve_default=False,
        ),
        migrations.AddField(
            "auditrecord",
            "hash",
            models.CharField(default="", editable=False, max_length=64),
            preserve_default=False,
        ),
        migrations.RunPython(chain, migrations.RunPython.noop),
        migrations.AddConstraint(
            "auditrecord",
            models.UniqueConstraint(fields=("institution_id", "number"), name="audit_one_chain"),
        ),
        migrations.AddConstraint(
            "auditrecord",
            models.UniqueConstraint(
                condition=models.Q(("institution_id__isnull", True)),
                fields=("number",),
                name="audit_one_platform_chain",
            ),
        ),
    ]
