"""The API's description: OpenAPI 3.1 as JSON, and a page that shows it without scripts."""

from typing import Any

from flask import Blueprint, current_app, render_template
from flask.typing import ResponseReturnValue

from xinyidai.kernel.access import allow
from xinyidai.kernel.actor import Role

SPEC: dict[str, Any] = {
    "info": {
        "description": "银行与节点使用的接口。错误一律为 RFC 9457 问题文档。",
        "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
    },
    "servers": [{"url": "/", "description": "本平台"}],
}

blueprint = Blueprint("api_docs", __name__)


def describe_security(api: Any) -> None:
    """Describe how a program signs in."""
    api.spec.components.security_scheme(
        "client_credentials",
        {
            "type": "oauth2",
            "flows": {
                "clientCredentials": {
                    "tokenUrl": "/oauth/token",
                    "scopes": {
                        "products": "维护本机构产品",
                        "applications": "受理和反馈申请",
                        "queries": "在授权范围内查询企业信用信息",
                    },
                }
            },
        },
    )


@blueprint.get("/api/v1/openapi.json")
@allow(Role.PUBLIC)
def openapi() -> ResponseReturnValue:
    """Return the OpenAPI document."""
    document: dict[str, Any] = current_app.extensions["xinyidai.api"].spec.to_dict()
    return document


@blueprint.get("/developers")
@allow(Role.PUBLIC)
def page() -> ResponseReturnValue:
    """Show every operation with its parameters and answers."""
    document = current_app.extensions["xinyidai.api"].spec.to_dict()
    return render_template("public/developers.html", document=document)
