"""Handing one mail to the mail server: SMTP with TLS, and what its answer means. It knows nothing of notices."""

from __future__ import annotations

import smtplib
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as WIRE
from pathlib import Path
from typing import Any

SECURITY = ("starttls", "tls", "none")
LONGEST = 90.0  # seconds for a whole mail: a server that says a byte a second is let go


class Refused(Exception):
    """The server will never take this mail; the message holds its codes."""


class Later(Exception):
    """The mail may be taken later; the message names the fault, never an address."""


class WrongSettings(ValueError):
    """Mail is half configured."""


@dataclass(frozen=True, slots=True)
class Server:
    """Where mail goes out, and in whose name."""

    host: str
    port: int
    security: str
    sender: Address
    user: str = ""
    password: str = ""
    timeout: float = 20.0
    trust: ssl.SSLContext | None = None

    def send(self, message: EmailMessage, to: str) -> None:
        """Give the mail to the server. Returning means that the server has taken it over. Raises Refused or Later."""
        with _meanings(), self._connected() as connection:
            if self.user:
                connection.login(self.user, self.password)
            wide = not to.isascii()  # a name before the @ that needs SMTPUTF8 (RFC 6531)
            content = message.as_bytes(policy=WIRE.clone(utf8=wide))
            options = ("SMTPUTF8", "BODY=8BITMIME") if wide else ()
            connection.sendmail(self.sender.addr_spec, [to], content, options)

    @contextmanager
    def _connected(self) -> Iterator[smtplib.SMTP]:
        trust = self.trust or ssl.create_default_context()
        if self.security == "tls":
            connection: smtplib.SMTP = smtplib.SMTP_SSL(timeout=self.timeout, context=trust)
        else:
            connection = smtplib.SMTP(timeout=self.timeout)
        connection._host = self.host  # type: ignore[attr-defined]  # what the certificate must name; else the constructor connects
        patience = threading.Timer(LONGEST, _hang_up, [connection])
        patience.daemon = True
        patience.start()
        try:
            connection.connect(self.host, self.port)
            if self.security == "starttls":
                connection.starttls(context=trust)
            yield connection
            _say_goodbye(connection)
        finally:
            patience.cancel()
            connection.close()


def server(settings: Mapping[str, Any]) -> Server | None:
    """The mail server of the settings; None where none is set: then no mail is sent."""
    host = settings.get("SMTP_HOST", "")
    if not host:
        return None
    security = settings.get("SMTP_SECURITY") or "starttls"
    if security not in SECURITY:
        raise WrongSettings(f"COUNTER_SMTP_SECURITY is one of {', '.join(SECURITY)}")
    if not settings.get("SMTP_FROM") or not settings.get("PUBLIC_URL"):
        raise WrongSettings("COUNTER_SMTP_HOST needs COUNTER_SMTP_FROM and COUNTER_PUBLIC_URL")
    password_file = settings.get("SMTP_PASSWORD_FILE", "")
    return Server(
        host=host,
        port=int(settings.get("SMTP_PORT") or {"starttls": 587, "tls": 465, "none": 25}[security]),
        security=security,
        sender=address(settings["SMTP_FROM"], settings.get("SMTP_FROM_NAME", "")),
        user=settings.get("SMTP_USER", ""),
        password=Path(password_file).read_text("utf-8").strip() if password_file else "",
        timeout=float(settings.get("SMTP_TIMEOUT") or 20),
        trust=settings.get("SMTP_TRUST"),
    )


def address(text: str, name: str = "") -> Address:
    """A mail address as a header may hold it. Raises Refused for anything that could be more than one address."""
    if any(character.isspace() or not character.isprintable() or character in ',;:<>"\\()[]' for character in text):
        raise Refused("no mail address")
    local, _, domain = text.rpartition("@")
    if not local or not domain:
        raise Refused("no mail address")
    try:
        return Address(name, addr_spec=f"{local}@{domain.encode('idna').decode('ascii')}")
    except (ValueError, IndexError, TypeError) as error:  # what the library raises for half an address
        raise Refused("no mail address") from error


@contextmanager
def _meanings() -> Iterator[None]:
    """What went wrong, as: never (the server said so of this mail), or later (everything else, our own faults too)."""
    try:
        yield
    except smtplib.SMTPRecipientsRefused as error:
        code, words = next(iter(error.recipients.values()))
        raise (Refused if code >= 500 else Later)(_codes(code, words)) from None
    except smtplib.SMTPDataError as error:
        raise (Refused if error.smtp_code >= 500 else Later)(_codes(error.smtp_code, error.smtp_error)) from None
    except smtplib.SMTPNotSupportedError:
        raise Refused("the server takes no such address") from None
    except smtplib.SMTPResponseException as error:  # greeting, sign-in, our own sender: nothing of this mail
        raise Later(f"{type(error).__name__} {_codes(error.smtp_code, error.smtp_error)}") from None
    except (OSError, smtplib.SMTPException, ValueError) as error:  # SMTPException is an OSError; ssl and sockets too
        raise Later(type(error).__name__) from None


def _codes(code: int, words: Any) -> str:
    """550 5.1.1 of an answer; its words may hold the address, so they stay out."""
    first = (words.decode("ascii", "replace") if isinstance(words, bytes) else str(words)).split(" ", 1)[0]
    enhanced = first if first.count(".") == 2 and first.replace(".", "").isdigit() and len(first) < 12 else ""
    return f"{code} {enhanced}".strip()


def _say_goodbye(connection: smtplib.SMTP) -> None:
    """The mail is taken; whatever happens to the goodbye changes nothing."""
    try:
        connection.quit()
    except (OSError, smtplib.SMTPException):
        return


def _hang_up(connection: smtplib.SMTP) -> None:
    sock = connection.sock
    if sock is not None:
        try:
            sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            return
