"""Every setting of the product: one typed object, read once, each wrong one named at start."""

import base64
from datetime import time
from pathlib import Path
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import AliasChoices, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

WIB = ZoneInfo("Asia/Jakarta")
"""The service's own zone: UTC inside, this one wherever a person's is not known."""

NEEDED_IN_PRODUCTION = (
    "public_url",
    "controller_name",
    "privacy_contact",
    "retention_days",
    "service_hours_confirmed",
)


class SettingsError(Exception):
    """One or more settings are missing or wrong; says which, and where each is explained."""


class Settings(BaseSettings):
    """All settings, from the environment. docs/settings.md has a paragraph on each."""

    model_config = SettingsConfigDict(env_prefix="SAPA_", frozen=True)

    database_url: str = Field(validation_alias=AliasChoices("DATABASE_URL", "database_url"))
    redis_url: str = Field(validation_alias=AliasChoices("REDIS_URL", "redis_url"))
    secret_key: SecretStr = Field(min_length=32)
    encryption_key: SecretStr
    api_token: SecretStr = Field(min_length=32)
    rasa_token: SecretStr = Field(min_length=32)

    mode: Literal["demo", "production"] = "demo"
    state_dir: Path = Path(".sapa")
    public_url: str = "http://127.0.0.1:8080"
    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=1, le=65535)
    rasa_port: int = Field(default=5005, ge=1, le=65535)
    actions_port: int = Field(default=5055, ge=1, le=65535)
    proxies: int = Field(default=0, ge=0)
    web_workers: int = Field(default=2, ge=1)
    answer_workers: int = Field(default=2, ge=1)
    widget_origins: Annotated[list[str], NoDecode] = ["*"]
    controller_name: str = ""
    privacy_contact: str = ""
    service_hours: str = "08:00-20:00"
    service_hours_confirmed: bool = False
    retention_days: int = Field(default=0, ge=0)
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    @field_validator("widget_origins", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return value.split() if isinstance(value, str) else value

    @field_validator("public_url")
    @classmethod
    def _no_trailing_slash(cls, value: str) -> str:
        if not value.startswith(("http://", "https://")):
            raise ValueError("must start with http:// or https://")
        return value.rstrip("/")

    @field_validator("encryption_key")
    @classmethod
    def _is_32_bytes(cls, value: SecretStr) -> SecretStr:
        try:
            size = len(base64.urlsafe_b64decode(value.get_secret_value()))
        except ValueError:
            size = 0
        if size != 32:
            raise ValueError("must be 32 random bytes in URL-safe base64")
        return value

    @field_validator("service_hours")
    @classmethod
    def _is_a_window(cls, value: str) -> str:
        opens, closes = parse_window(value)
        if opens >= closes:
            raise ValueError("must open before it closes, like 08:00-20:00")
        return value

    @property
    def service_window(self) -> tuple[time, time]:
        """When the service opens and closes, every day, in Asia/Jakarta."""
        return parse_window(self.service_hours)

    @property
    def rasa_url(self) -> str:
        return f"http://127.0.0.1:{self.rasa_port}"

    @property
    def models_dir(self) -> Path:
        return self.state_dir / "models"

    @property
    def media_dir(self) -> Path:
        return self.state_dir / "media"

    def checked_for_production(self) -> Self:
        """Return self. Raises SettingsError in production mode while what it needs is missing."""
        if self.mode == "production":
            _refuse([f"SAPA_{name.upper()}" for name in missing_in_production(self)])
        return self


def missing_in_production(settings: Settings) -> list[str]:
    """The settings that real people's data needs and that were not given."""
    given = settings.model_fields_set
    missing = [
        name for name in NEEDED_IN_PRODUCTION if name not in given or not getattr(settings, name)
    ]
    if "public_url" not in missing and not settings.public_url.startswith("https://"):
        missing.append("public_url")
    return missing


def _refuse(names: list[str]) -> None:
    if names:
        listed = "\n".join(f"  {name}: see docs/settings.md#{name.lower()}" for name in names)
        raise SettingsError(f"Production mode does not start until these are set:\n{listed}")


def parse_window(text: str) -> tuple[time, time]:
    """Read "08:00-20:00". Raises ValueError, saying how it should look."""
    try:
        opens, closes = text.split("-")
        return time.fromisoformat(opens.strip()), time.fromisoformat(closes.strip())
    except ValueError:
        raise ValueError("must look like 08:00-20:00") from None


def env_name(field: str) -> str:
    """The environment variable that holds a field."""
    return field.upper() if field in ("database_url", "redis_url") else f"SAPA_{field.upper()}"


def load() -> Settings:
    """Read every setting from the environment.

    Raises SettingsError, naming each missing or wrong one and the page that explains it."""
    try:
        return Settings().checked_for_production()
    except ValidationError as error:
        raise SettingsError(_in_words(error)) from None


def _in_words(error: ValidationError) -> str:
    lines = ["Some settings are missing or wrong:"]
    for item in error.errors(include_input=False, include_url=False):
        name = env_name(str(item["loc"][0]).lower().removeprefix("sapa_"))
        what = (
            "is not set" if item["type"] == "missing" else item["msg"].removeprefix("Value error, ")
        )
        lines.append(f"  {name}: {what}; see docs/settings.md#{name.lower()}")
    return "\n".join(lines)


_current: Settings | None = None


def install(settings: Settings) -> None:
    """Make these the settings of this process; app.py does it once at start."""
    global _current
    _current = settings


def current() -> Settings:
    """The settings of this process. Raises RuntimeError before install()."""
    if _current is None:
        raise RuntimeError("settings.install() has not been called")
    return _current
