from datetime import UTC, datetime, timedelta

import pytest

from ingestion.aws import clients
from ingestion.aws.config import ConfigurationError, from_environment
from ingestion.aws.credentials import Credentials


def credentials(name: str, minutes: float = 60) -> Credentials:
    return Credentials(name, "secret", "session", datetime.now(UTC) + timedelta(minutes=minutes))


def test_the_same_credentials_share_a_client_and_others_do_not() -> None:
    one = credentials("AKIAONE")
    assert clients.client("s3", one, "eu-central-1") is clients.client("s3", one, "eu-central-1")
    assert clients.client("s3", one, "eu-central-1") is not clients.client(
        "s3", credentials("AKIATWO"), "eu-central-1"
    )
    assert clients.client("s3", one, "eu-central-1") is not clients.client("s3", region="eu-central-1")


def test_forgotten_credentials_leave_nothing_behind_and_others_stay() -> None:
    one, two = credentials("AKIAONE"), credentials("AKIATWO")
    first, kept = clients.client("s3", one, "eu-central-1"), clients.client("s3", two, "eu-central-1")
    clients.forget(one)
    assert clients.client("s3", one, "eu-central-1") is not first
    assert clients.client("s3", two, "eu-central-1") is kept


def test_a_client_of_expired_credentials_is_dropped() -> None:
    over = credentials("AKIAOVER", minutes=-1)
    assert clients.client("s3", over, "eu-central-1") is not clients.client("s3", over, "eu-central-1")


def test_the_cache_stays_small() -> None:
    for number in range(clients.CAPACITY + 5):
        clients.client("kms", credentials(f"AKIA{number}"), "eu-central-1")
    assert len(clients._clients) <= clients.CAPACITY


def test_clients_address_buckets_by_path_and_give_up_in_time() -> None:
    config = clients.client("s3", region="eu-central-1").meta.config
    assert config.s3["addressing_style"] == "path"
    assert (config.connect_timeout, config.read_timeout) == (2, 20)


def test_a_missing_variable_raises_with_its_name() -> None:
    whole = {"FUNDGATE_ISSUER": "i", "FUNDGATE_JWKS_URL": "j", "FUNDGATE_AUDIENCES": "a, b"}
    assert from_environment(whole).audiences == {"a", "b"}
    for name in whole:
        with pytest.raises(ConfigurationError):
            from_environment({key: value for key, value in whole.items() if key != name})
