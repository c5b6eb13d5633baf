from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("ingestion", "0004_deliveries"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="submission",
            name="submission_verdict_only_when_completed",
        ),
        migrations.AddField(
            model_name="submission",
            name="deleted_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="submission",
            name="withdrawal",
            field=models.CharField(blank=True, default="", max_length=500),
        ),
        migrations.AddConstraint(
            model_name="submission",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("verdict", ""), ("state__in", ["COMPLETED", "WITHDRAWN"]), _connector="OR"
                ),
                name="submission_verdict_only_when_checked",
            ),
        ),
    ]
