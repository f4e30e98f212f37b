"""The identity provider (OpenID Connect): authorization code with PKCE; only who somebody is, nothing about them."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import flask

TIMEOUT = 5  # seconds; whoever waits longer is told that they may go on without
FRESH = 3600  # seconds after which the provider's keys and addresses are read anew
# Signatures that only the provider can make; never "none", and never a secret that we share.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519")
_EXTENSION = "counter.oidc"


class Unreachable(Exception):
    """The provider does not answer, or answers nonsense."""


class Refused(Exception):
    """What came back from the provider is not for this sign-in."""


@dataclass(frozen=True, slots=True)
class Way:
    """What one attempt to sign in must bring back."""

    state: str
    nonce: str
    verifier: str


class Provider:
    """The provider as the settings name it, found by discovery."""

    def __init__(self, issuer: str, client_id: str, secret: str) -> None:
        if not _may_be_called(issuer):
            raise ValueError("the issuer must be an https address")
        self.issuer = issuer
        self._id, self._secret = client_id, secret
        self._known: Any = None

    def begin(self, back: str) -> tuple[str, Way]:
        """Where to send somebody who wants to sign in, and what to expect of them."""
        client = self._client()
        with _plainly():
            made = client.create_authorization_url(back, state=secrets.token_urlsafe(24))
        return made["url"], Way(made["state"], made["nonce"], made["code_verifier"])

    def finish(self, back: str, way: Way, code: str) -> str:
        """Who signed in: the `sub` of a token that this provider signed for us and for this attempt."""
        client = self._client()
        with _plainly():
            token = client.fetch_access_token(back, code=code, code_verifier=way.verifier)
            claims = client.parse_id_token(
                token,
                nonce=way.nonce,
                claims_options={
                    "iss": {"essential": True, "value": self.issuer},
                    "aud": {"essential": True, "value": self._id},
                    "nonce": {"essential": True},
                },
                leeway=60,
            )
        sub = (claims or {}).get("sub")
        if not isinstance(sub, str) or not 0 < len(sub) <= 255:
            raise Refused("no subject")
        return sub

    def goodbye(self, back: str) -> str | None:
        """Where the provider itself is left (RP-initiated logout); None where it offers that to nobody."""
        try:
            client = self._client()
            with _plainly():
                if not client.load_server_metadata().get("end_session_endpoint"):
                    return None
                url: str = client.create_logout_url(back, state="done", client_id=self._id)["url"]
        except Unreachable:
            return None
        return url

    def _client(self) -> Any:
        """Authlib's client with today's metadata."""
        if self._known is not None and time.monotonic() - self._known[1] < FRESH:
            return self._known[0]
        with _plainly():
            client = _make(self.issuer, self._id, self._secret)
            metadata = client.load_server_metadata()
            if metadata.get("issuer", "").rstrip("/") != self.issuer:
                raise Unreachable("the provider calls itself by another name")
            addresses = [metadata.get(name) for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")]
            if not all(isinstance(address, str) and _may_be_called(address) for address in addresses):
                raise Unreachable("the provider names an address that is not safe to call")
            offered = metadata.get("id_token_signing_alg_values_supported") or ["RS256"]
            metadata["id_token_signing_alg_values_supported"] = [name for name in offered if name in ALGORITHMS]
            metadata["issuer"] = self.issuer
        self._known = client, time.monotonic()
        return client


def configured() -> bool:
    """Whether signing in is offered at all."""
    return flask.current_app.config.get("OIDC_ISSUER", "") != ""


def provider() -> Provider:
    """The provider of the current app."""
    app = flask.current_app
    found: Provider | None = app.extensions.get(_EXTENSION)
    if found is None:
        file = app.config["OIDC_CLIENT_SECRET_FILE"]
        secret = Path(file).read_text("utf-8").strip() if file else ""
        found = app.extensions[_EXTENSION] = Provider(app.config["OIDC_ISSUER"], app.config["OIDC_CLIENT_ID"], secret)
    return found


def _make(issuer: str, client_id: str, secret: str) -> Any:
    from authlib.integrations.base_client import BaseApp, OAuth2Mixin, OpenIDMixin
    from authlib.integrations.requests_client import OAuth2Session

    class Client(OAuth2Mixin, OpenIDMixin, BaseApp):
        client_cls = OAuth2Session

    kwargs: dict[str, Any] = {"scope": "openid", "code_challenge_method": "S256", "default_timeout": TIMEOUT}
    if not secret:
        kwargs["token_endpoint_auth_method"] = "none"  # noqa: S105 - no secret at all: PKCE alone binds the code
    return Client(
        None, "resident", client_id=client_id, client_secret=secret or None, client_kwargs=kwargs,
        server_metadata_url=f"{issuer}/.well-known/openid-configuration",
    )  # fmt: skip


def _may_be_called(address: str) -> bool:
    """TLS, or a provider on this very machine."""
    parts = urlsplit(address)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in ("127.0.0.1", "localhost", "::1"))


class _plainly:
    """The failures of several libraries as ours: it did not answer, or its answer is refused."""

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: object) -> None:
        from authlib.common.errors import AuthlibBaseError
        from joserfc.errors import JoseError
        from requests import RequestException

        if isinstance(error, (Unreachable, Refused)) or error is None:
            return
        if isinstance(error, (AuthlibBaseError, JoseError)):
            raise Refused(type(error).__name__) from error
        if isinstance(error, (RequestException, ValueError, KeyError, TypeError, RuntimeError, AttributeError)):
            raise Unreachable(type(error).__name__) from error
