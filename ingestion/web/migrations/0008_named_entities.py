from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("ingestion", "0007_named_funds"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="namedfund",
            name="fund_named_once_per_submission",
        ),
        migrations.AddField(
            model_name="namedfund",
            name="entity",
            field=models.CharField(blank=True, default="", max_length=20),
        ),
        migrations.AddConstraint(
            model_name="namedfund",
            constraint=models.UniqueConstraint(
                fields=("submission", "fund", "entity"), name="fund_and_entity_named_once_per_submission"
            ),
        ),
    ]
