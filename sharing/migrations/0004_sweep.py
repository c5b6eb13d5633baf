import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_language"),
        ("sharing", "0003_request_withdrawn"),
    ]

    operations = [
        migrations.CreateModel(
            name="Sweep",
            fields=[
                (
                    "institution",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="exchange_sweep",
                        serialize=False,
                        to="accounts.institution",
                    ),
                ),
                ("after", models.CharField(blank=True, default="", max_length=1024)),
                ("looked_at", models.DateTimeField()),
            ],
        ),
    ]
