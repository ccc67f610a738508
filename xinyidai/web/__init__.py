"""Pages by role, and the mounting of pages and API.

Pages call services directly, never our own API over HTTP.
"""

from collections.abc import Iterable

from flask import Blueprint, Flask

from xinyidai import __version__
from xinyidai.web import api_docs, assets, chrome, kept_forms, pages
from xinyidai.web.api import ProblemApi


def mount_api(app: Flask, blueprints: Iterable[Blueprint]) -> list[Blueprint]:
    """Register the API blueprints with their OpenAPI description; return them."""
    app.config.update(API_TITLE="信易贷 API", API_VERSION=__version__, OPENAPI_VERSION="3.1.0")
    api = ProblemApi(app, spec_kwargs=api_docs.SPEC)
    api_docs.describe_security(api)
    mounted = list(blueprints)
    for blueprint in mounted:
        api.register_blueprint(blueprint)
    app.extensions["xinyidai.api"] = api
    return mounted


def mount_pages(app: Flask) -> None:
    """Register every page, the assets and what all pages share."""
    chrome.mount_chrome(app)
    kept_forms.mount_kept_forms(app)
    for blueprint in (*assets.blueprints(), api_docs.blueprint):
        app.register_blueprint(blueprint)
    is_demo: bool = app.extensions["xinyidai.settings"].is_demo
    for blueprint in pages.blueprints(is_demo=is_demo):
        app.register_blueprint(blueprint)
