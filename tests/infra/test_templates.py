"""What the templates say where the embedded AWS cannot show it: flags, production, role by role."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ingestion.aws.layout import CHECKS, CHECKS_DAYS, FUNCTIONS
from ingestion.aws.packaging import packaged
from tests.infra.embedded import ROOT, TEMPLATES

AREAS = ("Landing", "Interim", "Results", "Exchange")


@pytest.fixture(scope="module")
def platform() -> dict[str, Any]:
    return resources("platform.yaml")


@pytest.fixture(scope="module")
def institution() -> dict[str, Any]:
    return resources("institution.yaml")


def resources(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(packaged(TEMPLATES / name))["Resources"]
    return found


def logical(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("-"))


def own_actions(role: dict[str, Any]) -> set[str]:
    """Every action a role's own policies allow."""
    statements = [
        statement
        for each in role["Properties"].get("Policies", [])
        for statement in each["PolicyDocument"]["Statement"]
        if statement["Effect"] == "Allow"
    ]
    actions: set[str] = set()
    for statement in statements:
        action = statement["Action"]
        actions |= {action} if isinstance(action, str) else set(action)
    return actions


def lint(*arguments: str) -> str:
    """What cfn-lint finds."""
    command = [str(Path(sys.executable).with_name("cfn-lint")), *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False).stdout


def test_cfn_lint_finds_nothing_in_the_packaged_template_either(tmp_path: Path) -> None:
    path = tmp_path / "platform.json"
    path.write_text(packaged(TEMPLATES / "platform.yaml"))
    assert lint("--", str(path)) == ""


def test_cfn_lint_would_find_something(tmp_path: Path) -> None:
    broken = tmp_path / "broken.json"
    broken.write_text('{"Resources": {"Q": {"Type": "AWS::SQS::Queue", "Properties": {"Nonsense": 1}}}}')
    assert "Nonsense" in lint("--", str(broken))


def test_the_identity_pool_takes_no_guest_no_classic_flow_and_checks_tokens(platform: dict[str, Any]) -> None:
    pool = platform["IdentityPool"]["Properties"]
    assert pool["AllowUnauthenticatedIdentities"] is False
    assert pool["AllowClassicFlow"] is False
    providers = pool["CognitoIdentityProviders"]
    assert [provider["ClientId"]["Ref"] for provider in providers] == ["PortalClient", "CliClient"]
    assert all(provider["ServerSideTokenCheck"] is True for provider in providers)


def test_the_identity_pool_maps_by_token_denies_what_is_ambiguous_and_else_gives_nothing(
    platform: dict[str, Any],
) -> None:
    attachment = platform["IdentityPoolRoles"]["Properties"]
    assert [
        (each["Type"], each["AmbiguousRoleResolution"]) for each in attachment["RoleMappings"].values()
    ] == [("Token", "Deny"), ("Token", "Deny")]
    assert attachment["Roles"] == {"authenticated": {"Fn::GetAtt": ["NobodyRole", "Arn"]}}
    (statement,) = platform["NobodyRole"]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"]
    assert statement == {"Effect": "Deny", "Action": "*", "Resource": "*"}


def test_the_user_pool_is_closed_and_strict(platform: dict[str, Any]) -> None:
    pool = platform["UserPool"]["Properties"]
    assert pool["AdminCreateUserConfig"]["AllowAdminCreateUserOnly"] is True
    letter = pool["AdminCreateUserConfig"]["InviteMessageTemplate"]["EmailMessage"]["Fn::Sub"]
    assert all(part in letter for part in ("${PortalUrl}", "{username}", "{####}"))
    assert pool["Policies"]["PasswordPolicy"]["MinimumLength"] >= 12
    assert pool["UserPoolAddOns"]["Fn::If"][:2] == ["IsAws", {"AdvancedSecurityMode": "ENFORCED"}]
    assert pool["MfaConfiguration"] == {"Ref": "MfaConfiguration"}


def test_mfa_and_an_image_are_required_in_production() -> None:
    rule = json.loads(packaged(TEMPLATES / "platform.yaml"))["Rules"]["ProductionNeedsItsImage"]
    assert rule["RuleCondition"] == {"Fn::Equals": [{"Ref": "Environment"}, "production"]}
    asserted = [each["Assert"] for each in rule["Assertions"]]
    assert {"Fn::Equals": [{"Ref": "MfaConfiguration"}, "ON"]} in asserted


def test_no_user_can_write_an_attribute_of_ours(platform: dict[str, Any]) -> None:
    """There is no custom attribute, and no client lists one or may use the API with a user's own token."""
    assert {each["Name"] for each in platform["UserPool"]["Properties"]["Schema"]} == {"email", "name"}
    for name in ("PortalClient", "CliClient"):
        client = platform[name]["Properties"]
        assert client["WriteAttributes"] == ["email", "name"]
        assert client["AllowedOAuthScopes"] == ["openid", "email", "profile"]
        assert client["AllowedOAuthFlows"] == ["code"]
        assert client["ExplicitAuthFlows"] == ["ALLOW_REFRESH_TOKEN_AUTH"]


def test_tokens_live_an_hour_and_sessions_half_a_day(platform: dict[str, Any]) -> None:
    for name, confidential in (("PortalClient", True), ("CliClient", False)):
        client = platform[name]["Properties"]
        units = client["TokenValidityUnits"]
        assert (client["IdTokenValidity"], units["IdToken"]) == (60, "minutes")
        assert (client["RefreshTokenValidity"], units["RefreshToken"]) == (12, "hours")
        assert client["EnableTokenRevocation"] is True
        assert client["GenerateSecret"] is confidential


def test_every_runtime_role_has_the_boundary(platform: dict[str, Any], institution: dict[str, Any]) -> None:
    """All but the role people deploy with and the one that may do nothing."""
    roles = {name: each for name, each in platform.items() if each["Type"] == "AWS::IAM::Role"}
    free = {name for name, each in roles.items() if "PermissionsBoundary" not in each["Properties"]}
    assert free == {"DeployRole", "NobodyRole"}
    boundary = institution["InstitutionRole"]["Properties"]["PermissionsBoundary"]
    assert boundary == {"Fn::Sub": "arn:aws:iam::${AWS::AccountId}:policy/fundgate-runtime-boundary"}


LOGS = {"logs:CreateLogStream", "logs:PutLogEvents"}
TABLE = {
    "PortalRole": {
        "ssm:PutParameter",
        "sqs:SendMessage",
        "states:DescribeExecution",
        "states:GetExecutionHistory",
        "logs:FilterLogEvents",
        "lambda:InvokeFunction",
        "s3:ListBucket",
        "s3:GetObject",
    },
    "WorkerRole": {
        "sqs:ReceiveMessage",
        "sqs:DeleteMessage",
        "sqs:ChangeMessageVisibility",
        "sqs:SendMessage",
        "sqs:GetQueueAttributes",
        "sqs:GetQueueUrl",
        "states:StartExecution",
        "states:DescribeExecution",
        "ses:SendEmail",
        "ses:SendRawEmail",
        "s3:ListBucket",
        "s3:GetObject",
        "s3:PutObject",
    },
    "InspectRole": LOGS | {"ssm:GetParameter"},
    "ParseRole": LOGS | {"ssm:GetParameter"},
    "TransformRole": LOGS | {"ssm:GetParameter"},
    "ValidateRole": LOGS | {"ssm:GetParameter"},
    "QualityRole": LOGS | {"ssm:GetParameter"},
    "PublishRole": LOGS | {"ssm:GetParameter", "execute-api:Invoke"},
    "AnnotateRole": LOGS | {"ssm:GetParameter"},
    "AcceptRole": LOGS | {"ssm:GetParameter", "execute-api:Invoke"},
    "ShareRole": LOGS | {"ssm:GetParameter", "execute-api:Invoke"},
    "JanitorRole": LOGS
    | {"execute-api:Invoke", "s3:ListBucketVersions", "s3:DeleteObject", "s3:DeleteObjectVersion"},
    "RecordFailureRole": LOGS,
    "CallbackRole": LOGS | {"execute-api:Invoke"},
    "CleanUpRole": LOGS | {"ssm:DeleteParameter"},
    "SweeperRole": LOGS | {"ssm:DeleteParameter", "ssm:DescribeParameters", "states:DescribeExecution"},
    "PipelineRole": {"lambda:InvokeFunction"},
    "ClockRole": {"lambda:InvokeFunction", "sqs:SendMessage"},
    "MembersRole": LOGS
    | {
        "cognito-idp:AdminCreateUser",
        "cognito-idp:AdminAddUserToGroup",
        "cognito-idp:AdminRemoveUserFromGroup",
        "cognito-idp:AdminUserGlobalSignOut",
        "cognito-idp:AdminDisableUser",
        "cognito-idp:AdminListGroupsForUser",
    },
    "KeyUsesRole": LOGS | {"cloudtrail:LookupEvents"},
}


@pytest.mark.parametrize("role", TABLE)
def test_a_role_may_do_what_the_table_says_and_nothing_else(platform: dict[str, Any], role: str) -> None:
    assert own_actions(platform[role]) == TABLE[role]


def test_the_state_machine_invokes_the_functions_of_its_definition_only(platform: dict[str, Any]) -> None:
    """The embedded AWS does not enforce the state machine's own role."""
    machine = platform["StateMachine"]["Properties"]
    statements = platform["PipelineRole"]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"]
    substituted = machine["DefinitionSubstitutions"]
    assert statements[0]["Resource"] == list(substituted.values())
    assert all(f"${{{name}}}" in machine["DefinitionString"] for name in substituted)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_has_a_role_a_log_with_an_end_and_its_own_handler(
    platform: dict[str, Any], name: str
) -> None:
    function = platform[f"{logical(name)}Function"]["Properties"]
    assert function["FunctionName"] == f"fundgate-{name}"
    assert function["Role"] == {"Fn::GetAtt": [f"{logical(name)}Role", "Arn"]}
    log = platform[f"{logical(name)}Log"]["Properties"]
    assert log["LogGroupName"] == f"/aws/lambda/fundgate-{name}"
    assert log["RetentionInDays"] == {"Ref": "LogRetentionDays"}
    handler = f"ingestion.lambdas.{name.replace('-', '_')}.handler"
    assert function["ImageConfig"]["Fn::If"][1] == {"Command": [f"{handler}.handler"]}
    assert function["Code"]["Fn::If"][2] == {"ZipFile": f"from {handler} import handler"}


def crypto(key: dict[str, Any]) -> dict[str, set[str]]:
    """Cryptographic actions by statement of a key policy that allows."""
    words = ("Encrypt", "Decrypt", "GenerateDataKey", "Sign", "ReEncrypt", "CreateGrant")
    found = {}
    for statement in key["Properties"]["KeyPolicy"]["Statement"]:
        actions = statement["Action"]
        actions = [actions] if isinstance(actions, str) else actions
        if statement["Effect"] == "Allow":
            found[statement["Sid"]] = {
                action for action in actions if action == "kms:*" or any(word in action for word in words)
            }
    return found


def test_administering_a_key_is_not_using_it(platform: dict[str, Any], institution: dict[str, Any]) -> None:
    assert crypto(platform["StateKey"]) == {
        "Administration": set(),
        "PortalParksTokens": {"kms:Encrypt"},
        "StagesReadTokens": {"kms:Decrypt"},
    }
    assert crypto(platform["CallbackKey"]) == {
        "Administration": set(),
        "PipelineSigns": {"kms:Sign"},
        "PortalVerifies": set(),
    }
    assert crypto(platform["AuditKey"]) == {
        "Administration": set(),
        "WorkerSigns": {"kms:Sign"},
        "PortalVerifies": set(),
    }
    assert crypto(platform["ReceiptKey"]) == {"Administration": set(), "PortalSigns": {"kms:Sign"}}
    assert crypto(platform["ReleaseKey"]) == {
        "Administration": set(),
        "ReleaseSigns": {"kms:Sign"},
        "WhoHandsOnVerifies": set(),
    }
    assert crypto(institution["InstitutionKey"]) == {
        "AdministrationWithoutUse": set(),
        "InstitutionReadsAndWrites": {"kms:Decrypt", "kms:GenerateDataKey"},
        "OtherInstitutionsDeliverThroughS3": {"kms:GenerateDataKey"},
    }


def test_the_institutions_role_trusts_its_identity_pool_only(institution: dict[str, Any]) -> None:
    (statement,) = institution["InstitutionRole"]["Properties"]["AssumeRolePolicyDocument"]["Statement"]
    assert statement["Principal"] == {"Federated": "cognito-identity.amazonaws.com"}
    assert statement["Condition"] == {
        "StringEquals": {"cognito-identity.amazonaws.com:aud": {"Ref": "IdentityPoolId"}},
        "ForAnyValue:StringLike": {"cognito-identity.amazonaws.com:amr": "authenticated"},
    }


@pytest.mark.parametrize("area", AREAS)
def test_a_bucket_is_private_versioned_encrypted_tiered_and_kept(
    institution: dict[str, Any], area: str
) -> None:
    bucket = institution[f"{area}Bucket"]
    assert bucket["DeletionPolicy"] == bucket["UpdateReplacePolicy"] == "Retain"
    properties = bucket["Properties"]
    assert all(properties["PublicAccessBlockConfiguration"].values())
    assert properties["VersioningConfiguration"] == {"Status": "Enabled"}
    (rule,) = properties["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert rule["BucketKeyEnabled"] is True
    assert rule["ServerSideEncryptionByDefault"]["KMSMasterKeyID"] == {
        "Fn::GetAtt": ["InstitutionKey", "Arn"]
    }
    tiers, *checks = properties["LifecycleConfiguration"]["Rules"]
    own = area != "Exchange"  # nothing that is only checked is shared
    assert [(rule["Prefix"], rule["ExpirationInDays"]) for rule in checks] == [(CHECKS, CHECKS_DAYS)] * own
    assert "Prefix" not in tiers
    assert [tier["StorageClass"] for tier in tiers["Transitions"]] == ["STANDARD_IA", "GLACIER_IR"]


@pytest.mark.parametrize("area", AREAS)
def test_a_bucket_takes_tls_only_in_production(institution: dict[str, Any], area: str) -> None:
    """The embedded AWS speaks plain HTTP on loopback."""
    statements = institution[f"{area}BucketPolicy"]["Properties"]["PolicyDocument"]["Statement"]
    condition, tls, otherwise = next(each["Fn::If"] for each in statements if "Fn::If" in each)
    assert (condition, otherwise) == ("IsAws", {"Ref": "AWS::NoValue"})
    assert tls["Effect"] == "Deny"
    assert tls["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_what_holds_data_or_opens_it_survives_its_stack(
    platform: dict[str, Any], institution: dict[str, Any]
) -> None:
    kept = {name for name, each in (platform | institution).items() if each.get("DeletionPolicy") == "Retain"}
    assert kept == {
        "UserPool", "IdentityPool", "StateKey", "CallbackKey", "ReceiptKey", "ReleaseKey", "AuditKey",
        "AuditBucket",
        "InstitutionKey",
        *[f"{area}Bucket" for area in AREAS],
    }  # fmt: skip


def test_what_is_signed_of_the_audit_chains_stays_for_ten_years(platform: dict[str, Any]) -> None:
    bucket = platform["AuditBucket"]["Properties"]
    assert bucket["ObjectLockEnabled"] is True
    assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
    assert bucket["ObjectLockConfiguration"]["Rule"] == {
        "DefaultRetention": {"Mode": "COMPLIANCE", "Years": 10}
    }
    assert all(bucket["PublicAccessBlockConfiguration"].values())
    (deploying,) = [
        statement["Resource"]["Fn::Sub"]
        for statement in platform["DeployRole"]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"]
        if statement["Sid"] == "BucketsWithoutTheirContent"
    ]
    assert not bucket["BucketName"]["Fn::Sub"].startswith(deploying.split(":::")[1].rstrip("*"))


def test_the_process_users_exist_locally_only(platform: dict[str, Any]) -> None:
    users = {name: each for name, each in platform.items() if each["Type"] == "AWS::IAM::User"}
    assert set(users) == {"PortalProcess", "WorkerProcess"}
    assert all(each["Condition"] == "IsLocal" for each in users.values())


def test_the_queues_are_encrypted_and_poison_ends_aside(platform: dict[str, Any]) -> None:
    for name in ("WorkQueue", "DeadQueue"):
        assert platform[name]["Properties"]["SqsManagedSseEnabled"] is True
    redrive = platform["WorkQueue"]["Properties"]["RedrivePolicy"]
    assert redrive["deadLetterTargetArn"] == {"Fn::GetAtt": ["DeadQueue", "Arn"]}
