"""How many business days before a deadline people are reminded of it; nobody asked for any so far."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("schedule", "0002_earlier_deliveries")]

    operations = [
        migrations.AddField(
            model_name="expectation",
            name="remind_days",
            field=models.PositiveSmallIntegerField(default=0),
        )
    ]
