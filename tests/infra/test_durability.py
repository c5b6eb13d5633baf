"""`kill -9` of the embedded AWS loses nothing that a checkpoint has seen; an idle one writes nothing."""

import signal
import time
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.infra.embedded import Platform, Server, refused

pytestmark = pytest.mark.aws

OWNER, OTHER = "alpine-am", "borealis-insurance"


def test_everything_is_there_after_kill_9(start_server: Callable[..., Server]) -> None:
    server = start_server()
    platform = Platform(server)
    platform.runtime("worker")
    token = platform.token(f"user@{OWNER}.example")
    bucket, key = platform.institutions[OWNER]["LandingBucket"], f"{uuid.uuid4()}/original"
    s3 = server.client("s3", platform.member(OWNER))
    old = s3.put_object(Bucket=bucket, Key=key, Body=b"first")["VersionId"]
    s3.put_object(Bucket=bucket, Key=key, Body=b"second")
    server.client("sqs").send_message(QueueUrl=platform.outputs["QueueUrl"], MessageBody="work")
    parked = {"Name": "/fundgate/tokens/x", "Type": "SecureString", "KeyId": platform.outputs["StateKeyArn"]}
    server.client("ssm", platform.runtime("portal")).put_parameter(Value="a.parked.token", **parked)
    sealed = server.client("kms").encrypt(KeyId=parked["KeyId"], Plaintext=b"sealed")["CiphertextBlob"]
    time.sleep(2)

    server.stop(signal.SIGKILL)
    server.start()

    # Neither credentials nor tokens, users, keys, stacks and data end with the server.
    assert s3.get_object(Bucket=bucket, Key=key)["Body"].read() == b"second"
    assert server.client("sqs", platform.runtime("worker")).get_queue_attributes(
        QueueUrl=platform.outputs["QueueUrl"]
    )
    owner = server.client("s3", platform.exchange(token))
    assert owner.get_object(Bucket=bucket, Key=key)["Body"].read() == b"second"
    assert owner.get_object(Bucket=bucket, Key=key, VersionId=old)["Body"].read() == b"first"
    assert owner.get_object(Bucket=bucket, Key=key)["ServerSideEncryption"] == "aws:kms"
    other = server.client("s3", platform.exchange(platform.new_token(f"user@{OTHER}.example")))
    assert refused(other.get_object, Bucket=bucket, Key=key) == "AccessDenied"
    keyless = server.new_role("keyless", {"Effect": "Allow", "Action": "*", "Resource": "*"})
    assert refused(server.client("kms", keyless).decrypt, CiphertextBlob=sealed) == "AccessDeniedException"
    assert server.client("kms").decrypt(CiphertextBlob=sealed)["Plaintext"] == b"sealed"
    stage = server.client("ssm", server.assume("arn:aws:iam::000000000000:role/fundgate-fn-inspect"))
    assert (
        stage.get_parameter(Name=parked["Name"], WithDecryption=True)["Parameter"]["Value"]
        == "a.parked.token"
    )
    received = server.client("sqs").receive_message(QueueUrl=platform.outputs["QueueUrl"])
    assert [message["Body"] for message in received["Messages"]] == ["work"]
    assert platform.deploy_platform() == platform.outputs


def wait_until(condition: Callable[[], bool], seconds: float = 5) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "not within five seconds"
        time.sleep(0.05)


def modified(folder: Path) -> dict[str, int]:
    return {path.name: path.stat().st_mtime_ns for path in folder.glob("*.json")}


def test_an_idle_server_with_a_polling_worker_writes_nothing(start_server: Callable[..., Server]) -> None:
    server = start_server()
    queue = server.client("sqs").create_queue(QueueName="q")["QueueUrl"]
    wait_until(lambda: "sqs.json" in modified(server.folder))
    time.sleep(1)
    before = modified(server.folder)
    for _ in range(4):
        server.client("sqs").receive_message(QueueUrl=queue)
        time.sleep(0.4)  # the pace of the checkpoints
    assert modified(server.folder) == before
    server.client("sqs").send_message(QueueUrl=queue, MessageBody="x")
    wait_until(lambda: modified(server.folder)["sqs.json"] > before["sqs.json"])


def test_credentials_that_only_sound_like_reading_are_saved_too(start_server: Callable[..., Server]) -> None:
    server = start_server()
    platform = Platform(server)
    wait_until(lambda: "iam.json" in modified(server.folder))
    time.sleep(1)
    held = platform.member(OWNER)
    wait_until(lambda: held["aws_access_key_id"] in (server.folder / "sts.json").read_text())


def test_a_graceful_stop_saves_what_no_checkpoint_did(start_server: Callable[..., Server]) -> None:
    server = start_server()
    key = server.client("kms").create_key()["KeyMetadata"]["KeyId"]
    server.stop()
    server.start()
    assert server.client("kms").describe_key(KeyId=key)
