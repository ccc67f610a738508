"""Production refuses to start as it must not run, by whatever door it is started."""

import dataclasses

import pytest
from flask import Flask

from tests.factories import parties
from xinyidai.app import create_app
from xinyidai.kernel.actor import Role
from xinyidai.kernel.db import db as database
from xinyidai.kernel.settings import (
    DEMO_SECRET,
    Mode,
    Settings,
    SettingsError,
    read_settings,
)

GOOD_SECRET = "0123456789abcdef0123456789abcdef-0123"


def _production(live: Flask, settings: Settings, **changes: object) -> Settings:
    named = {
        "mode": Mode.PRODUCTION,
        "database_url": live.config["SQLALCHEMY_DATABASE_URI"],
        "owner_database_url": live.config["OWNER_DATABASE_URI"],
        "secret_key": GOOD_SECRET,
    }
    return dataclasses.replace(settings, **{**named, **changes})


@pytest.mark.parametrize("secret", ["", "short", DEMO_SECRET])
def test_a_default_or_weak_secret_is_refused(secret: str, live: Flask, settings: Settings) -> None:
    with pytest.raises(SettingsError, match="XINYIDAI_SECRET_KEY"):
        create_app(_production(live, settings, secret_key=secret))


def test_demo_accounts_are_refused(live: Flask, settings: Settings) -> None:
    parties.account(Role.OPERATOR)
    database.session.commit()
    with pytest.raises(SettingsError, match="演示账户"):
        create_app(_production(live, settings))


def test_a_database_superuser_is_refused(live: Flask, settings: Settings, pg: object) -> None:
    with pytest.raises(SettingsError, match="xinyidai_app"):
        create_app(_production(live, settings, database_url=pg.admin_url("postgres")))


def test_the_owner_of_the_tables_is_refused(live: Flask, settings: Settings) -> None:
    owner = live.config["OWNER_DATABASE_URI"]
    with pytest.raises(SettingsError, match="xinyidai_app"):
        create_app(_production(live, settings, database_url=owner))


def test_a_clean_production_starts_and_hides_the_design_sheet(
    live: Flask, settings: Settings
) -> None:
    app = create_app(_production(live, settings))
    client = app.test_client()
    answers = [client.get(path).status_code for path in ("/healthz", "/_design")]
    with app.app_context():
        database.engine.dispose()
    assert answers == [200, 404]


def test_production_is_what_one_gets_without_a_word() -> None:
    assert read_settings({}).mode is Mode.PRODUCTION


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("XINYIDAI_MODE", "staging"),
        ("XINYIDAI_DATABASE_URL", "sqlite:///x.db"),
        ("XINYIDAI_BEHIND_HTTPS", "maybe"),
    ],
)
def test_an_unknown_value_is_refused(name: str, value: str) -> None:
    with pytest.raises(SettingsError):
        read_settings({name: value})
