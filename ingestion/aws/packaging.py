"""A template file as the CloudFormation API takes it: compact JSON, with what it refers to put in place."""

import json
from pathlib import Path
from typing import Any

import yaml


class NotATemplate(Exception):
    """The file is no CloudFormation template; the text says why."""


def packaged(template: Path) -> str:
    """The template as JSON, with each local DefinitionS3Location replaced by the text of that file.

    This is what `aws cloudformation package` does by way of a bucket: so the state machine's definition stays
    a plain ASL file of its own. NotATemplate when the file is something else.
    """
    try:
        document = yaml.load(template.read_text(), Loader=_TemplateLoader)  # noqa: S506 - a SafeLoader, see below
    except (yaml.YAMLError, UnicodeDecodeError):
        raise NotATemplate(f"{template} is no YAML file.") from None
    if not isinstance(document, dict) or not isinstance(document.get("Resources"), dict):
        raise NotATemplate(f"{template} is no CloudFormation template: it has no Resources.")
    for resource in document["Resources"].values():
        properties = resource.get("Properties", {})
        location = properties.get("DefinitionS3Location")
        if isinstance(location, str):
            definition = json.loads((template.parent / location).read_text())
            properties["DefinitionString"] = json.dumps(definition, separators=(",", ":"))
            del properties["DefinitionS3Location"]
    return json.dumps(document, separators=(",", ":"))


_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # ten times as fast where it was compiled


class _TemplateLoader(_Loader):  # type: ignore[misc]
    """YAML with CloudFormation's short forms: `!Sub x` is `{"Fn::Sub": x}`."""


def _short_form(loader: yaml.SafeLoader, name: str, node: yaml.Node) -> dict[str, Any]:
    value: Any
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
        if name == "GetAtt":
            value = value.split(".", 1)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        assert isinstance(node, yaml.MappingNode)
        value = loader.construct_mapping(node, deep=True)
    return {name if name in ("Ref", "Condition") else f"Fn::{name}": value}


_TemplateLoader.add_multi_constructor("!", _short_form)
