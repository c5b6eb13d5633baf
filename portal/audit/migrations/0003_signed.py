"""Of each chain, up to where and when it was signed."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("audit", "0002_chain")]

    operations = [
        migrations.AddField("audithead", "signed_number", models.PositiveBigIntegerField(default=0)),
        migrations.AddField("audithead", "signed_at", models.DateTimeField(null=True)),
        migrations.AddIndex(
            "signedhead",
            models.Index(
                fields=["id"], condition=models.Q(("copied_at__isnull", True)), name="audit_head_to_copy"
            ),
        ),
    ]
