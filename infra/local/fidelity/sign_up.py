"""Gap: anybody can sign up alone in a user pool in which only an administrator creates users."""

from typing import Any

from ministack.core.responses import error_response_json
from ministack.services import cognito


def install() -> None:
    """Refuse SignUp where AllowAdminCreateUserOnly is set."""
    original = cognito._sign_up

    def sign_up(data: dict[str, Any]) -> Any:
        for pool in cognito._user_pools.values():
            closed = (pool.get("AdminCreateUserConfig") or {}).get("AllowAdminCreateUserOnly")
            if closed and data.get("ClientId") in pool["_clients"]:
                return error_response_json(
                    "NotAuthorizedException", "SignUp is not permitted for this user pool", 400
                )
        return original(data)

    cognito._sign_up = sign_up
