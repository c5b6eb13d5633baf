from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("sharing", "0007_acceptance_rulebooks"),
    ]

    operations = [
        migrations.AlterField(
            model_name="disclosure",
            name="at",
            field=models.DateTimeField(null=True),
        ),
    ]
