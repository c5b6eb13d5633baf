"""Users, institutions, memberships, the sealed tokens of sessions; service accounts and their API tokens."""

from typing import Any
from uuid import uuid4

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext

from ingestion.aws.layout import institution_code
from portal.accounts.limits import Limit
from portal.accounts.roles import Role
from portal.common.time import now

OPERATE = "accounts.operate"
FORMER = "former-"
"""How the subject of somebody begins whose name and address are gone."""


def validate_code(code: str) -> None:
    """ValidationError with one sentence when the code is not well formed."""
    try:
        institution_code(code)
    except ValueError as error:
        raise ValidationError(str(error)) from None


class Institution(models.Model):
    """An asset manager or owner; its code names its stack, role, group and buckets and is never reused."""

    class Kind(models.TextChoices):
        MANAGER = "manager", "Asset manager"
        OWNER = "owner", "Asset owner"
        BOTH = "both", "Asset manager and owner"
        PROVIDER = "provider", "Service provider"

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    code = models.CharField(max_length=20, unique=True, validators=[validate_code])
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=10, choices=Kind)
    next_number = models.PositiveIntegerField(default=1, help_text="the number its next submission gets")
    created_at = models.DateTimeField(default=now, editable=False)

    def __str__(self) -> str:
        return self.name


class UserManager(BaseUserManager["User"]):
    """Users come from the identity provider; nobody is created with a password here."""


class User(AbstractBaseUser, PermissionsMixin):
    """A person, known by (issuer, subject) of their identity provider; the e-mail address is only shown."""

    password = None  # type: ignore[assignment]  # the portal holds no password, not even an unusable one
    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    issuer = models.CharField(max_length=200)
    subject = models.CharField(max_length=128)
    email = models.EmailField(blank=True)
    name = models.CharField(max_length=120, blank=True)
    timezone = models.CharField(max_length=60, default="UTC")
    language = models.CharField(max_length=5, blank=True, default="")  # empty: what the browser asks for
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=now, editable=False)

    USERNAME_FIELD = "id"
    objects = UserManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["issuer", "subject"], name="user_by_issuer_and_subject")
        ]
        permissions = [("operate", "Sees institutions, health and counts, never content")]

    def __str__(self) -> str:
        if self.subject.startswith(FORMER):
            return gettext("Former member %(id)s") % {"id": str(self.pk)[:8]}
        return self.name or self.email or self.subject

    @property
    def is_operator(self) -> bool:
        """An operator runs the platform: a permission, no membership."""
        return self.has_perm(OPERATE)

    def get_session_auth_hash(self) -> str:
        """Ties a session to the identity it was made for."""
        return salted_hmac(
            "portal.accounts.session", f"{self.issuer} {self.subject}", algorithm="sha256"
        ).hexdigest()

    def get_session_auth_fallback_hash(self) -> Any:
        return iter(())


class Membership(models.Model):
    """A person belongs to at most one institution, in one role; read anew for every request.

    `funds` and `entities` (LEIs): what they are limited to, both null for all; never an administrator.
    """

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="membership")
    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role)
    funds = models.JSONField(null=True, blank=True)
    entities = models.JSONField(null=True, blank=True)
    created_at = models.DateTimeField(default=now, editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(role__in=[str(role) for role in Role]), name="membership_role"
            ),
            models.CheckConstraint(
                condition=models.Q(funds__isnull=True) | ~models.Q(role=str(Role.ADMIN)),
                name="membership_no_limited_admin",
            ),
            models.CheckConstraint(
                condition=models.Q(funds__isnull=True, entities__isnull=True)
                | models.Q(funds__isnull=False, entities__isnull=False),
                name="membership_limit_of_both",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} ({self.role}, {self.institution})"

    @property
    def limit(self) -> Limit | None:
        """What this member is limited to; None for all funds."""
        if self.funds is None or self.entities is None:
            return None
        return Limit(self.user_id, self.institution_id, frozenset(self.funds), frozenset(self.entities))


class SealedTokens(models.Model):
    """The tokens of one signed-in session: ciphertext only; the key is in that browser's cookie.

    A row of its own and not a value in the session: sessions are written back whole, and a parallel request
    would undo a renewal. `version` counts renewals, `lease_until` is set while one is under way.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    ciphertext = models.BinaryField()
    groups = models.JSONField(default=list, help_text="what the ID token names, compared with the membership")
    version = models.PositiveIntegerField(default=1)
    lease_until = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(db_index=True)
    created_at = models.DateTimeField(default=now, editable=False)

    def __str__(self) -> str:
        return f"sealed tokens of {self.user_id}"


class ServiceAccount(models.Model):
    """A program of an institution by name: what it is for, and who answers for it. It never signs in."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    institution = models.ForeignKey(Institution, on_delete=models.CASCADE, related_name="service_accounts")
    name = models.CharField(max_length=80)
    purpose = models.CharField(max_length=300)
    responsible = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=now, editable=False)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["institution", "name"],
                name="service_account_by_name",
                condition=models.Q(ended_at__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return self.name


class ApiToken(models.Model):
    """A token of a service account: its hash, what it reaches, how long, and where it was used last."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    account = models.ForeignKey(ServiceAccount, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=80)
    hash = models.CharField(
        max_length=64, unique=True, help_text="SHA-256 of the token, which is kept nowhere"
    )
    hint = models.CharField(max_length=8, help_text="how the token begins")
    scopes = models.JSONField(default=list)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=now, editable=False)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    last_used_at = models.DateTimeField(null=True)
    last_address = models.GenericIPAddressField(null=True)

    def __str__(self) -> str:
        return f"{self.name} ({self.hint}…)"


class Tally(models.Model):
    """How often something happened within one minute: too often for a row each. Ended minutes are deleted."""

    class Kind(models.TextChoices):
        CALLED = "called", "calls with a token"
        DENIED = "denied", "calls that a token does not reach"
        REFUSED = "refused", "tokens refused from an address"

    kind = models.CharField(max_length=8, choices=Kind)
    who = models.CharField(max_length=45, help_text="the id of a token, or an address")
    minute = models.DateTimeField()
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "who", "minute"], name="tally_once_a_minute")]
        indexes = [models.Index(fields=["minute"], name="tally_by_minute")]

    def __str__(self) -> str:
        return f"{self.kind} {self.who} {self.minute:%Y-%m-%d %H:%M}"
