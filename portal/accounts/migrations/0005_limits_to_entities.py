from typing import Any

from django.db import migrations, models


def no_entity(apps: Any, schema_editor: Any) -> None:
    """Who was limited before is limited to funds alone."""
    apps.get_model("accounts", "Membership").objects.exclude(funds=None).update(entities=[])


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_member_limits"),
    ]

    operations = [
        migrations.AddField(
            model_name="membership",
            name="entities",
            field=models.JSONField(blank=True, null=True),
        ),
        migrations.RunPython(no_entity, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="membership",
            constraint=models.CheckConstraint(
                condition=models.Q(("entities__isnull", True), ("funds__isnull", True))
                | models.Q(("entities__isnull", False), ("funds__isnull", False)),
                name="membership_limit_of_both",
            ),
        ),
    ]
