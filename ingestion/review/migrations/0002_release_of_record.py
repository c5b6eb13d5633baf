"""The version of the document in the institution's bucket that a release is the index of."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("review", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="acceptance",
            name="object_version",
            field=models.CharField(blank=True, default="", max_length=1024),
        ),
    ]
