"""Settings, read once from the environment; the only place that does.

A default is sensible in production and harmless in public; what has no such default has none,
and `check_production` says what is missing.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

PACKAGE = Path(__file__).parents[1]
DEMO_SECRET = "demo-only-secret-key-never-for-production"  # noqa: S105 - refused in production
DEFAULT_ORIGIN = "xinyidai.example/ledger"
SHORTEST_SECRET = 32
MOST_PROXIES = 5
ORIGIN = re.compile(r"[A-Za-z0-9._-]{1,100}(?:/[A-Za-z0-9._-]{1,60}){1,3}")


class Mode(StrEnum):
    """How the installation is run."""

    DEMO = "demo"  # 演示
    PRODUCTION = "production"  # 生产


class Algorithm(StrEnum):
    """With what new signing keys sign; a key that exists keeps its own, 签名算法."""

    ED25519 = "ed25519"  # Ed25519
    SM2 = "sm2"  # 国密 SM2，杂凑用 SM3


class SettingsError(RuntimeError):
    """A setting is missing or unfit; the message is Chinese and names it."""


@dataclass(frozen=True)
class Settings:
    """Every setting of the product; `.env.example` lists them with harmless values."""

    mode: Mode
    data: Path
    database_url: str | None
    owner_database_url: str | None
    secret_key: str
    pg_bin: Path | None
    chromium: str | None
    real_data: Path | None
    require: frozenset[str]
    bench_dir: Path
    behind_https: bool
    proxies: int
    own_keys: Path | None
    ledger_origin: str
    signing: Algorithm
    public_url: str | None

    @property
    def keys(self) -> Path:
        """Return the folder of the private signing keys."""
        return self.own_keys or self.data / "keys"

    @property
    def is_demo(self) -> bool:
        """Tell whether invented accounts and data are allowed."""
        return self.mode is Mode.DEMO


def package_path(name: str) -> Path:
    """Return `models` or `migrations`: beside the package in a checkout, inside it in a wheel."""
    if name not in {"models", "migrations"}:
        raise SettingsError(f"unknown shipped folder: {name}")
    shipped = PACKAGE / "_shipped" / name
    return shipped if shipped.is_dir() else PACKAGE.parent / name


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Build the settings from an environment; refuse values it does not know."""
    data = Path(environment.get("XINYIDAI_DATA") or _default_data()).expanduser().absolute()
    return Settings(
        mode=_mode(environment.get("XINYIDAI_MODE") or Mode.PRODUCTION),
        data=data,
        database_url=_url(environment.get("XINYIDAI_DATABASE_URL")),
        owner_database_url=_url(environment.get("XINYIDAI_OWNER_DATABASE_URL")),
        secret_key=environment.get("XINYIDAI_SECRET_KEY", ""),
        pg_bin=_path(environment.get("XINYIDAI_PG_BIN")),
        chromium=environment.get("XINYIDAI_CHROMIUM") or None,
        real_data=_path(environment.get("XINYIDAI_REAL_DATA")),
        require=frozenset(filter(None, environment.get("XINYIDAI_REQUIRE", "").split(","))),
        bench_dir=_path(environment.get("XINYIDAI_BENCH_DIR")) or data / "bench",
        behind_https=_flag(environment.get("XINYIDAI_BEHIND_HTTPS")),
        proxies=_count(environment.get("XINYIDAI_PROXIES")),
        own_keys=_path(environment.get("XINYIDAI_KEYS")),
        ledger_origin=_origin(environment.get("XINYIDAI_LEDGER_ORIGIN") or DEFAULT_ORIGIN),
        signing=_algorithm(environment.get("XINYIDAI_SIGNING") or Algorithm.ED25519),
        public_url=_web_address(environment.get("XINYIDAI_PUBLIC_URL")),
    )


@lru_cache
def load_settings() -> Settings:
    """Return the settings of this process."""
    return read_settings(os.environ)  # noqa: TID251 - this is where settings are read


def child_environment(settings: Settings) -> dict[str, str]:
    """Return the environment with which a child process reads the same settings."""
    inherited = dict(os.environ)  # noqa: TID251 - this is where settings are read
    ours = {
        "XINYIDAI_MODE": settings.mode.value,
        "XINYIDAI_DATA": str(settings.data),
        "XINYIDAI_SECRET_KEY": settings.secret_key,
        "XINYIDAI_DATABASE_URL": settings.database_url or "",
        "XINYIDAI_OWNER_DATABASE_URL": settings.owner_database_url or "",
        "XINYIDAI_KEYS": str(settings.own_keys or ""),
        "XINYIDAI_LEDGER_ORIGIN": settings.ledger_origin,
        "XINYIDAI_SIGNING": settings.signing.value,
        "XINYIDAI_PUBLIC_URL": settings.public_url or "",
    }
    return {**inherited, **ours}


def check_production(settings: Settings) -> None:
    """Refuse to run in production with a default or weak secret, or without a database.

    Raises:
        SettingsError: naming the setting and what to do.

    """
    if settings.is_demo:
        return
    if settings.secret_key == DEMO_SECRET or len(settings.secret_key) < SHORTEST_SECRET:
        raise SettingsError(
            "生产模式拒绝启动：请把 XINYIDAI_SECRET_KEY 设为至少 32 个字符的随机密钥"
            '（例如用 python -c "import secrets; print(secrets.token_urlsafe(48))" 生成）。'
        )


def _default_data() -> Path:
    return Path("/var/lib/xinyidai") if os.geteuid() == 0 else Path("var")


def _mode(text: str) -> Mode:
    try:
        return Mode(text)
    except ValueError as error:
        raise SettingsError(f"XINYIDAI_MODE 只能是 demo 或 production,现在是“{text}”。") from error


def _algorithm(text: str) -> Algorithm:
    try:
        return Algorithm(text)
    except ValueError as error:
        raise SettingsError(f"XINYIDAI_SIGNING 只能是 ed25519 或 sm2，现在是“{text}”。") from error


def _web_address(text: str | None) -> str | None:
    """Return where the public reaches the platform, without a slash at the end."""
    if not text:
        return None
    if not text.startswith(("https://", "http://")):
        raise SettingsError(
            f"XINYIDAI_PUBLIC_URL 是公众访问平台的网址，要以 https:// 开头，现在是“{text}”。"
        )
    return text.rstrip("/")


def _origin(text: str) -> str:
    """Return the log's name; it stands in key ids and signed lines, so it is plain ASCII."""
    if not ORIGIN.fullmatch(text):
        raise SettingsError(
            "XINYIDAI_LEDGER_ORIGIN 是台账的名称，形如 credit.example.cn/ledger，"
            f"只能用字母、数字、点、横线和斜线，现在是“{text}”。"
        )
    return text


def _path(text: str | None) -> Path | None:
    return Path(text).expanduser().absolute() if text else None


def _flag(text: str | None) -> bool:
    if text in {None, "", "0", "no"}:
        return False
    if text in {"1", "yes"}:
        return True
    raise SettingsError(f"开关类设置只能是 0 或 1,现在是“{text}”。")


def _count(text: str | None) -> int:
    if not text:
        return 0
    if not text.isascii() or not text.isdigit() or int(text) > MOST_PROXIES:
        raise SettingsError(
            f"XINYIDAI_PROXIES 是前面可信代理的层数，只能是 0 到 {MOST_PROXIES}，现在是“{text}”。"
        )
    return int(text)


def _url(text: str | None) -> str | None:
    if not text:
        return None
    if text.startswith("postgresql+psycopg://"):
        return text
    if text.startswith(("postgresql://", "postgres://")):
        return "postgresql+psycopg://" + text.split("://", 1)[1]
    raise SettingsError("数据库地址必须以 postgresql:// 开头：本产品只用 PostgreSQL。")
