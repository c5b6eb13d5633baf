"""Parameters: sealed ones open with their key only."""

import base64
import uuid

from tests.infra.contracts.tools import ANYTHING, allowed, key_for, unique
from tests.infra.embedded import Server


def ssm_keys(server: Server) -> bool:
    """A SecureString opens only to whom its key lets decrypt, by none of the calls that read one."""
    reader = unique("reader")
    keyed, keyless = server.new_role(reader, ANYTHING), server.new_role(unique("keyless"), ANYTHING)
    key = key_for(server, reader, "kms:Decrypt", "kms:Encrypt")
    folder = f"/{unique('p')}"
    name = f"{folder}/secret"
    secret = {"Value": "a secret", "Type": "SecureString", "KeyId": key}
    server.client("ssm", keyed).put_parameter(Name=name, **secret)

    def everything(credentials: dict[str, str]) -> list[bool]:
        ssm = server.client("ssm", credentials)
        return [
            allowed(ssm.get_parameter, Name=name, WithDecryption=True),
            allowed(ssm.get_parameter, Name=f"{name}:1", WithDecryption=True),
            allowed(ssm.get_parameters, Names=[name], WithDecryption=True),
            allowed(ssm.get_parameters_by_path, Path=folder, WithDecryption=True),
            allowed(ssm.get_parameter_history, Name=name, WithDecryption=True),
            allowed(ssm.put_parameter, Name=f"{folder}/{uuid.uuid4()}", **secret),
        ]

    assert all(everything(keyed))
    sealed = server.client("ssm", keyless).get_parameter(Name=name)["Parameter"]["Value"]
    return not any(everything(keyless)) and base64.b64encode(b"a secret").decode() not in sealed
