"""deploy() makes a stack what its template says, once, and says why when it cannot."""

import json
from pathlib import Path
from typing import Any

import pytest

from ingestion.aws import stacks
from ingestion.aws.packaging import packaged
from tests.infra.embedded import REGION, TEMPLATES, Platform, Server

pytestmark = pytest.mark.aws


def write(folder: Path, resources: dict[str, Any], **more: Any) -> Path:
    path = folder / "template.json"
    path.write_text(json.dumps({"Resources": resources, **more}))
    return path


def queue(name: str, **properties: Any) -> dict[str, Any]:
    return {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": name, **properties}}


def statuses(server: Server, stack: str) -> list[str]:
    events = server.client("cloudformation").describe_stack_events(StackName=stack)["StackEvents"]
    return [
        event["ResourceStatus"] for event in events if event["ResourceType"] == "AWS::CloudFormation::Stack"
    ]


def test_it_creates_then_leaves_alone_then_updates(server: Server, tmp_path: Path) -> None:
    cloudformation = server.client("cloudformation")

    def deploy(seconds: int) -> dict[str, str]:
        outputs = {"Url": {"Value": {"Ref": "Q"}}}
        template = write(tmp_path, {"Q": queue("steps", VisibilityTimeout=seconds)}, Outputs=outputs)
        return stacks.deploy(cloudformation, stack="steps", template=template, parameters={})

    first = deploy(30)
    assert first["Url"].endswith("/steps")
    created = statuses(server, "steps")
    assert deploy(30) == first
    assert statuses(server, "steps") == created
    assert deploy(60) == first
    assert statuses(server, "steps")[0] == "UPDATE_COMPLETE"
    attributes = server.client("sqs").get_queue_attributes(QueueUrl=first["Url"], AttributeNames=["All"])
    assert attributes["Attributes"]["VisibilityTimeout"] == "60"


def test_a_parameter_that_is_not_given_keeps_its_value(server: Server, tmp_path: Path) -> None:
    cloudformation = server.client("cloudformation")
    resources = {
        "Q": queue("kept", VisibilityTimeout={"Ref": "Seconds"}, DelaySeconds={"Ref": "Delay"}),
    }
    number = {"Type": "Number", "Default": 30}
    template = write(tmp_path, resources, Parameters={"Seconds": number, "Delay": {**number, "Default": 1}})

    def deployed(**parameters: str) -> tuple[str, str]:
        stacks.deploy(cloudformation, stack="kept", template=template, parameters=parameters)
        sqs = server.client("sqs")
        url = sqs.get_queue_url(QueueName="kept")["QueueUrl"]
        found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
        return found["VisibilityTimeout"], found["DelaySeconds"]

    assert deployed(Seconds="77") == ("77", "1")
    before = statuses(server, "kept")
    assert deployed() == ("77", "1")
    assert statuses(server, "kept") == before, "and nothing is updated for it"
    assert deployed(Delay="5") == ("77", "5")
    assert deployed(Seconds="30") == ("30", "5")


BROKEN = {"Type": "AWS::Lambda::Permission", "Properties": {"FunctionName": {"Fn::GetAtt": ["Q", "Nothing"]}}}


def test_a_failure_names_the_first_failed_resource_and_its_reason(server: Server, tmp_path: Path) -> None:
    template = write(tmp_path, {"Q": queue("named"), "Broken": {**BROKEN, "DependsOn": "Q"}})
    with pytest.raises(stacks.StackFailed, match=r"named: Broken \(AWS::Lambda::Permission\) failed: .+"):
        stacks.deploy(server.client("cloudformation"), stack="named", template=template, parameters={})


def test_a_stack_whose_creation_was_rolled_back_is_created_anew(server: Server, tmp_path: Path) -> None:
    """Also when it has resources to be retained: nothing was ever stored in them."""
    cloudformation = server.client("cloudformation")
    bucket = {
        "Type": "AWS::S3::Bucket",
        "DeletionPolicy": "Retain",
        "Properties": {"BucketName": "anew-bucket"},
    }
    broken = {"B": bucket, "Q": queue("anew"), "Broken": {**BROKEN, "DependsOn": ["Q", "B"]}}
    with pytest.raises(stacks.StackFailed):
        stacks.deploy(cloudformation, stack="anew", template=write(tmp_path, broken), parameters={})
    assert cloudformation.describe_stacks(StackName="anew")["Stacks"][0]["StackStatus"] == "ROLLBACK_COMPLETE"
    outputs = {"Name": {"Value": {"Ref": "B"}}}
    template = write(tmp_path, {"B": bucket}, Outputs=outputs)
    result = stacks.deploy(cloudformation, stack="anew", template=template, parameters={})
    assert result == {"Name": "anew-bucket"}


def test_a_failed_update_leaves_the_stack_as_it_was_and_can_be_repeated(
    server: Server, tmp_path: Path
) -> None:
    cloudformation, good = server.client("cloudformation"), {"Q": queue("again")}
    stacks.deploy(cloudformation, stack="again", template=write(tmp_path, good), parameters={})
    with pytest.raises(stacks.StackFailed, match="Broken"):
        stacks.deploy(
            cloudformation, stack="again", template=write(tmp_path, good | {"Broken": BROKEN}), parameters={}
        )
    more = write(tmp_path, good | {"R": queue("again-2")})
    stacks.deploy(cloudformation, stack="again", template=more, parameters={})
    assert server.client("sqs").get_queue_url(QueueName="again-2")


def test_a_parameter_the_template_refuses_is_said(platform: Platform) -> None:
    with pytest.raises(stacks.StackFailed, match="InstitutionCode"):
        platform.deploy_institution("too-long-for-an-institution")


def test_the_command_deploys_and_prints_the_outputs(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in {
        "ENDPOINT_URL": server.url,
        "ACCESS_KEY_ID": "test",
        "SECRET_ACCESS_KEY": "test",
    }.items():
        monkeypatch.setenv(f"AWS_{name}", value)
    properties = {"QueueName": {"Ref": "Name"}}
    template = write(
        tmp_path,
        {"Q": {"Type": "AWS::SQS::Queue", "Properties": properties}},
        Parameters={"Name": {"Type": "String"}},
        Outputs={"Url": {"Value": {"Ref": "Q"}}},
    )
    assert stacks.main(["command", str(template), "Name=by-command"]) == 0
    assert json.loads(capsys.readouterr().out)["Url"].endswith("/by-command")
    assert stacks.main(["command-2", str(template)]) == 1
    assert "Name" in capsys.readouterr().err
    assert stacks.main(["command", str(template), "nonsense"]) == 2


def test_deploying_the_project_again_changes_nothing(platform: Platform) -> None:
    before = statuses(platform.server, "fundgate-platform")
    assert platform.deploy_platform() == platform.outputs
    for code, outputs in platform.institutions.items():
        assert platform.deploy_institution(code) == outputs
    assert statuses(platform.server, "fundgate-platform") == before


def test_the_definition_is_put_in_the_place_of_its_file(tmp_path: Path) -> None:
    (tmp_path / "machine.json").write_text('{"StartAt": "A"}')
    machine = {
        "Type": "AWS::StepFunctions::StateMachine",
        "Properties": {"DefinitionS3Location": "machine.json"},
    }
    result = json.loads(packaged(write(tmp_path, {"M": machine})))
    assert result["Resources"]["M"]["Properties"] == {"DefinitionString": '{"StartAt":"A"}'}


def test_short_forms_become_long_ones(tmp_path: Path) -> None:
    path = tmp_path / "t.yaml"
    path.write_text(
        "Conditions: {C: !Not [!Condition D]}\nResources: {}\n"
        'R: [!Ref A, !GetAtt A.B.C, !Sub "${A}", !If [C, 1, 2]]'
    )
    assert json.loads(packaged(path)) == {
        "Conditions": {"C": {"Fn::Not": [{"Condition": "D"}]}},
        "R": [{"Ref": "A"}, {"Fn::GetAtt": ["A", "B.C"]}, {"Fn::Sub": "${A}"}, {"Fn::If": ["C", 1, 2]}],
        "Resources": {},
    }


def test_a_template_above_the_limit_goes_by_a_bucket_and_without_one_is_refused(
    server: Server, tmp_path: Path
) -> None:
    cloudformation, s3 = server.client("cloudformation"), server.client("s3")
    resources = {f"Q{number}": queue(f"large-{number}") for number in range(3)}
    template = write(
        tmp_path, resources, Metadata={"Text": "x" * stacks.MAX_BODY_BYTES}, Outputs={"A": {"Value": "b"}}
    )
    arguments = {"stack": "large", "template": template, "parameters": {}}
    with pytest.raises(stacks.StackFailed, match=r"51,200.*--bucket="):
        stacks.deploy(cloudformation, **arguments)
    s3.create_bucket(Bucket="templates", CreateBucketConfiguration={"LocationConstraint": REGION})
    bucket = stacks.TemplateBucket(s3, "templates")
    assert stacks.deploy(cloudformation, bucket=bucket, **arguments) == {"A": "b"}
    assert stacks.deploy(cloudformation, bucket=bucket, **arguments) == {"A": "b"}
    assert server.client("sqs").get_queue_url(QueueName="large-2")


def test_an_institutions_template_needs_no_bucket() -> None:
    """Onboarding has none to name; the platform's is deployed by way of one."""
    assert len(packaged(TEMPLATES / "institution.yaml").encode()) <= stacks.MAX_BODY_BYTES
