import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_language"),
        ("sharing", "0005_grant_expectations"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Invitation",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("name", models.CharField(max_length=120)),
                ("lei", models.CharField(blank=True, default="", max_length=20)),
                ("email", models.EmailField(blank=True, default="", max_length=254)),
                ("terms", models.JSONField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "Waits for the institution to come on board"),
                            ("taken", "On board: the draft of the grant waits for you"),
                            ("withdrawn", "Withdrawn"),
                            ("expired", "Expired"),
                        ],
                        default="open",
                        max_length=12,
                    ),
                ),
                ("state_since", models.DateTimeField()),
                ("invited_at", models.DateTimeField()),
                ("ends_on", models.DateField()),
                ("letter_due_at", models.DateTimeField(null=True)),
                ("letter_attempts", models.PositiveSmallIntegerField(default=0)),
                ("letter_sent_at", models.DateTimeField(null=True)),
                (
                    "grant",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="invitations",
                        to="sharing.grant",
                    ),
                ),
                (
                    "invited_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="invitations",
                        to="accounts.institution",
                    ),
                ),
            ],
            options={
                "ordering": ["-invited_at"],
                "indexes": [models.Index(fields=["state", "ends_on"], name="sharing_inv_state_77cc48_idx")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "open")),
                        fields=("owner", "email"),
                        name="one_open_invitation_to_an_address",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state", "open"), ("email", ""), _connector="OR"),
                        name="invitation_over_address_forgotten",
                    ),
                ],
            },
        ),
    ]
