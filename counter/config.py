"""Where things are and how strict they are: from the environment, overridden by what create_app() is given."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

VERSION = "0.1.0"
LOOPBACK = ("127.0.0.1", "localhost", "[::1]")


def load(overrides: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Flask settings; every COUNTER_ variable is described in docs/operations.md."""
    env = os.environ
    instance = Path(env.get("COUNTER_INSTANCE", Path(__file__).parent.parent / "instance"))
    settings: dict[str, Any] = {
        "INSTANCE": instance,
        "DATABASE_URL": env.get("COUNTER_DATABASE_URL", ""),
        "MASTER_KEY_FILE": env.get("COUNTER_MASTER_KEY_FILE", ""),
        "AUDIT_HEADS": env.get("COUNTER_AUDIT_HEADS", ""),
        "BIND": env.get("COUNTER_BIND", "127.0.0.1:8000"),
        "HTTPS": _flag(env.get("COUNTER_HTTPS", "")),
        "OIDC_ISSUER": env.get("COUNTER_OIDC_ISSUER", "").rstrip("/"),
        "OIDC_CLIENT_ID": env.get("COUNTER_OIDC_CLIENT_ID", ""),
        "OIDC_CLIENT_SECRET_FILE": env.get("COUNTER_OIDC_CLIENT_SECRET_FILE", ""),
        "PROXIES": _words(env.get("COUNTER_PROXIES", "127.0.0.1")),
        "TRUSTED_HOSTS": _words(env.get("COUNTER_HOSTS", "")) or list(LOOPBACK),
        "PUBLIC_URL": env.get("COUNTER_PUBLIC_URL", ""),
        "SMTP_HOST": env.get("COUNTER_SMTP_HOST", ""),
        "SMTP_PORT": env.get("COUNTER_SMTP_PORT", ""),
        "SMTP_SECURITY": env.get("COUNTER_SMTP_SECURITY", ""),
        "SMTP_USER": env.get("COUNTER_SMTP_USER", ""),
        "SMTP_PASSWORD_FILE": env.get("COUNTER_SMTP_PASSWORD_FILE", ""),
        "SMTP_FROM": env.get("COUNTER_SMTP_FROM", ""),
        "SMTP_FROM_NAME": env.get("COUNTER_SMTP_FROM_NAME", "スマート電子窓口"),
        "SMTP_TIMEOUT": env.get("COUNTER_SMTP_TIMEOUT", "20"),
        "CLAMAV": env.get("COUNTER_CLAMAV", ""),
        "CLAMAV_AWAY": env.get("COUNTER_CLAMAV_AWAY", "refuse"),
        "MEMORY_DAYS": env.get("COUNTER_MEMORY_DAYS", "730"),
        "INTAKE_FOLDER": env.get("COUNTER_INTAKE_FOLDER", ""),
        "INTAKE_KEEP_DAYS": env.get("COUNTER_INTAKE_KEEP_DAYS", "7"),
        "RATELIMIT_STORAGE_URI": env.get("COUNTER_RATELIMIT_STORAGE", "memory://"),
        "RATELIMIT_STRATEGY": "fixed-window",
        "RATELIMIT_HEADERS_ENABLED": False,
        "MAX_CONTENT_LENGTH": 64 * 1024 * 1024,
        "MAX_FORM_MEMORY_SIZE": 2 * 1024 * 1024,
        "MAX_FORM_PARTS": 5_000,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "WTF_CSRF_TIME_LIMIT": None,
        "BABEL_DEFAULT_LOCALE": "ja",
        "BABEL_DEFAULT_TIMEZONE": "Asia/Tokyo",
    }
    settings.update(overrides or {})
    return _complete(settings)


def _complete(settings: dict[str, Any]) -> dict[str, Any]:
    instance = settings["INSTANCE"] = Path(settings["INSTANCE"]).resolve()
    embedded = not settings["DATABASE_URL"]
    settings["DATABASE_URL"] = settings["DATABASE_URL"] or f"sqlite:///{instance / 'counter.sqlite'}"
    settings["MASTER_KEY_FILE"] = Path(settings["MASTER_KEY_FILE"] or instance / "master.key")
    settings["AUDIT_HEADS"] = Path(settings["AUDIT_HEADS"] or instance / "audit-heads")
    # Demo sign-ins exist only where nobody else can reach them.
    hosts = {settings["BIND"].rpartition(":")[0], *(settings["TRUSTED_HOSTS"] or ("",))}
    settings.setdefault("DEMO", embedded and hosts <= set(LOOPBACK))
    settings.setdefault("SESSION_COOKIE_SECURE", settings["HTTPS"])
    settings.setdefault("SESSION_COOKIE_NAME", "__Host-counter" if settings["HTTPS"] else "counter")
    return settings


def _flag(text: str) -> bool:
    return text.lower() in ("1", "true", "yes", "on")


def _words(text: str) -> list[str]:
    return text.replace(",", " ").split()
