import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
        ("notices", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="EventDefault",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("event", models.CharField(max_length=32)),
                (
                    "reach",
                    models.CharField(
                        choices=[("none", "Nothing"), ("mine", "What concerns me"), ("all", "Everything")],
                        max_length=8,
                    ),
                ),
                (
                    "mail",
                    models.CharField(
                        choices=[("off", "Never"), ("now", "At once"), ("daily", "Once a day")], max_length=8
                    ),
                ),
                (
                    "institution",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.institution",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("institution", "event"), name="event_default_once_per_institution"
                    )
                ],
            },
        ),
    ]
