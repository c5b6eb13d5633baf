from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_programs"),
    ]

    operations = [
        migrations.AddField(
            model_name="membership",
            name="funds",
            field=models.JSONField(blank=True, null=True),
        ),
        migrations.AddConstraint(
            model_name="membership",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("funds__isnull", True), models.Q(("role", "admin"), _negated=True), _connector="OR"
                ),
                name="membership_no_limited_admin",
            ),
        ),
    ]
