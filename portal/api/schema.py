"""What the OpenAPI document says about tokens: a person's everywhere, a program's where it may read."""

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema

from portal.accounts.programs.program import READING
from portal.accounts.programs.scopes import Scope

ID_TOKEN, API_TOKEN = "idToken", "apiToken"


class BearerScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Two kinds of bearer token; a view that names a scope takes both for reading."""

    target_class = "portal.accounts.authentication.BearerAuthentication"
    name = [ID_TOKEN, API_TOKEN]

    def get_security_requirement(self, auto_schema: AutoSchema) -> list[dict[str, list[str]]]:
        person: dict[str, list[str]] = {ID_TOKEN: []}
        reads = auto_schema.method in READING and getattr(auto_schema.view, "scope", None)
        return [person, {API_TOKEN: []}] if reads else [person]

    def get_security_definition(self, auto_schema: AutoSchema) -> list[dict[str, str]]:
        id_token = {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "JWT",
            "description": "An unexpired Cognito ID token of a person.",
        }
        scopes = ", ".join(f"`{scope}`" for scope in Scope)
        api_token = {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "fgt_…",
            "description": f"A token of a service account; it reads metadata of its scopes, among {scopes}.",
        }
        return [id_token, api_token]
