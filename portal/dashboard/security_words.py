"""What the security page says besides the rules it reads: rights, how long a sign-in lasts, what proves it.

Nothing here is read from AWS. Tests compare it with the templates and with the tests that are named.
"""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from portal.accounts.credentials import KEPT_FOR
from portal.accounts.tokens import LIFETIME
from portal.dashboard.wording import Text

TOKEN_MINUTES = 60
CREDENTIAL_MINUTES = 60
SESSION_HOURS = int(LIFETIME.total_seconds() // 3600)
PORTAL_MINUTES = int(KEPT_FOR.total_seconds() // 60)
"""How long the portal uses credentials before it asks for them anew."""

RIGHTS: tuple[tuple[Text, Text], ...] = (
    (
        _("Your institution’s role"),
        _(
            "Reads and writes in your four buckets, and puts legal holds on what lies there. It deletes "
            "nothing: what is stored stays until the time of your retention class is over. In other "
            "institutions’ exchange buckets it puts and deletes copies under your own code and reads none."
        ),
    ),
    (
        _("Other institutions’ roles"),
        _(
            "Put and delete copies in your exchange bucket, each under its own code, encrypted with your "
            "key. They read nothing of yours, not even what they put there."
        ),
    ),
    (
        _("The janitor"),
        _("Deletes copies whose grant has ended from the exchange buckets. It reads none and has no key."),
    ),
    (
        _("Portal, worker and all other functions"),
        _(
            "Nothing in your buckets. What they do there they do with the credentials that a signed-in "
            "person’s token gives, as your institution’s role."
        ),
    ),
    (
        _("The role that people deploy with"),
        _(
            "Sets up keys and buckets and could change their rules; it reads no object. No running process "
            "is this role, and AWS records each of its changes."
        ),
    ),
)
"""Who, and what they may do by their own policies."""


@dataclass(frozen=True)
class Proof:
    """A promise, and the test that fails if it is broken: a file of the project and a function in it."""

    promise: Text
    test: str


PROOFS = (
    Proof(
        _("Only your institution’s role decrypts with your key."),
        "tests/infra/test_isolation.py::test_only_the_owner_decrypts_with_the_key",
    ),
    Proof(
        _("Nobody else reads an object, also not an old version, or writes one."),
        "tests/infra/test_isolation.py::test_an_outsider_does_not",
    ),
    Proof(
        _("Your own role cannot delete what is stored."),
        "tests/infra/test_isolation.py::test_what_is_stored_cannot_be_deleted_by_its_owner",
    ),
    Proof(
        _("Nothing is stored under another encryption than your key’s."),
        "tests/infra/test_isolation.py::test_the_owner_cannot_store_under_another_encryption",
    ),
    Proof(
        _("Another institution delivers to you and cannot read what it delivered."),
        "tests/infra/test_exchange.py::test_nobody_else_reads_it_not_even_who_wrote_it",
    ),
    Proof(
        _("A third institution reads nothing of what another delivers to you."),
        "tests/infra/test_third_party.py::test_a_third_institution_reads_nothing_of_it",
    ),
    Proof(
        _("The janitor deletes without reading."),
        "tests/infra/test_exchange.py::test_the_janitor_deletes_copies_without_reading_any",
    ),
    Proof(
        _("No running component can change keys, roles, functions or sign-ins."),
        "tests/infra/test_doors.py::test_every_door_is_closed_to",
    ),
    Proof(
        _("A token is worth nothing once its person has signed out or was removed."),
        "tests/infra/test_sign_in.py::test_a_token_ends_when_its_user_is_signed_out_disabled_or_deleted",
    ),
    Proof(
        _("Every page reads with the credentials of who looks, and keeps nothing."),
        "tests/infra/test_own_credentials.py::"
        "test_every_page_reads_with_the_credentials_of_who_looks_and_keeps_nothing",
    ),
    Proof(
        _("Neither a token nor a value nor a password is anywhere else."),
        "tests/system/test_canary.py::test_neither_token_nor_value_nor_password_is_anywhere_else",
    ),
    Proof(
        _("At rest every copy is where an open grant wants it, and nowhere else."),
        "tests/sharing/test_model.py::"
        "test_at_rest_every_copy_is_where_an_open_grant_wants_it_and_nowhere_else",
    ),
    Proof(
        _("Who used your key is told to nobody else."),
        "tests/infra/test_doors.py::test_only_one_function_reads_the_event_history",
    ),
    Proof(
        _("This page reads your rules with your credentials, and another institution’s not."),
        "tests/infra/test_rules.py::test_an_institution_reads_the_rules_of_its_own_key_and_buckets_only",
    ),
)
