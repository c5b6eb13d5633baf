"""The function KeyUses as deployed: who used the key of the institution that a living sign-in names."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.infra.embedded import ACCOUNT, refused
from tests.ingestion.lambdas.chain import OTHER, OWNER, Chain

pytestmark = pytest.mark.aws
Uses = Callable[..., list[dict[str, str]]]


def key_of(chain: Chain, code: str) -> str:
    arn: str = chain.platform.institutions[code]["KeyArn"]
    return arn


@pytest.fixture
def uses(chain: Chain) -> Uses:
    def asked(code: str = OWNER, **fields: Any) -> list[dict[str, str]]:
        answer = chain.invoke("key-uses", {"token": chain.token(code), **fields})
        found: list[dict[str, str]] = answer["uses"]
        return found

    return asked


def test_it_says_who_did_what_through_what_and_whether_it_was_refused(chain: Chain, uses: Uses) -> None:
    key, stranger = key_of(chain, OWNER), chain.platform.runtime("fn-janitor")
    s3 = chain.client("s3", chain.platform.member(OWNER))
    s3.put_object(Bucket=f"fundgate-{ACCOUNT}-{OWNER}-results", Key="who-used-it", Body=b"x")
    kms = chain.client("kms", chain.platform.member(OWNER))
    kms.generate_data_key(KeyId=key, KeySpec="AES_256")
    assert refused(chain.client("kms", stranger).decrypt, KeyId=key, CiphertextBlob=b"x")
    chain.client("kms").enable_key_rotation(KeyId=key)
    changed, denied, made, *rest = uses()
    assert (changed["act"], changed["who"]) == ("EnableKeyRotation", "other")
    assert changed["name"].endswith(":root")
    assert (denied["act"], denied["who"], denied["name"], denied["error"]) == (
        "Decrypt", "platform", "fundgate-fn-janitor", "AccessDenied",
    )  # fmt: skip
    assert (made["act"], made["who"], made["address"], made["through"]) == (
        "GenerateDataKey", "own", "127.0.0.1", "",
    )  # fmt: skip
    assert made["person"].startswith("eu-central-1:") and made["at"].endswith("+00:00")
    stored = next(each for each in rest if each["area"] == "results" and each["act"] == "GenerateDataKey")
    assert (stored["who"], stored["through"], stored["address"]) == ("own", "s3", "")
    assert "who-used-it" not in json.dumps(rest)


def test_another_institution_learns_nothing_of_it_and_of_its_people_nothing_is_told(
    chain: Chain, uses: Uses
) -> None:
    chain.client("kms", chain.platform.member(OWNER)).generate_data_key(
        KeyId=key_of(chain, OWNER), KeySpec="AES_256"
    )
    before = {each["id"] for each in uses(OWNER)}
    assert before and not before & {each["id"] for each in uses(OTHER)}
    place = {"Bucket": f"fundgate-{ACCOUNT}-{OTHER}-exchange", "Key": f"from/{OWNER}/who-used-it"}
    written = chain.client("s3", chain.platform.member(OWNER)).put_object(
        **place, Body=b"x", ServerSideEncryption="aws:kms", SSEKMSKeyId=key_of(chain, OTHER)
    )
    chain.client("s3").delete_object(**place, VersionId=written["VersionId"])  # others count what is there
    delivered = uses(OTHER, who="institution")
    told = {(each["name"], each["area"], each["through"]) for each in delivered}
    assert (OWNER, "exchange", "s3") in told
    assert {(each["person"], each["address"]) for each in delivered} == {("", "")}


def test_it_is_asked_page_by_page_for_times_and_for_kinds_of_people(chain: Chain, uses: Uses) -> None:
    kms = chain.client("kms", chain.platform.member(OWNER))
    for _ in range(52):
        kms.describe_key(KeyId=key_of(chain, OWNER))
    asked = {"token": chain.token()}
    first = chain.invoke("key-uses", asked)
    second = chain.invoke("key-uses", asked | {"after": first["next"]})
    assert len(first["uses"]) == 50 and first["next"] and second["uses"]
    assert not {each["id"] for each in first["uses"]} & {each["id"] for each in second["uses"]}
    assert chain.invoke("key-uses", asked | {"after": first["next"], "end": 1}) == {"over": True}
    assert chain.invoke("key-uses", asked | {"after": "x"}) == {"over": True}
    assert uses(start=0) and uses(end=1) == []
    assert {each["who"] for each in uses(who="own")} == {"own"} and uses(who="deploy") == []
    assert chain.invoke("key-uses", asked | {"who": "anybody"})["errorMessage"] == "INTERNAL"


def test_without_a_living_sign_in_it_says_nothing(chain: Chain) -> None:
    head, _, signature = chain.token().split(".")
    foreign = chain.token(OTHER).split(".")[1]
    expected = {
        chain.expired_token(): "TOKEN_EXPIRED",
        f"{head}.{foreign}.{signature}": "ACCESS_DENIED",
        chain.platform.token("nobody@nowhere.example"): "ACCESS_DENIED",
        "x": "ACCESS_DENIED",
    }
    for token, code in expected.items():
        answer = chain.invoke("key-uses", {"token": token})
        assert answer["errorMessage"] == code and "uses" not in answer


def test_its_log_holds_no_token_and_no_use(chain: Chain, uses: Uses) -> None:
    assert uses()
    found = chain.client("logs").filter_log_events(logGroupName="/aws/lambda/fundgate-key-uses")["events"]
    lines = [json.loads(each["message"]) for each in found if '"looked up"' in each["message"]]
    assert lines[-1]["institution"] == OWNER and lines[-1]["uses"] > 0
    assert not any(chain.token() in each["message"] for each in found)
