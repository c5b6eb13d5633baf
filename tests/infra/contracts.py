"""What AWS does and the bare emulator does not: one function per wrap, True if the server behaves as AWS."""

import base64
import json
import signal
import time
import uuid
import zipfile
from collections.abc import Callable
from io import BytesIO
from typing import Any

import boto3
from botocore.exceptions import ClientError

from tests.infra.embedded import ACCOUNT, REGION, Server, policy

ANYTHING = {"Effect": "Allow", "Action": "*", "Resource": "*"}


def _unique(prefix: str) -> str:
    return f"{prefix}-{uuid.uuid4().hex[:12]}"


def _allowed(call: Callable[..., Any], **arguments: Any) -> bool:
    try:
        call(**arguments)
    except ClientError as error:
        assert error.response["Error"]["Code"] in ("AccessDenied", "AccessDeniedException"), error
        return False
    return True


def _key_for(server: Server, role: str, *actions: str) -> str:
    """A KMS key that only this role may use."""
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:role/{role}"},
        "Action": list(actions),
        "Resource": "*",
    }
    key: str = server.client("kms").create_key(Policy=policy(statement))["KeyMetadata"]["Arn"]
    return key


def _bucket_under(server: Server, key: str) -> str:
    s3, name = server.client("s3"), _unique("bucket")
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_bucket_encryption(
        Bucket=name,
        ServerSideEncryptionConfiguration={
            "Rules": [
                {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}}
            ]
        },
    )
    return name


def principal_arn(server: Server) -> bool:
    """A condition on aws:PrincipalArn matches the role, path included."""
    name = _unique("role")
    arn = f"arn:aws:iam::{ACCOUNT}:role/team/{name}"
    statement = ANYTHING | {"Condition": {"ArnEquals": {"aws:PrincipalArn": arn}}}
    credentials = server.new_role(name, statement, Path="/team/")
    return _allowed(server.client("s3", credentials).list_buckets)


def _deploy(server: Server, *resources: dict[str, Any]) -> None:
    """Deploy one stack in a first and further versions."""
    cloudformation, stack = server.client("cloudformation"), _unique("stack")
    for version, each in enumerate(resources):
        call = cloudformation.update_stack if version else cloudformation.create_stack
        call(
            StackName=stack,
            TemplateBody=json.dumps({"Resources": {"It": each}}),
            Capabilities=["CAPABILITY_NAMED_IAM"],
        )
        waiter = "stack_update_complete" if version else "stack_create_complete"
        cloudformation.get_waiter(waiter).wait(
            StackName=stack, WaiterConfig={"Delay": 0.2, "MaxAttempts": 50}
        )


def role_boundary(server: Server) -> bool:
    """A role made by CloudFormation is held to its boundary, also one that an update adds."""
    iam = server.client("iam")
    limit = iam.create_policy(
        PolicyName=_unique("limit"), PolicyDocument=policy(ANYTHING | {"Action": "sqs:ListQueues"})
    )["Policy"]["Arn"]
    trust = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
        "Action": "sts:AssumeRole",
    }

    def role(name: str, **more: str) -> dict[str, Any]:
        properties = {
            "RoleName": name,
            "AssumeRolePolicyDocument": json.loads(policy(trust)),
            "Policies": [{"PolicyName": "all", "PolicyDocument": json.loads(policy(ANYTHING))}],
        }
        return {"Type": "AWS::IAM::Role", "Properties": properties | more}

    created, updated = _unique("created"), _unique("updated")
    _deploy(server, role(created, PermissionsBoundary=limit))
    _deploy(server, role(updated), role(updated, PermissionsBoundary=limit))
    limited = []
    for name in (created, updated):
        credentials = server.assume(f"arn:aws:iam::{ACCOUNT}:role/{name}")
        assert _allowed(server.client("sqs", credentials).list_queues)
        limited.append(not _allowed(server.client("s3", credentials).list_buckets))
    return all(limited)


def bucket_configuration(server: Server) -> bool:
    """A bucket made by CloudFormation has the encryption, the tiers and the ownership of its template."""
    name = _unique("bucket")
    properties = {
        "BucketName": name,
        "BucketEncryption": {
            "ServerSideEncryptionConfiguration": [
                {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "alias/one"}}
            ]
        },
        "LifecycleConfiguration": {
            "Rules": [
                {
                    "Id": "tiers",
                    "Status": "Enabled",
                    "Transitions": [{"StorageClass": "GLACIER_IR", "TransitionInDays": 90}],
                    "NoncurrentVersionExpiration": {"NoncurrentDays": 7},
                }
            ]
        },
        "OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]},
    }
    _deploy(server, {"Type": "AWS::S3::Bucket", "Properties": properties})
    s3 = server.client("s3")
    try:
        encryption = s3.get_bucket_encryption(Bucket=name)["ServerSideEncryptionConfiguration"]["Rules"][0]
        tiers = s3.get_bucket_lifecycle_configuration(Bucket=name)["Rules"][0]
        ownership = s3.get_bucket_ownership_controls(Bucket=name)["OwnershipControls"]["Rules"][0]
    except ClientError:
        return False
    return bool(
        encryption["ApplyServerSideEncryptionByDefault"]["KMSMasterKeyID"] == "alias/one"
        and tiers["Transitions"] == [{"Days": 90, "StorageClass": "GLACIER_IR"}]
        and tiers["NoncurrentVersionExpiration"] == {"NoncurrentDays": 7}
        and ownership["ObjectOwnership"] == "BucketOwnerEnforced"
    )


def s3_keys(server: Server) -> bool:
    """S3 lets a role with every right but the key's neither read nor write; with the key it may do both."""
    owner = _unique("owner")
    keyed = server.new_role(owner, ANYTHING)
    keyless = server.new_role(_unique("keyless"), ANYTHING)
    key = _key_for(server, owner, "kms:Decrypt", "kms:GenerateDataKey")
    bucket = _bucket_under(server, key)
    server.client("s3").put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    s3 = server.client("s3", keyed)
    old = s3.put_object(Bucket=bucket, Key="a", Body=b"one")["VersionId"]
    s3.put_object(Bucket=bucket, Key="a", Body=b"two")

    def everything(credentials: dict[str, str]) -> list[bool]:
        s3 = server.client("s3", credentials)
        target = {"Bucket": bucket, "Key": "b"}
        return [
            _allowed(s3.get_object, Bucket=bucket, Key="a"),
            _allowed(s3.get_object, Bucket=bucket, Key="a", VersionId=old),
            _allowed(s3.put_object, Body=b"x", **target),
            _allowed(s3.copy_object, CopySource={"Bucket": bucket, "Key": "a", "VersionId": old}, **target),
            _allowed(s3.create_multipart_upload, **target),
        ]

    assert all(everything(keyed))
    upload = s3.create_multipart_upload(Bucket=bucket, Key="c")["UploadId"]
    part = {"Bucket": bucket, "Key": "c", "UploadId": upload, "PartNumber": 1}
    outsider = server.client("s3", keyless)
    return not any(
        [
            *everything(keyless),
            _allowed(outsider.upload_part, Body=b"x", **part),
            _allowed(outsider.upload_part_copy, CopySource=f"{bucket}/a", **part),
        ]
    )


def s3_key_condition(server: Server) -> bool:
    """A bucket policy can refuse a write that names another key, and lets one through that names none."""
    role = _unique("role")
    credentials = server.new_role(role, ANYTHING)
    key, other = (_key_for(server, role, "kms:Decrypt", "kms:GenerateDataKey") for _ in range(2))
    bucket = _bucket_under(server, key)
    name = "s3:x-amz-server-side-encryption-aws-kms-key-id"
    deny = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:PutObject",
        "Resource": f"arn:aws:s3:::{bucket}/*",
        "Condition": {"Null": {name: "false"}, "StringNotEquals": {name: key}},
    }
    server.client("s3").put_bucket_policy(Bucket=bucket, Policy=policy(deny))
    s3 = server.client("s3", credentials)
    assert _allowed(s3.put_object, Bucket=bucket, Key="a", Body=b"x")
    foreign = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": other}
    return not _allowed(s3.put_object, Bucket=bucket, Key="a", Body=b"x", **foreign)


def ssm_keys(server: Server) -> bool:
    """A SecureString opens only to whom its key lets decrypt, by none of the calls that read one."""
    reader = _unique("reader")
    keyed, keyless = server.new_role(reader, ANYTHING), server.new_role(_unique("keyless"), ANYTHING)
    key = _key_for(server, reader, "kms:Decrypt", "kms:Encrypt")
    folder = f"/{_unique('p')}"
    name = f"{folder}/secret"
    secret = {"Value": "a secret", "Type": "SecureString", "KeyId": key}
    server.client("ssm", keyed).put_parameter(Name=name, **secret)

    def everything(credentials: dict[str, str]) -> list[bool]:
        ssm = server.client("ssm", credentials)
        return [
            _allowed(ssm.get_parameter, Name=name, WithDecryption=True),
            _allowed(ssm.get_parameter, Name=f"{name}:1", WithDecryption=True),
            _allowed(ssm.get_parameters, Names=[name], WithDecryption=True),
            _allowed(ssm.get_parameters_by_path, Path=folder, WithDecryption=True),
            _allowed(ssm.get_parameter_history, Name=name, WithDecryption=True),
            _allowed(ssm.put_parameter, Name=f"{folder}/{uuid.uuid4()}", **secret),
        ]

    assert all(everything(keyed))
    sealed = server.client("ssm", keyless).get_parameter(Name=name)["Parameter"]["Value"]
    return not any(everything(keyless)) and base64.b64encode(b"a secret").decode() not in sealed


def identity_pool(server: Server) -> bool:
    """Credentials are of the role of the user's group, and end with a global sign-out."""
    cognito, identity = server.client("cognito-idp"), server.client("cognito-identity")
    pool = cognito.create_user_pool(PoolName="contract")["UserPool"]["Id"]
    client = cognito.create_user_pool_client(
        UserPoolId=pool, ClientName="c", ExplicitAuthFlows=["ALLOW_ADMIN_USER_PASSWORD_AUTH"]
    )["UserPoolClient"]["ClientId"]
    provider = f"cognito-idp.{REGION}.amazonaws.com/{pool}"
    identities = identity.create_identity_pool(
        IdentityPoolName="contract",
        AllowUnauthenticatedIdentities=False,
        CognitoIdentityProviders=[
            {"ProviderName": provider, "ClientId": client, "ServerSideTokenCheck": True}
        ],
    )["IdentityPoolId"]
    trust = {
        "Effect": "Allow",
        "Principal": {"Federated": "cognito-identity.amazonaws.com"},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {"StringEquals": {"cognito-identity.amazonaws.com:aud": identities}},
    }
    roles = {name: _unique(name) for name in ("group", "default")}
    for role in roles.values():
        server.client("iam").create_role(RoleName=role, AssumeRolePolicyDocument=policy(trust))
    arns = {name: f"arn:aws:iam::{ACCOUNT}:role/{role}" for name, role in roles.items()}
    mapping = {f"{provider}:{client}": {"Type": "Token", "AmbiguousRoleResolution": "Deny"}}
    identity.set_identity_pool_roles(
        IdentityPoolId=identities, Roles={"authenticated": arns["default"]}, RoleMappings=mapping
    )
    cognito.create_group(UserPoolId=pool, GroupName="g", RoleArn=arns["group"])
    user = {"UserPoolId": pool, "Username": "user"}
    cognito.admin_create_user(MessageAction="SUPPRESS", **user)
    cognito.admin_set_user_password(Password="Long-enough-1", Permanent=True, **user)
    cognito.admin_add_user_to_group(GroupName="g", **user)
    token = cognito.admin_initiate_auth(
        UserPoolId=pool,
        ClientId=client,
        AuthFlow="ADMIN_USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": "user", "PASSWORD": "Long-enough-1"},
    )["AuthenticationResult"]["IdToken"]
    logins = {provider: token}
    who = identity.get_id(IdentityPoolId=identities, Logins=logins)["IdentityId"]
    keys = identity.get_credentials_for_identity(IdentityId=who, Logins=logins)["Credentials"]
    caller = server.client(
        "sts",
        {
            "aws_access_key_id": keys["AccessKeyId"],
            "aws_secret_access_key": keys["SecretKey"],
            "aws_session_token": keys["SessionToken"],
        },
    ).get_caller_identity()["Arn"]
    cognito.admin_user_global_sign_out(**user)
    try:
        identity.get_credentials_for_identity(IdentityId=who, Logins=logins)
    except identity.exceptions.NotAuthorizedException:
        return f":assumed-role/{roles['group']}/" in caller
    return False


def sign_up(server: Server) -> bool:
    """Nobody signs up alone in a pool in which an administrator creates the users."""
    cognito = server.client("cognito-idp")
    allowed = []
    for only_administrators in (False, True):
        pool = cognito.create_user_pool(
            PoolName="contract", AdminCreateUserConfig={"AllowAdminCreateUserOnly": only_administrators}
        )["UserPool"]["Id"]
        client = cognito.create_user_pool_client(UserPoolId=pool, ClientName="c")["UserPoolClient"][
            "ClientId"
        ]
        try:
            cognito.sign_up(ClientId=client, Username="user", Password="Long-enough-1")
            allowed.append(True)
        except cognito.exceptions.NotAuthorizedException:
            allowed.append(False)
    assert allowed[0]
    return not allowed[1]


def _function(server: Server, code: str) -> str:
    """A function with this source and any right; returns its name."""
    name, archive = _unique("function"), BytesIO()
    server.new_role(name, ANYTHING)
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("index.py", code)
    server.client("lambda").create_function(
        FunctionName=name,
        Runtime="python3.11",
        Handler="index.handler",
        Role=f"arn:aws:iam::{ACCOUNT}:role/{name}",
        Code={"ZipFile": archive.getvalue()},
    )
    return name


def lambda_errors(server: Server) -> bool:
    """A failed function's error type is the class of the exception it raised."""
    name = _function(
        server,
        "class TokenGone(Exception): pass\ndef handler(event, context): raise TokenGone('it is')",
    )
    functions = server.client("lambda")
    answer = json.loads(functions.invoke(FunctionName=name)["Payload"].read())
    assert answer["errorMessage"] == "it is"
    result: bool = answer["errorType"] == "TokenGone"
    return result


def _runs(server: Server, task: dict[str, Any], count: int, seconds: float) -> list[dict[str, Any]]:
    """So many executions at once of a machine with this one task, as they stand when all ended or in time."""
    states, role = server.client("stepfunctions"), _unique("role")
    server.new_role(role, ANYTHING)
    definition = {"StartAt": "Only", "States": {"Only": {"Type": "Task", "End": True, **task}}}
    machine = states.create_state_machine(
        name=_unique("machine"),
        definition=json.dumps(definition),
        roleArn=f"arn:aws:iam::{ACCOUNT}:role/{role}",
    )["stateMachineArn"]
    arns = [states.start_execution(stateMachineArn=machine)["executionArn"] for _ in range(count)]
    deadline = time.monotonic() + seconds
    while True:
        found = [states.describe_execution(executionArn=arn) for arn in arns]
        if time.monotonic() > deadline or all(each["status"] != "RUNNING" for each in found):
            return found
        time.sleep(0.1)


def lambda_room(server: Server) -> bool:
    """Runs that come together all find an execution environment."""
    name = _function(server, "import time\ndef handler(event, context): time.sleep(0.3)")
    task = {"Resource": f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{name}"}
    return {each["status"] for each in _runs(server, task, 7, 10)} == {"SUCCEEDED"}


def retry_delays(server: Server) -> bool:
    """No wait is longer than MaxDelaySeconds, and jitter draws each one anew."""
    task = {
        "Resource": f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{_unique('missing')}",
        "Retry": [
            {
                "ErrorEquals": ["States.ALL"],
                "IntervalSeconds": 1,
                "BackoffRate": 60,
                "MaxAttempts": 2,
                "MaxDelaySeconds": 2,
                "JitterStrategy": "FULL",
            }
        ],
    }
    ended = _runs(server, task, 6, 4)
    if {each["status"] for each in ended} != {"FAILED"}:
        return False
    took = [(each["stopDate"] - each["startDate"]).total_seconds() for each in ended]
    return max(took) < 3.5 and max(took) - min(took) > 0.05


def sts_sessions(server: Server) -> bool:
    """Temporary credentials outlive a restart of the service; only its owner can read where they are kept."""
    held = server.new_role(_unique("role"), ANYTHING)
    server.stop()
    server.start()
    try:
        server.client("sts", held).get_caller_identity()
    except ClientError:
        return False
    forged = held | {"aws_session_token": "another"}
    fresh = boto3.client("sts", endpoint_url=server.url, region_name=REGION, **forged)
    try:
        fresh.get_caller_identity()
    except ClientError:
        return (server.folder / "sts.json").stat().st_mode & 0o777 == 0o600
    return False


def checkpoint(server: Server) -> bool:
    """What is older than ten seconds is still there after `kill -9`."""
    key = server.client("kms").create_key()["KeyMetadata"]["KeyId"]
    time.sleep(1.5)  # three times the pace of the tests' servers
    server.stop(signal.SIGKILL)
    server.start()
    try:
        server.client("kms").describe_key(KeyId=key)
    except ClientError:
        return False
    return True


CONTRACTS: dict[str, Callable[[Server], bool]] = {
    each.__name__: each
    for each in (
        principal_arn,
        role_boundary,
        bucket_configuration,
        s3_keys,
        s3_key_condition,
        ssm_keys,
        identity_pool,
        sign_up,
        lambda_errors,
        lambda_room,
        retry_delays,
        sts_sessions,
        checkpoint,
    )
}
