"""Public keys: which are taken, whose they are, and how they end."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from django.utils import timezone

from portal.accounts import directory
from portal.accounts.actor import Actor
from portal.accounts.models import Institution, Membership, ServiceAccount
from portal.audit.models import AuditRecord
from portal.audit.tags import AuditTag
from portal.common.errors import NotAllowed, NotFound
from portal.custody.records import tables_of
from portal.custody.services import offboard
from portal.sftp import selectors, services
from portal.sftp.errors import KeyInUse, KeyRefused
from portal.sftp.keys import read_key
from portal.sftp.models import SftpKey
from tests.portal.dashboard.conftest import member, sign_in

pytestmark = pytest.mark.django_db
LINE = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f"

"""The form of a key around the bytes 0 to 31."""


def line_of(key: Any) -> str:
    public: bytes = key.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH)
    return public.decode()


def of_rsa(bits: int, exponent: int = 65_537) -> str:
    """In the form of a key: nobody knows factors of the number."""
    return line_of(rsa.RSAPublicNumbers(exponent, (1 << (bits - 1)) + 1).public_key())


def fresh() -> str:
    return line_of(ed25519.Ed25519PrivateKey.generate().public_key())


def added(actor: Actor, text: str = "", holder: str = "") -> SftpKey:
    whose = holder or f"member:{actor.user.pk}"
    return services.add_key(actor=actor, holder=whose, name="server", text=text or fresh(), days=90)


@pytest.mark.parametrize(
    ("make", "kind"),
    [
        (fresh, "Ed25519"),
        (lambda: line_of(ec.generate_private_key(ec.SECP256R1()).public_key()), "ECDSA P-256"),
        (lambda: line_of(ec.generate_private_key(ec.SECP521R1()).public_key()), "ECDSA P-521"),
        (lambda: of_rsa(3072), "RSA 3072"),
    ],
)
def test_strong_keys_are_read_in_one_form_without_their_comment(make: Any, kind: str) -> None:
    line = make()
    assert read_key(f"  {line} anna@laptop \n").line == line
    assert read_key(line).kind == kind


def test_the_fingerprint_is_the_one_that_ssh_keygen_shows() -> None:
    assert read_key(LINE).fingerprint == "SHA256:ZkAslGjFiUHdGf/WUL8rQvkib4PTvQatUV0OUQSncCA"


def private() -> str:
    key = ed25519.Ed25519PrivateKey.generate()
    return key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()).decode()


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (private, "private key"),
        (lambda: of_rsa(2048), "2048 bits"),
        (lambda: of_rsa(3072, 3), "small exponent"),
        (lambda: LINE.replace("ssh-ed25519", "ssh-dss"), "Ed25519, ECDSA and RSA"),
        (lambda: LINE[:-9], "cannot be read"),
        (lambda: LINE.replace("ssh-ed25519", "ecdsa-sha2-nistp256"), "cannot be read"),
        (lambda: f"command=\"sh\" {LINE}", "ends in .pub"),
        (lambda: f"{LINE}\n{LINE}", "ends in .pub"),
        (lambda: "ssh-ed25519-cert-v01@openssh.com AAAA", "ends in .pub"),
        (lambda: "ssh-ed25519", "cannot be read"),
        (lambda: "", "ends in .pub"),
    ],
)  # fmt: skip
def test_everything_else_is_refused_with_what_is_wrong(make: Any, said: str) -> None:
    with pytest.raises(KeyRefused, match=said):
        read_key(make())


def test_a_key_of_a_member_is_kept_recorded_and_revoked_once(admin: Actor) -> None:
    key = added(admin)
    assert selectors.keys_for(admin).get().counts  # type: ignore[attr-defined]
    for _ in range(2):
        services.revoke_key(actor=admin, key_id=key.pk)
    assert not selectors.keys_for(admin).get().counts  # type: ignore[attr-defined]
    told = AuditRecord.objects.order_by("id").values_list("tag", "subject_id", "detail__fingerprint")
    assert list(told) == [
        (tag, str(key.pk), key.fingerprint) for tag in ("portal:sftp-key:added", "portal:sftp-key:revoked")
    ]


def test_a_key_ends_with_its_day_and_with_its_holder(
    admin: Actor, viewer: Actor, alpine: Institution
) -> None:
    account = ServiceAccount.objects.create(
        institution=alpine, name="feeder", purpose="x", responsible=admin.user, created_by=admin.user
    )
    expired, left, ended, stays = (
        added(admin), added(admin, holder=f"member:{viewer.user.pk}"),
        added(admin, holder=f"account:{account.pk}"), added(admin),
    )  # fmt: skip
    counting = selectors.keys_for(admin).filter(counts=True)
    assert set(counting) == {expired, left, ended, stays}
    SftpKey.objects.filter(pk=expired.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    Membership.objects.filter(user=viewer.user).delete()
    ServiceAccount.objects.update(ended_at=timezone.now())
    assert list(counting.all()) == [stays]


def test_a_key_stands_for_one_holder_until_it_is_revoked(admin: Actor, outsider: Actor) -> None:
    first = added(admin, LINE)
    for actor in (admin, outsider):
        with pytest.raises(KeyInUse):
            added(actor, f"{LINE} again")
    services.revoke_key(actor=admin, key_id=first.pk)
    assert added(outsider, LINE).fingerprint == first.fingerprint


def test_of_two_who_add_one_key_at_once_one_is_told_that_it_is_in_use(
    admin: Actor, outsider: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def meanwhile() -> datetime:
        monkeypatch.setattr(services, "now", timezone.now)
        added(outsider, LINE)
        return timezone.now()

    monkeypatch.setattr(services, "now", meanwhile)
    with pytest.raises(KeyInUse):
        added(admin, LINE)
    assert not SftpKey.objects.exists(), "here the other one is in the transaction that ends"


def test_an_institution_that_leaves_takes_its_keys_out_and_leaves_none(
    admin: Actor, outsider: Actor, alpine: Institution, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, theirs = added(admin), added(outsider)
    assert [row["line"] for row in tables_of(alpine)["sftp-keys"]] == [key.line]
    monkeypatch.setattr(directory, "close_account", lambda **_: None)
    for _ in range(2):
        offboard(code=alpine.code, reason="Merged.", without_take_out=True)
    assert list(SftpKey.objects.filter(revoked_at=None)) == [theirs]
    assert AuditRecord.objects.filter(tag=AuditTag.SFTP_KEY_REVOKED, actor_id=None).count() == 1


def test_of_the_revoked_ones_the_newest_few_are_listed(admin: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second, third, stays = (added(admin) for _ in range(4))
    monkeypatch.setattr(selectors, "REVOKED_LISTED", 2)
    for key in (first, second, third):
        services.revoke_key(actor=admin, key_id=key.pk)
    assert selectors.listed_keys(admin) == [stays, third, second]


def test_only_administrators_and_only_of_the_own_institution(
    admin: Actor, reviewer: Actor, outsider: Actor
) -> None:
    key = added(admin)
    with pytest.raises(NotAllowed):
        added(reviewer)
    with pytest.raises(NotFound):
        added(outsider, holder=f"member:{admin.user.pk}")
    with pytest.raises(NotFound):
        services.revoke_key(actor=outsider, key_id=key.pk)
    assert list(selectors.keys_for(outsider)) == []
    assert selectors.get_key(admin, key.pk) == key


def test_the_page_says_that_the_channel_is_not_open_and_takes_a_key(alpine: Institution) -> None:
    ada = member(alpine, "ada", "admin")
    member(alpine, "aaron", "viewer")  # stands before her in the list
    client = sign_in(ada, "alpine-am")
    page = "/institution/sftp-keys/"
    empty = client.get(page).text
    assert "The channel is not open yet" in empty
    assert f'value="member:{ada.pk}" selected' in empty and "365 days" in empty
    form = {"holder": f"member:{ada.pk}", "name": "Server <1>", "text": "nonsense", "days": "365"}
    assert "ends in .pub" in client.post(page, form).text
    assert "The key is kept." in client.post(page, form | {"text": LINE}, follow=True).text
    assert "Server &lt;1&gt;" in client.get(page).text
    assert "a key stands for one holder." in client.post(page, form | {"text": LINE}).text
    key = SftpKey.objects.get()
    assert "The key is revoked." in client.post(f"{page}{key.pk}/revoke/", follow=True).text
