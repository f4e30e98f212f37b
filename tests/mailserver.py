"""A real mail server for tests: takes mails, or answers what it was told to answer."""

from __future__ import annotations

import datetime as dt
import email
import email.policy
import ipaddress
import ssl
import threading
from email.message import EmailMessage
from pathlib import Path
from types import TracebackType
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.servers import free_port

USER, PASSWORD = "counter", "opensesame"


class MailServer:
    """``answers``: what the next mails are answered, at RCPT or (``at="DATA"``) after they were read; then 250."""

    def __init__(
        self, *answers: str, at: str = "RCPT", security: str = "none", sign_in: bool = False, folder: Path | None = None
    ) -> None:
        self.answers, self.at, self.security, self.sign_in = list(answers), at, security, sign_in
        self.port = free_port()
        self.raw: list[bytes] = []
        self.to: list[str] = []
        self.asked = threading.Event()
        self.on_data: Any = None
        self._certificate = None if security == "none" else _certificate(folder or Path())

    @property
    def mails(self) -> list[EmailMessage]:
        return [email.message_from_bytes(raw, policy=email.policy.SMTP) for raw in self.raw]  # type: ignore[misc]

    @property
    def settings(self) -> dict[str, Any]:
        found = {
            "SMTP_HOST": "127.0.0.1", "SMTP_PORT": str(self.port), "SMTP_SECURITY": self.security,
            "SMTP_FROM": "noreply@counter.example.jp", "SMTP_FROM_NAME": "スマート電子窓口", "SMTP_TIMEOUT": "2",
            "PUBLIC_URL": "https://counter.example.jp",
        }  # fmt: skip
        if self._certificate:
            found["SMTP_TRUST"] = ssl.create_default_context(cafile=str(self._certificate))
        return found

    @property
    def environment(self) -> dict[str, str]:
        """The same for a process of its own."""
        return {f"COUNTER_{name}": str(value) for name, value in self.settings.items() if name != "SMTP_TRUST"}

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.asked.set()
        if self.at == "RCPT" and self.answers:
            return self.answers.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.at == "DATA" and self.answers:
            return self.answers.pop(0)
        self.raw.append(bytes(envelope.content or b""))
        self.to.extend(envelope.rcpt_tos)
        if self.on_data:
            self.on_data()
        return "250 2.0.0 queued"

    def __enter__(self) -> MailServer:
        context = None
        if self._certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(self._certificate, self._certificate.with_suffix(".key"))
        extra: dict[str, Any] = {"ssl_context": context} if self.security == "tls" else {}
        if self.security == "starttls":
            extra = {"tls_context": context, "require_starttls": True}
        if self.sign_in:
            extra |= {
                "authenticator": _authenticate,
                "auth_required": True,
                "auth_require_tls": self.security == "starttls",
            }
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port, **extra)
        self._controller.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._controller.stop()


def _authenticate(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
    assert isinstance(data, LoginPassword)
    right = (data.login, data.password) == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=right, handled=right)  # the server itself says no


def _certificate(folder: Path) -> Path:
    """A certificate for 127.0.0.1 that vouches for itself; the key lies beside it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = folder / "mail.pem"
    file.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    file.with_suffix(".key").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return file
