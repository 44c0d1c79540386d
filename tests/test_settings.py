"""Settings: a wrong or missing one is named at start, with the page that explains it."""

import pytest

import settings
from settings import Settings, SettingsError

GOOD = {
    "DATABASE_URL": "postgresql+psycopg:///x",
    "REDIS_URL": "unix:///x",
    "SAPA_SECRET_KEY": "s" * 40,
    "SAPA_API_TOKEN": "a" * 40,
    "SAPA_RASA_TOKEN": "r" * 40,
    "SAPA_ENCRYPTION_KEY": "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
}
PRODUCTION = {
    "SAPA_MODE": "production",
    "SAPA_PUBLIC_URL": "https://sapa.example.id",
    "SAPA_CONTROLLER_NAME": "Manajemen Pelaksana",
    "SAPA_PRIVACY_CONTACT": "privasi@example.id",
    "SAPA_RETENTION_DAYS": "365",
    "SAPA_SERVICE_HOURS_CONFIRMED": "true",
}


def load(monkeypatch: pytest.MonkeyPatch, values: dict[str, str]) -> Settings:
    for field in Settings.model_fields:
        monkeypatch.delenv(settings.env_name(field), raising=False)
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    return settings.load()


def test_defaults_make_a_demo(monkeypatch: pytest.MonkeyPatch) -> None:
    config = load(monkeypatch, GOOD)
    assert (config.mode, config.port, config.widget_origins) == ("demo", 8080, ["*"])


@pytest.mark.parametrize("name", GOOD)
def test_a_missing_one_is_named_with_its_page(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    with pytest.raises(SettingsError) as refused:
        load(monkeypatch, {k: v for k, v in GOOD.items() if k != name})
    assert f"{name}: is not set; see docs/settings.md#{name.lower()}" in str(refused.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SAPA_PORT", "80800"),
        ("SAPA_PUBLIC_URL", "sapa.example.id"),
        ("SAPA_SERVICE_HOURS", "8 to 20"),
        ("SAPA_SERVICE_HOURS", "20:00-08:00"),
        ("SAPA_ENCRYPTION_KEY", "short"),
        ("SAPA_SECRET_KEY", "short"),
        ("SAPA_MODE", "test"),
    ],
)
def test_a_wrong_one_is_named_and_its_value_is_not_shown(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    with pytest.raises(SettingsError) as refused:
        load(monkeypatch, GOOD | {name: value})
    assert f"{name}:" in str(refused.value)
    assert f"'{value}'" not in str(refused.value)


@pytest.mark.parametrize("name", [k for k in PRODUCTION if k != "SAPA_MODE"])
def test_production_refuses_to_start_without(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    values = GOOD | {k: v for k, v in PRODUCTION.items() if k != name}
    with pytest.raises(SettingsError, match=name):
        load(monkeypatch, values)


def test_production_starts_when_all_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load(monkeypatch, GOOD | PRODUCTION).mode == "production"


def test_secrets_are_not_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "s" * 40 not in repr(load(monkeypatch, GOOD))
