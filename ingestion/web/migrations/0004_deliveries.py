import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("ingestion", "0003_expected_template"),
    ]

    operations = [
        migrations.AddField(
            model_name="submission",
            name="check_only",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="submission",
            name="corrects",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="corrected_by",
                to="ingestion.submission",
            ),
        ),
        migrations.AddField(
            model_name="submission",
            name="reason",
            field=models.CharField(blank=True, default="", max_length=500),
        ),
        migrations.AddField(
            model_name="submission",
            name="score",
            field=models.FloatField(blank=True, null=True),
        ),
    ]
