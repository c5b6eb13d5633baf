"""No one but an institution's user reads its data: real calls, each denial beside the allowed one."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from ingestion.aws import layout
from tests.infra.embedded import ACCOUNT, REGION, Platform, refused

pytestmark = pytest.mark.aws

OWNER, OTHER = "alpine-am", "borealis-insurance"
OUTSIDERS = [OTHER, "portal", "worker", "pipeline", "clock", "deploy", "nobody", "administrator"]
OUTSIDERS += [f"fn-{name}" for name in layout.FUNCTIONS]
DENIED = {"AccessDenied", "AccessDeniedException"}


@dataclass(frozen=True)
class Stored:
    """An object with two versions in the owner's bucket."""

    bucket: str
    key: str
    old: str


SUBMISSION = str(uuid.uuid4())
KEYS = {
    "verdict": layout.result_key(SUBMISSION, 1, "verdict.json"),
    "snapshot": layout.by_fund_key(f"by-fund/{'0a' * 32}/2025-12-31", SUBMISSION, "TPT"),
    "rulebook": layout.control_key("rulebooks", "current"),
    "mapping": layout.control_key("mappings", "0b" * 32),
}


@pytest.fixture(scope="module", params=KEYS)
def stored(platform: Platform, request: pytest.FixtureRequest) -> Stored:
    bucket, key = platform.institutions[OWNER]["ResultsBucket"], KEYS[request.param]
    s3 = platform.server.client("s3", platform.member(OWNER))
    old = s3.put_object(Bucket=bucket, Key=key, Body=b"first")["VersionId"]
    s3.put_object(Bucket=bucket, Key=key, Body=b"second")
    return Stored(bucket, key, old)


@pytest.fixture(scope="module")
def as_(platform: Platform) -> Callable[[str], dict[str, str]]:
    """Credentials of the owner, an outsider, or an administrator who may do everything but has no key."""
    everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    administrator = platform.server.new_role("administrator", everything)

    def credentials(who: str) -> dict[str, str]:
        if who in (OWNER, OTHER):
            return platform.member(who)
        return administrator if who == "administrator" else platform.runtime(who)

    return credentials


As = Callable[[str], dict[str, str]]


def reads(s3: Any, stored: Stored) -> list[tuple[Any, dict[str, Any]]]:
    own = {"Bucket": stored.bucket, "Key": f"{stored.key}-copy"}
    source = {"Bucket": stored.bucket, "Key": stored.key}
    return [
        (s3.get_object, source),
        (s3.get_object, source | {"VersionId": stored.old}),
        (s3.copy_object, own | {"CopySource": source | {"VersionId": stored.old}}),
        (s3.put_object, own | {"Body": b"x"}),
        (s3.create_multipart_upload, own),
    ]


def test_the_owner_reads_and_writes_objects_and_old_versions(
    platform: Platform, stored: Stored, as_: As
) -> None:
    s3 = platform.server.client("s3", as_(OWNER))
    for call, arguments in reads(s3, stored):
        call(**arguments)
    body = s3.get_object(Bucket=stored.bucket, Key=stored.key, VersionId=stored.old)["Body"].read()
    assert body == b"first"


@pytest.mark.parametrize("who", OUTSIDERS)
def test_an_outsider_does_not(platform: Platform, stored: Stored, as_: As, who: str) -> None:
    s3 = platform.server.client("s3", as_(who))
    for call, arguments in reads(s3, stored):
        assert refused(call, **arguments) in DENIED, arguments


@pytest.mark.parametrize("who", [OTHER, "portal", "worker", *[f"fn-{name}" for name in layout.FUNCTIONS]])
def test_an_outsider_does_not_even_see_names(platform: Platform, stored: Stored, as_: As, who: str) -> None:
    platform.server.client("s3", as_(OWNER)).list_object_versions(Bucket=stored.bucket)
    s3 = platform.server.client("s3", as_(who))
    assert refused(s3.list_objects_v2, Bucket=stored.bucket) in DENIED
    assert refused(s3.list_object_versions, Bucket=stored.bucket) in DENIED


@pytest.mark.parametrize("who", OUTSIDERS)
def test_an_outsider_cannot_join_a_multipart_upload(
    platform: Platform, stored: Stored, as_: As, who: str
) -> None:
    target = {"Bucket": stored.bucket, "Key": f"{stored.key}-parts"}
    owner, outsider = (platform.server.client("s3", as_(each)) for each in (OWNER, who))
    upload = target | {"UploadId": owner.create_multipart_upload(**target)["UploadId"]}
    part = upload | {"PartNumber": 1}
    copy = part | {"CopySource": f"{stored.bucket}/{stored.key}"}
    assert refused(outsider.upload_part, Body=b"x", **part) in DENIED
    assert refused(outsider.upload_part_copy, **copy) in DENIED
    tag = owner.upload_part(Body=b"x", **part)["ETag"]
    done = {"MultipartUpload": {"Parts": [{"PartNumber": 1, "ETag": tag}]}}
    assert refused(outsider.complete_multipart_upload, **upload, **done) in DENIED
    owner.complete_multipart_upload(**upload, **done)


@pytest.mark.parametrize("who", OUTSIDERS)
def test_only_the_owner_decrypts_with_the_key(platform: Platform, as_: As, who: str) -> None:
    key = platform.institutions[OWNER]["KeyArn"]
    data_key = platform.server.client("kms", as_(OWNER)).generate_data_key(KeyId=key, KeySpec="AES_256")
    sealed = {"CiphertextBlob": data_key["CiphertextBlob"], "KeyId": key}
    opened = platform.server.client("kms", as_(OWNER)).decrypt(**sealed)
    assert opened["Plaintext"] == data_key["Plaintext"]
    kms = platform.server.client("kms", as_(who))
    assert refused(kms.decrypt, **sealed) in DENIED
    assert refused(kms.generate_data_key, KeyId=key, KeySpec="AES_256") in DENIED
    assert refused(
        kms.create_grant, KeyId=key, GranteePrincipal="arn:aws:iam::0:role/x", Operations=["Decrypt"]
    )


@pytest.mark.parametrize("algorithm", ["AES256", "aws:kms"])
def test_the_owner_cannot_store_under_another_encryption(platform: Platform, as_: As, algorithm: str) -> None:
    bucket = platform.institutions[OWNER]["LandingBucket"]
    foreign = {"ServerSideEncryption": algorithm}
    own = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": platform.institutions[OWNER]["KeyArn"]}
    if algorithm == "aws:kms":
        foreign["SSEKMSKeyId"] = platform.institutions[OTHER]["KeyArn"]
    s3 = platform.server.client("s3", as_(OWNER))
    s3.put_object(Bucket=bucket, Key="plain", Body=b"x")
    s3.put_object(Bucket=bucket, Key="named", Body=b"x", **own)
    assert refused(s3.put_object, Bucket=bucket, Key="foreign", Body=b"x", **foreign) in DENIED
    assert refused(s3.create_multipart_upload, Bucket=bucket, Key="foreign", **foreign) in DENIED


def test_the_owner_cannot_store_under_a_key_of_their_own(platform: Platform, as_: As) -> None:
    """SSE-C would go past the institution's key: who has the other key reads it, disabled or not."""
    s3 = platform.server.client("s3", as_(OWNER))
    target = {"Bucket": platform.institutions[OWNER]["LandingBucket"], "Key": "own-key", "Body": b"x"}
    s3.put_object(**target)
    own_key = {"SSECustomerAlgorithm": "AES256", "SSECustomerKey": "k" * 32}
    assert refused(s3.put_object, **target, **own_key) in DENIED


@pytest.mark.parametrize("area", ["Landing", "Interim", "Results"])
def test_what_is_stored_cannot_be_deleted_by_its_owner(platform: Platform, as_: As, area: str) -> None:
    bucket = platform.institutions[OWNER][f"{area}Bucket"]
    s3 = platform.server.client("s3", as_(OWNER))
    version = s3.put_object(Bucket=bucket, Key="kept", Body=b"x")["VersionId"]
    assert refused(s3.delete_object, Bucket=bucket, Key="kept") in DENIED
    assert refused(s3.delete_object, Bucket=bucket, Key="kept", VersionId=version) in DENIED


def test_an_institution_delivers_to_another_and_takes_back_but_does_not_read_there(
    platform: Platform, stored: Stored, as_: As
) -> None:
    bucket = platform.institutions[OTHER]["ExchangeBucket"]
    owner, other = (platform.server.client("s3", as_(each)) for each in (OWNER, OTHER))
    target = {"Bucket": bucket, "Key": f"from/{OWNER}/grant/file"}
    source = {"Bucket": stored.bucket, "Key": stored.key}
    version = owner.copy_object(CopySource=source, **target)["VersionId"]
    received = other.get_object(**target)
    assert received["Body"].read() == b"second"
    assert received["SSEKMSKeyId"] == platform.institutions[OTHER]["KeyArn"]
    assert refused(owner.get_object, **target) in DENIED
    owner.list_object_versions(Bucket=bucket, Prefix=f"from/{OWNER}/grant/")
    assert refused(owner.list_object_versions, Bucket=bucket, Prefix="from/") in DENIED
    owner.delete_object(VersionId=version, **target)
    assert refused(other.get_object, **target) == "NoSuchKey"


@pytest.mark.parametrize("key", ["from/cedar-pension/grant/file", "file", f"from/{OTHER}/x"])
def test_an_institution_delivers_under_its_own_name_only(platform: Platform, as_: As, key: str) -> None:
    bucket = platform.institutions[OTHER]["ExchangeBucket"]
    owner = platform.server.client("s3", as_(OWNER))
    owner.put_object(Bucket=bucket, Key=f"from/{OWNER}/grant/file", Body=b"x")
    assert refused(owner.put_object, Bucket=bucket, Key=key, Body=b"x") in DENIED


def test_a_delivery_in_parts_fails_as_on_aws(platform: Platform, as_: As) -> None:
    """Parts need Decrypt on the recipient's key, so sharing always uses one PutObject or CopyObject."""
    target = {"Bucket": platform.institutions[OTHER]["ExchangeBucket"], "Key": f"from/{OWNER}/g/parts"}
    owner = platform.server.client("s3", as_(OWNER))
    upload = owner.create_multipart_upload(**target)["UploadId"]
    assert refused(owner.upload_part, UploadId=upload, PartNumber=1, Body=b"x", **target) in DENIED


@pytest.fixture
def parked(platform: Platform, as_: As) -> str:
    """A token parked by the portal."""
    name = f"/fundgate/tokens/{uuid.uuid4()}-1-{uuid.uuid4().hex}"
    platform.server.client("ssm", as_("portal")).put_parameter(
        Name=name, Value="a.parked.token", Type="SecureString", KeyId=platform.outputs["StateKeyArn"]
    )
    return name


STAGES = [f"fn-{name}" for name in (*layout.STAGES, *layout.LATER, "accept", "share")]


@pytest.mark.parametrize("who", STAGES)
def test_a_stage_reads_the_parked_token_and_cannot_change_it(
    platform: Platform, as_: As, parked: str, who: str
) -> None:
    ssm = platform.server.client("ssm", as_(who))
    assert ssm.get_parameter(Name=parked, WithDecryption=True)["Parameter"]["Value"] == "a.parked.token"
    assert refused(ssm.put_parameter, Name=parked, Value="x", Type="String", Overwrite=True) in DENIED
    assert refused(ssm.delete_parameter, Name=parked) in DENIED


@pytest.mark.parametrize("who", [OWNER, *(each for each in OUTSIDERS if each not in STAGES)])
def test_nobody_else_reads_it(platform: Platform, as_: As, parked: str, who: str) -> None:
    """Not even the portal that parked it, nor the user whose token it is."""
    ssm = platform.server.client("ssm", as_(who))
    folder = parked.rpartition("/")[0]
    assert refused(ssm.get_parameter, Name=parked, WithDecryption=True) in DENIED
    assert refused(ssm.get_parameters, Names=[parked], WithDecryption=True) in DENIED
    assert refused(ssm.get_parameters_by_path, Path=folder, WithDecryption=True) in DENIED
    assert refused(ssm.get_parameter_history, Name=parked, WithDecryption=True) in DENIED


@pytest.mark.parametrize("who", ["fn-clean-up", "fn-sweeper"])
def test_clean_up_and_sweeper_delete_it_without_reading(
    platform: Platform, as_: As, parked: str, who: str
) -> None:
    platform.server.client("ssm", as_(who)).delete_parameter(Name=parked)
    stage = platform.server.client("ssm", as_("fn-inspect"))
    assert refused(stage.get_parameter, Name=parked, WithDecryption=True) == "ParameterNotFound"


def test_the_portal_parks_tokens_only(platform: Platform, as_: As) -> None:
    ssm = platform.server.client("ssm", as_("portal"))
    arguments = {"Value": "x", "Type": "SecureString", "KeyId": platform.outputs["StateKeyArn"]}
    ssm.put_parameter(Name=f"/fundgate/tokens/{uuid.uuid4()}", **arguments)
    assert refused(ssm.put_parameter, Name="/elsewhere/x", **arguments) in DENIED
    other_key = arguments | {"KeyId": platform.institutions[OWNER]["KeyArn"]}
    assert refused(ssm.put_parameter, Name=f"/fundgate/tokens/{uuid.uuid4()}", **other_key) in DENIED


@pytest.mark.parametrize("who", ["portal", *STAGES])
def test_the_state_key_works_through_the_parameter_store_only(
    platform: Platform, as_: As, parked: str, who: str
) -> None:
    key, kms = platform.outputs["StateKeyArn"], platform.server.client("kms", as_(who))
    sealed = platform.server.client("kms").encrypt(KeyId=key, Plaintext=b"x")["CiphertextBlob"]
    assert refused(kms.encrypt, KeyId=key, Plaintext=b"x") in DENIED
    assert refused(kms.decrypt, KeyId=key, CiphertextBlob=sealed) in DENIED


def test_a_disabled_key_closes_the_data_even_to_its_owner(
    platform: Platform, stored: Stored, as_: As
) -> None:
    key, kms = platform.institutions[OWNER]["KeyArn"], platform.server.client("kms")
    s3 = platform.server.client("s3", as_(OWNER))
    kms.disable_key(KeyId=key)
    try:
        assert refused(s3.get_object, Bucket=stored.bucket, Key=stored.key) == "KMS.DisabledException"
        assert refused(s3.put_object, Bucket=stored.bucket, Key="x", Body=b"x") == "KMS.DisabledException"
    finally:
        kms.enable_key(KeyId=key)
    s3.get_object(Bucket=stored.bucket, Key=stored.key)


SPEAKING = ("fn-callback", "fn-publish", "fn-accept", "fn-share", "fn-janitor")


def test_the_callback_key_signs_for_those_only_who_speak_to_the_portal(platform: Platform, as_: As) -> None:
    request = {
        "KeyId": platform.outputs["CallbackKeyArn"],
        "Message": b"1.body",
        "SigningAlgorithm": "ECDSA_SHA_256",
    }
    for who in SPEAKING:
        assert platform.server.client("kms", as_(who)).sign(**request)["Signature"]
    for who in [OWNER, *OUTSIDERS]:
        if who not in SPEAKING:
            assert refused(platform.server.client("kms", as_(who)).sign, **request) in DENIED
    public = platform.server.client("kms", as_("portal")).get_public_key(KeyId=request["KeyId"])
    assert public["KeySpec"] == "ECC_NIST_P256"
    worker = platform.server.client("kms", as_("worker"))
    assert refused(worker.get_public_key, KeyId=request["KeyId"]) in DENIED


def test_the_receipt_key_signs_for_the_portal_only(platform: Platform, as_: As) -> None:
    """Neither key can stand in for the other: no function signs a receipt, the portal signs no callback."""
    request = {
        "KeyId": platform.outputs["ReceiptKeyArn"],
        "Message": b"1.body",
        "SigningAlgorithm": "ECDSA_SHA_256",
    }
    portal = platform.server.client("kms", as_("portal"))
    assert portal.sign(**request)["Signature"]
    assert portal.get_public_key(KeyId=request["KeyId"])["KeySpec"] == "ECC_NIST_P256"
    for who in [OWNER, *OUTSIDERS]:
        if who != "portal":
            assert refused(platform.server.client("kms", as_(who)).sign, **request) in DENIED, who


def test_the_ends_of_audit_chains_are_signed_by_the_worker_only(platform: Platform, as_: As) -> None:
    """The portal checks what it cannot sign."""
    request = {
        "KeyId": platform.outputs["AuditKeyArn"],
        "Message": b"1.body",
        "SigningAlgorithm": "ECDSA_SHA_256",
    }
    assert platform.server.client("kms", as_("worker")).sign(**request)["Signature"]
    portal = platform.server.client("kms", as_("portal"))
    assert portal.get_public_key(KeyId=request["KeyId"])["KeySpec"] == "ECC_NIST_P256"
    for who in [OWNER, *OUTSIDERS]:
        if who != "worker":
            assert refused(platform.server.client("kms", as_(who)).sign, **request) in DENIED, who


def test_a_signed_end_is_written_by_the_worker_read_by_the_portal_and_deleted_by_nobody(
    platform: Platform, as_: As
) -> None:
    bucket = platform.outputs["AuditBucketName"]
    where = {"Bucket": bucket, "Key": f"heads/test/{uuid.uuid4()}.json"}
    made = platform.server.client("s3", as_("worker")).put_object(**where, Body=b"{}")
    portal = platform.server.client("s3", as_("portal"))
    assert portal.get_object(**where)["Body"].read() == b"{}"
    assert portal.list_objects_v2(Bucket=bucket, Prefix="heads/test/")["KeyCount"] >= 1
    version = {"VersionId": made["VersionId"]}
    for who in [OWNER, *OUTSIDERS]:
        s3 = platform.server.client("s3", as_(who))
        assert refused(s3.delete_object, **where, **version) in DENIED, who
        if who == "administrator":  # may add to it, as to every bucket
            continue
        assert refused(s3.delete_object, **where) in DENIED, who
        if who != "worker":
            assert refused(s3.put_object, **where, Body=b"{}") in DENIED, who
        if who not in ("portal", "worker"):
            assert refused(s3.get_object, **where) in DENIED, who


def test_the_region_and_the_account_are_the_expected_ones(platform: Platform) -> None:
    """Names in the policies are spelled out with them."""
    assert platform.outputs["StateKeyArn"].startswith(f"arn:aws:kms:{REGION}:{ACCOUNT}:key/")
