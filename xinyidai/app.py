"""`create_app`: settings, database, errors, sign-in, access gate, slices."""

import atexit
import logging
from datetime import timedelta

from flask import Flask
from flask_babel import Babel
from flask_migrate import Migrate
from flask_wtf.csrf import CSRFError, CSRFProtect
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError
from werkzeug.middleware.proxy_fix import ProxyFix

from xinyidai import slices, web
from xinyidai.accounts import oauth, session
from xinyidai.accounts import queries as accounts
from xinyidai.kernel import access, http, postgres
from xinyidai.kernel.db import db
from xinyidai.kernel.settings import (
    DEMO_SECRET,
    Settings,
    SettingsError,
    check_production,
    load_settings,
    package_path,
)
from xinyidai.seeds.password import DEMO_PASSWORD

log = logging.getLogger(__name__)

LOCK_TIMEOUT = "5s"
STATEMENT_TIMEOUT = "120s"
LARGEST_BODY = (
    2 * 1024 * 1024
)  # only the upload and the push of deliveries take more, each by itself

csrf = CSRFProtect()
migrate = Migrate()
babel = Babel()


def create_app(settings: Settings | None = None, *, guard: bool = True) -> Flask:
    """Build the application.

    With `guard` (web, worker) it refuses to start as a database superuser or owner, and in
    production with a weak secret or demo accounts. The commands that migrate pass `guard=False`.

    Raises:
        SettingsError: with what is wrong and what to do, in Chinese.

    """
    settings = settings or load_settings()
    if guard:
        check_production(settings)
    app = Flask("xinyidai.web", static_folder="static", static_url_path="/static")
    app.extensions["xinyidai.settings"] = settings
    app.config.update(_config(settings))
    app.config.update(_database_urls(app, settings))
    if settings.proxies:
        count = settings.proxies
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign] # the documented way to wrap it
            app.wsgi_app, x_for=count, x_proto=count, x_host=count
        )
    slices.import_tables()
    db.init_app(app)
    migrate.init_app(app, db, directory=str(package_path("migrations")), compare_type=True)
    babel.init_app(app, default_locale="zh_Hans_CN", default_timezone="Asia/Shanghai")
    _mount(app)
    if guard:
        with app.app_context():
            try:
                _refuse_unfit(settings)
            finally:
                db.session.remove()
                db.engine.dispose()  # workers and tests fork or drop the app; none inherits these
    return app


def _config(settings: Settings) -> dict[str, object]:
    return {
        "SECRET_KEY": settings.secret_key or (DEMO_SECRET if settings.is_demo else ""),
        "SQLALCHEMY_ENGINE_OPTIONS": {
            "hide_parameters": True,  # a traceback must not carry a firm's values into the log
            "pool_pre_ping": True,
            "pool_size": 12,
            "max_overflow": 20,
            "connect_args": {
                "options": f"-c lock_timeout={LOCK_TIMEOUT} -c statement_timeout="
                f"{STATEMENT_TIMEOUT} -c timezone=Asia/Shanghai",
                "application_name": "xinyidai",
            },
        },
        "MAX_CONTENT_LENGTH": LARGEST_BODY,
        "SESSION_COOKIE_SECURE": settings.behind_https,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "PERMANENT_SESSION_LIFETIME": timedelta(hours=12),
        "DEMO_PASSWORD": DEMO_PASSWORD if settings.is_demo else None,
        "WTF_CSRF_TIME_LIMIT": None,
        "WTF_CSRF_SSL_STRICT": settings.behind_https,
    }


def _database_urls(app: Flask, settings: Settings) -> dict[str, str | None]:
    """Return the app's and the owner's address; start the embedded server where none is named."""
    if settings.database_url:
        return {
            "SQLALCHEMY_DATABASE_URI": settings.database_url,
            "OWNER_DATABASE_URI": settings.owner_database_url,
        }
    server = postgres.ensure(settings.data, bin_dir=settings.pg_bin, on_progress=_tell)
    app.extensions["xinyidai.postgres"] = server
    atexit.register(server.release)
    return {
        "SQLALCHEMY_DATABASE_URI": server.app_url(),
        "OWNER_DATABASE_URI": server.owner_url(),
    }


def _tell(message: str) -> None:
    log.info("embedded database", extra={"step": message})


def _mount(app: Flask) -> None:
    http.mount_errors(app)
    session.mount_session(app)
    oauth.mount_oauth(app)
    access.mount_gate(app)
    csrf.init_app(app)
    app.register_error_handler(CSRFError, http.on_csrf_error)
    access.open_static(app)
    app.register_blueprint(http.blueprint)
    app.register_blueprint(oauth.blueprint)
    csrf.exempt(oauth.blueprint)
    api = web.mount_api(app, slices.api_blueprints())
    for blueprint in api:
        csrf.exempt(blueprint)
    web.mount_pages(app)
    slices.import_jobs()
    slices.import_evidence()


def _refuse_unfit(settings: Settings) -> None:
    role, power, tables = db.session.execute(
        text(
            "select current_user, r.rolsuper or r.rolbypassrls,"
            " (select count(*) from pg_class c where c.relowner = r.oid and c.relkind = 'r')"
            " from pg_roles r where r.rolname = current_user"
        )
    ).one()
    if power or tables:
        raise SettingsError(
            f"拒绝启动：数据库账户 {role} 是超级用户、可绕过行级安全或拥有表。"
            "请把 XINYIDAI_DATABASE_URL 换成 xinyidai_app 账户（见 docs/operations.md）。"
        )
    if not settings.is_demo and _has_demo_accounts():
        raise SettingsError(
            "生产模式拒绝启动：数据库里有演示账户。请使用没有演示数据的数据库，"
            "或以 XINYIDAI_MODE=demo 启动演示。"
        )


def _has_demo_accounts() -> bool:
    try:
        return accounts.has_demo_accounts()
    except ProgrammingError:  # the tables are not there yet: `xinyidai db upgrade` comes first
        db.session.remove()
        return False
