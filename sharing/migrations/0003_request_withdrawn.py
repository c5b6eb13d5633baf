from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("sharing", "0002_access_requests")]

    operations = [
        migrations.AlterField(
            model_name="accessrequest",
            name="state",
            field=models.CharField(
                choices=[
                    ("open", "Waits for an answer"),
                    ("answered", "Answered with an offer"),
                    ("declined", "Declined"),
                    ("withdrawn", "Withdrawn"),
                ],
                default="open",
                max_length=12,
            ),
        ),
    ]
