"""Doors by which someone could let themselves in: closed to every runtime role, but the written exception."""

from collections.abc import Callable
from typing import Any

import pytest

from ingestion.aws import stacks
from ingestion.aws.layout import FUNCTIONS
from tests.infra.embedded import ACCOUNT, PASSWORD, REGION, TEMPLATES, Platform, policy, refused

pytestmark = pytest.mark.aws

OWNER = "alpine-am"
RUNTIME = ["portal", "worker", "pipeline", "clock", OWNER, *[f"fn-{name}" for name in FUNCTIONS]]
VICTIM = f"user@{OWNER}.example"
DENIED = {"AccessDenied", "AccessDeniedException"}
OPEN = policy({"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"})


def doors(platform: Platform) -> dict[str, tuple[str, str, dict[str, Any]]]:
    """name -> service, method, arguments of a call that would succeed with enough rights."""
    out, institution = platform.outputs, platform.institutions[OWNER]
    user = {"UserPoolId": out["UserPoolId"], "Username": VICTIM}
    role = {"RoleName": f"fundgate-inst-{OWNER}"}
    token = "/fundgate/tokens/some-token"
    return {
        "kms:PutKeyPolicy": (
            "kms",
            "put_key_policy",
            {"KeyId": institution["KeyArn"], "PolicyName": "default", "Policy": OPEN},
        ),
        "kms:CreateGrant": (
            "kms",
            "create_grant",
            {
                "KeyId": out["StateKeyArn"],
                "GranteePrincipal": out["WorkerRoleArn"],
                "Operations": ["Decrypt"],
            },
        ),
        "kms:ScheduleKeyDeletion": ("kms", "schedule_key_deletion", {"KeyId": institution["KeyArn"]}),
        "kms:DisableKey": ("kms", "disable_key", {"KeyId": out["StateKeyArn"]}),
        "cognito:AdminSetUserPassword": (
            "cognito-idp", "admin_set_user_password", user | {"Password": PASSWORD, "Permanent": True},
        ),
        "cognito:AdminInitiateAuth": (
            "cognito-idp",
            "admin_initiate_auth",
            {
                "UserPoolId": out["UserPoolId"],
                "ClientId": out["CliClientId"],
                "AuthFlow": "ADMIN_USER_PASSWORD_AUTH",
                "AuthParameters": {"USERNAME": VICTIM, "PASSWORD": PASSWORD},
            },
        ),
        "cognito:AdminUpdateUserAttributes": (
            "cognito-idp",
            "admin_update_user_attributes",
            user | {"UserAttributes": [{"Name": "email", "Value": "x@x.example"}]},
        ),
        "cognito:UpdateUserPoolClient": (
            "cognito-idp",
            "update_user_pool_client",
            {"UserPoolId": out["UserPoolId"], "ClientId": out["CliClientId"]},
        ),
        "cognito:CreateGroup": (
            "cognito-idp",
            "create_group",
            {"UserPoolId": out["UserPoolId"], "GroupName": "door", "RoleArn": institution["RoleArn"]},
        ),
        "cognito:SetIdentityPoolRoles": (
            "cognito-identity",
            "set_identity_pool_roles",
            {"IdentityPoolId": out["IdentityPoolId"], "Roles": {"authenticated": institution["RoleArn"]}},
        ),
        "lambda:UpdateFunctionCode": (
            "lambda", "update_function_code", {"FunctionName": "fundgate-inspect", "ZipFile": b"x"},
        ),
        "lambda:UpdateFunctionConfiguration": (
            "lambda", "update_function_configuration", {"FunctionName": "fundgate-inspect", "Timeout": 5},
        ),
        "states:UpdateStateMachine": (
            "stepfunctions",
            "update_state_machine",
            {"stateMachineArn": out["StateMachineArn"], "definition": "{}"},
        ),
        "ssm:GetParameters": ("ssm", "get_parameters", {"Names": [token], "WithDecryption": True}),
        "ssm:GetParametersByPath": ("ssm", "get_parameters_by_path", {"Path": "/fundgate/tokens"}),
        "iam:UpdateAssumeRolePolicy": ("iam", "update_assume_role_policy", role | {"PolicyDocument": OPEN}),
        "iam:PutRolePolicy": (
            "iam", "put_role_policy", role | {"PolicyName": "door", "PolicyDocument": OPEN},
        ),
        "iam:DeleteRolePermissionsBoundary": ("iam", "delete_role_permissions_boundary", role),
        "iam:CreateRole": (
            "iam", "create_role", {"RoleName": "fundgate-inst-door", "AssumeRolePolicyDocument": OPEN},
        ),
        "iam:CreateAccessKey": ("iam", "create_access_key", {"UserName": "fundgate-portal-process"}),
        "sts:AssumeRole": (
            "sts", "assume_role", {"RoleArn": out["DeployRoleArn"], "RoleSessionName": "door"},
        ),
        "s3:PutBucketPolicy": (
            "s3", "put_bucket_policy", {"Bucket": institution["LandingBucket"], "Policy": OPEN},
        ),
        "s3:PutBucketEncryption": (
            "s3",
            "put_bucket_encryption",
            {
                "Bucket": institution["LandingBucket"],
                "ServerSideEncryptionConfiguration": {
                    "Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]
                },
            },
        ),
        "cloudformation:UpdateStack": (
            "cloudformation", "update_stack", {"StackName": "fundgate-platform", "UsePreviousTemplate": True},
        ),
        "apigateway:GetRestApis": ("apigateway", "get_rest_apis", {}),
    }  # fmt: skip


@pytest.mark.parametrize("who", RUNTIME)
def test_every_door_is_closed_to(platform: Platform, who: str) -> None:
    credentials = platform.member(who) if who == OWNER else platform.runtime(who)
    opened = {
        door: code
        for door, (service, method, arguments) in doors(platform).items()
        if (code := refused(getattr(platform.server.client(service, credentials), method), **arguments))
        not in DENIED
    }
    assert opened == {}


def test_the_boundary_closes_them_to_a_runtime_role_that_was_given_everything(platform: Platform) -> None:
    """So that a mistake in a role's own policy opens none."""
    everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    keys = platform.server.new_role(
        "generous", everything, PermissionsBoundary=platform.outputs["BoundaryArn"]
    )
    platform.server.client("sqs", keys).get_queue_attributes(QueueUrl=platform.outputs["QueueUrl"])
    for door, (service, method, arguments) in doors(platform).items():
        assert refused(getattr(platform.server.client(service, keys), method), **arguments) in DENIED, door


def test_the_doors_are_real(platform: Platform) -> None:
    """Some of them, opened and closed again by an administrator: else the refusals would prove nothing."""
    keys = platform.server.new_role("locksmith", {"Effect": "Allow", "Action": "*", "Resource": "*"})
    all_doors = doors(platform)
    for door in (
        "cognito:AdminSetUserPassword",
        "lambda:UpdateFunctionConfiguration",
        "ssm:GetParameters",
        "apigateway:GetRestApis",
    ):
        service, method, arguments = all_doors[door]
        getattr(platform.server.client(service, keys), method)(**arguments)


def test_members_has_the_calls_of_the_written_exception(platform: Platform) -> None:
    cognito = platform.server.client("cognito-idp", platform.runtime("fn-members"))
    user = {"UserPoolId": platform.outputs["UserPoolId"], "Username": "invited@x.example"}
    name = [{"Name": "email", "Value": "invited@x.example"}, {"Name": "name", "Value": "Invited"}]
    cognito.admin_create_user(UserAttributes=name, MessageAction="SUPPRESS", **user)
    cognito.admin_add_user_to_group(GroupName=OWNER, **user)
    assert [group["GroupName"] for group in cognito.admin_list_groups_for_user(**user)["Groups"]] == [OWNER]
    cognito.admin_remove_user_from_group(GroupName=OWNER, **user)
    cognito.admin_user_global_sign_out(**user)
    cognito.admin_disable_user(**user)
    for who in [each for each in RUNTIME if each != "fn-members"]:
        credentials = platform.member(who) if who == OWNER else platform.runtime(who)
        other = platform.server.client("cognito-idp", credentials)
        assert refused(other.admin_add_user_to_group, GroupName=OWNER, **user) in DENIED


def test_only_one_function_reads_the_event_history(platform: Platform) -> None:
    """It is the account's: who reads it sees who used the keys of all institutions."""
    allowed = platform.server.client("cloudtrail", platform.runtime("fn-key-uses"))
    platform.server.client("kms").list_key_policies(KeyId=platform.outputs["StateKeyArn"])
    assert allowed.lookup_events(MaxResults=1)["Events"]
    assert refused(allowed.describe_trails) in DENIED
    for who in [each for each in (*RUNTIME, "deploy") if each != "fn-key-uses"]:
        credentials = platform.member(who) if who == OWNER else platform.runtime(who)
        assert refused(platform.server.client("cloudtrail", credentials).lookup_events) in DENIED, who
    generous = platform.server.new_role(
        "historian",
        {"Effect": "Allow", "Action": "*", "Resource": "*"},
        PermissionsBoundary=platform.outputs["BoundaryArn"],
    )
    assert refused(platform.server.client("cloudtrail", generous).lookup_events) in DENIED


def test_portal_and_worker_processes_can_only_become_their_role(platform: Platform) -> None:
    server, users = platform.server, {}
    for name in ("portal", "worker"):
        made = server.client("iam").create_access_key(UserName=f"fundgate-{name}-process")["AccessKey"]
        users[name] = {
            "aws_access_key_id": made["AccessKeyId"],
            "aws_secret_access_key": made["SecretAccessKey"],
        }
    for name, other in (("portal", "worker"), ("worker", "portal")):
        assert server.assume(f"arn:aws:iam::{ACCOUNT}:role/fundgate-{name}", users[name])
        sts = server.client("sts", users[name])
        for role in (f"fundgate-{other}", "fundgate-deploy", f"fundgate-inst-{OWNER}", "fundgate-fn-inspect"):
            arn = f"arn:aws:iam::{ACCOUNT}:role/{role}"
            assert refused(sts.assume_role, RoleArn=arn, RoleSessionName="door") in DENIED
        assert refused(server.client("sqs", users[name]).list_queues) in DENIED


def allowed_calls(platform: Platform) -> dict[str, list[tuple[str, str, dict[str, Any]]]]:
    """What portal and worker do all day."""
    out = platform.outputs
    execution = f"arn:aws:states:{REGION}:{ACCOUNT}:execution:fundgate-pipeline:no-such-run"
    queue = {"QueueUrl": out["QueueUrl"]}
    return {
        "portal": [
            ("sqs", "send_message", queue | {"MessageBody": "{}"}),
            ("stepfunctions", "describe_execution", {"executionArn": execution}),
            ("stepfunctions", "get_execution_history", {"executionArn": execution}),
            ("logs", "filter_log_events", {"logGroupName": "/aws/lambda/fundgate-inspect"}),
            ("lambda", "invoke", {"FunctionName": "fundgate-accept", "InvocationType": "DryRun"}),
        ],
        "worker": [
            ("sqs", "receive_message", queue),
            ("sqs", "get_queue_attributes", queue | {"AttributeNames": ["All"]}),
            ("stepfunctions", "describe_execution", {"executionArn": execution}),
        ],
    }


@pytest.mark.parametrize("who", ["portal", "worker"])
def test_a_process_may_do_its_work_and_not_the_other_ones(platform: Platform, who: str) -> None:
    calls = allowed_calls(platform)
    own = {method for _, method, _ in calls[who]}

    def outcome(service: str, method: str, arguments: dict[str, Any]) -> str:
        call: Callable[..., Any] = getattr(platform.server.client(service, platform.runtime(who)), method)
        try:
            call(**arguments)
        except platform.server.client(service).exceptions.ClientError as error:
            return str(error.response["Error"]["Code"])
        return "done"

    for service, method, arguments in calls[who]:
        assert outcome(service, method, arguments) in ("done", "ExecutionDoesNotExist"), method
    other = "worker" if who == "portal" else "portal"
    for service, method, arguments in calls[other]:
        if method not in own and (who, method) != ("worker", "send_message"):
            assert outcome(service, method, arguments) in DENIED, method


def test_only_the_worker_starts_a_run(platform: Platform) -> None:
    run = {"stateMachineArn": platform.outputs["StateMachineArn"], "name": "a-1", "input": "{}"}
    for who in [each for each in RUNTIME if each != "worker"]:
        credentials = platform.member(who) if who == OWNER else platform.runtime(who)
        assert refused(platform.server.client("stepfunctions", credentials).start_execution, **run) in DENIED
    started = platform.server.client("stepfunctions", platform.runtime("worker")).start_execution(**run)
    platform.server.client("stepfunctions").stop_execution(executionArn=started["executionArn"])


def test_the_deploy_role_onboards_an_institution_and_reads_nothing_of_it(platform: Platform) -> None:
    server = platform.server
    keys = platform.runtime("deploy")
    outputs = stacks.deploy(
        server.client("cloudformation", keys),
        stack="fundgate-inst-cedar-pension",
        template=TEMPLATES / "institution.yaml",
        parameters={
            "Environment": "local",
            "InstitutionCode": "cedar-pension",
            "UserPoolId": platform.outputs["UserPoolId"],
            "IdentityPoolId": platform.outputs["IdentityPoolId"],
        },
    )
    user = platform.add_user("first@cedar-pension.example")
    cognito = server.client("cognito-idp", keys)
    member = {"UserPoolId": platform.outputs["UserPoolId"], "Username": user, "GroupName": "cedar-pension"}
    cognito.admin_add_user_to_group(**member)
    s3 = server.client("s3", platform.exchange(platform.new_token(user)))
    target = {"Bucket": outputs["LandingBucket"], "Key": "original"}
    s3.put_object(Body=b"x", **target)
    assert refused(server.client("s3", keys).get_object, **target) in DENIED
    assert (
        refused(server.client("iam", keys).create_role, RoleName="any", AssumeRolePolicyDocument=OPEN)
        in DENIED
    )


def test_nobody_but_portal_and_pipeline_calls_accept_and_the_portal_no_step_of_a_run(
    platform: Platform,
) -> None:
    def outcome(who: str, function: str) -> str:
        credentials = platform.member(who) if who == OWNER else platform.runtime(who)
        calling = platform.server.client("lambda", credentials)
        call = {"FunctionName": f"fundgate-{function}", "InvocationType": "DryRun"}
        return refused(calling.invoke, **call)

    for who in [each for each in RUNTIME if each not in ("portal", "pipeline")]:
        assert outcome(who, "accept") in DENIED, who
        assert outcome(who, "release") in DENIED, who
    for function in [each for each in FUNCTIONS if each not in ("accept", "members", "key-uses", "release")]:
        assert outcome("portal", function) in DENIED, function
