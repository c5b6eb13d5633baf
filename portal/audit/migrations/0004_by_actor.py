"""Who acted in an institution is found in an index."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("audit", "0003_signed")]

    operations = [
        migrations.AddIndex(
            "auditrecord", models.Index(fields=["institution_id", "actor_id"], name="audit_by_actor")
        ),
    ]
