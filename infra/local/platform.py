"""Deploy the project's own CloudFormation to the embedded AWS and write each process's configuration."""

import contextlib
import hashlib
import os
from typing import Any

from botocore.exceptions import ClientError

from infra.local import embedded
from infra.local.home import ACCOUNT, REGION, ROOT, Home, SetupError
from ingestion.aws import stacks

TEMPLATES = ROOT / "infra" / "cloudformation"
PLATFORM_STACK = "fundgate-platform"
TEMPLATE_BUCKET = "fundgate-templates"


def deploy(home: Home) -> dict[str, str]:
    """Deploy (or update, or leave alone) the platform stack; returns its outputs."""
    try:
        return stacks.deploy(
            embedded.deployer("cloudformation", home),
            stack=PLATFORM_STACK,
            template=TEMPLATES / "platform.yaml",
            bucket=template_bucket(embedded.deployer("s3", home)),
            parameters={
                "Environment": "local",
                "PortalUrl": home.url,
                "CognitoDomainPrefix": "fundgate-local",
                "MfaConfiguration": "OFF",
                "LocalEndpoint": home.aws_url,
                "CodeVersion": code_version(),
            },
        )
    except stacks.StackFailed as error:
        raise SetupError(f"The platform stack could not be deployed to the embedded AWS: {error}") from error


def template_bucket(s3: Any) -> stacks.TemplateBucket:
    """The embedded AWS's own bucket for templates above the API's limit; made when it is not there yet."""
    with contextlib.suppress(s3.exceptions.BucketAlreadyOwnedByYou):
        s3.create_bucket(Bucket=TEMPLATE_BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    return stacks.TemplateBucket(s3, TEMPLATE_BUCKET)


def code_version() -> str:
    """Twelve hex digits that change with the code or the rules the functions run."""
    digest = hashlib.sha256()
    for package in ("parser", "pipeline", "aws", "lambdas"):
        for file in sorted((ROOT / "ingestion" / package).rglob("*")):
            if file.is_file() and "__pycache__" not in file.parts:
                digest.update(str(file.relative_to(ROOT)).encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:12]


def configure(home: Home, outputs: dict[str, str]) -> dict[str, str]:
    """Write the AWS configuration of portal, worker and deploying hand; returns the settings they share."""
    home.write_private(home.path / "aws-deploy.config", embedded.deploy_config())
    for profile in ("portal", "worker"):
        key = _access_key(home, f"fundgate-{profile}-process")
        home.write_private(
            home.path / f"aws-{profile}.config", embedded.role_config(profile, f"fundgate-{profile}", key)
        )
    pool = outputs["UserPoolId"]
    settings = {
        "FUNDGATE_ENV": "local",
        "FUNDGATE_HOME": str(home.path),
        "FUNDGATE_SECRET_KEY": home.secret_key(),
        "FUNDGATE_BASE_URL": home.url,
        "FUNDGATE_ALLOWED_HOSTS": "127.0.0.1,localhost",
        "FUNDGATE_REGION": REGION,
        "FUNDGATE_ACCOUNT_ID": ACCOUNT,
        "FUNDGATE_USER_POOL_ID": pool,
        "FUNDGATE_USER_POOL_CLIENT_ID": outputs["UserPoolClientId"],
        "FUNDGATE_USER_POOL_CLIENT_SECRET": _client_secret(home, pool, outputs["UserPoolClientId"]),
        "FUNDGATE_CLI_CLIENT_ID": outputs["CliClientId"],
        "FUNDGATE_ISSUER": f"https://cognito-idp.{REGION}.amazonaws.com/{pool}",
        "FUNDGATE_JWKS_URL": f"{home.aws_url}/{pool}/.well-known/jwks.json",
        "FUNDGATE_COGNITO_DOMAIN": home.aws_url,
        "FUNDGATE_IDENTITY_POOL_ID": outputs["IdentityPoolId"],
        "FUNDGATE_STATE_MACHINE_ARN": outputs["StateMachineArn"],
        "FUNDGATE_STATE_KEY_ARN": outputs["StateKeyArn"],
        "FUNDGATE_CALLBACK_KEY_ARN": outputs["CallbackKeyArn"],
        "FUNDGATE_RECEIPT_KEY_ARN": outputs["ReceiptKeyArn"],
        "FUNDGATE_RELEASE_KEY_ARN": outputs["ReleaseKeyArn"],
        "FUNDGATE_AUDIT_KEY_ARN": outputs["AuditKeyArn"],
        "FUNDGATE_AUDIT_BUCKET": outputs["AuditBucketName"],
        "FUNDGATE_QUEUE_URL": outputs["QueueUrl"],
        "FUNDGATE_SAMPLES_DIR": "docs/samples",
        "FUNDGATE_MAILBOX": str(home.path / "mail"),
        "DATABASE_URL": home.database_url,
        "AWS_ENDPOINT_URL": home.aws_url,
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }
    home.remember("settings", settings)
    return settings


def process_environment(home: Home, settings: dict[str, str], profile: str) -> dict[str, str]:
    """The whole environment of one process: nothing of the caller's leaks in but the search path."""
    return settings | {
        "PATH": os.environ.get("PATH", ""),
        "HOME": str(home.path),
        "LANG": "C.UTF-8",
        "PYTHONPATH": str(ROOT),
        "PYTHONUNBUFFERED": "1",
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        "OPENBLAS_NUM_THREADS": "1",
        "AWS_CONFIG_FILE": str(home.path / f"aws-{profile}.config"),
        "AWS_PROFILE": profile,
        "TMPDIR": str(home.path / "tmp"),
    }


def _access_key(home: Home, user: str) -> dict[str, str]:
    """The local key of a process's user, made once; made anew when the emulator has forgotten it."""
    iam: Any = embedded.deployer("iam", home)
    kept = home.recall(f"key-{user}")
    try:
        known = {key["AccessKeyId"] for key in iam.list_access_keys(UserName=user)["AccessKeyMetadata"]}
        if isinstance(kept, dict) and kept.get("AccessKeyId") in known:
            return kept
        for stale in known:
            iam.delete_access_key(UserName=user, AccessKeyId=stale)
        made = iam.create_access_key(UserName=user)["AccessKey"]
    except ClientError as error:
        raise SetupError(
            f"No access key could be made for {user}: {error.response['Error']['Code']}."
        ) from error
    key = {name: made[name] for name in ("AccessKeyId", "SecretAccessKey")}
    home.remember(f"key-{user}", key)
    return key


def _client_secret(home: Home, pool: str, client: str) -> str:
    cognito = embedded.deployer("cognito-idp", home)
    described = cognito.describe_user_pool_client(UserPoolId=pool, ClientId=client)
    secret: str = described["UserPoolClient"]["ClientSecret"]
    return secret
