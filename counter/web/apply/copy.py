"""The resident's copy of what was submitted: a PDF, and the QR code of its status page."""

from __future__ import annotations

import flask
import segno
from markupsafe import Markup
from werkzeug.wrappers import Response

from counter.extensions import db
from counter.locales import plain, translate
from counter.queries import characters, records
from counter.services.receipts import Receipt
from counter.web.status.facts import Group, groups
from counter.web.wards import ward_name
from forms.messages import N_


def status_code(receipt: Receipt) -> Markup:
    """A QR code of the status page's address. It names the receipt and never the second secret."""
    address = flask.url_for("status.look_up", number=receipt.number, _external=True)
    code = segno.make(address, micro=False, error="m")
    title = translate(N_("申請状況のページのQRコード"))
    return Markup(code.svg_inline(scale=4, border=2, svgclass="sc-qr", title=title))  # noqa: S704 - segno escapes


def pdf_copy(receipt: Receipt) -> Response:
    """The receipt, and which office received which answer, as a tagged PDF. Its HTML twin is the receipt page."""
    html = flask.render_template(
        "apply/copy.html", number=receipt.number, received_at=receipt.received_at, lines=receipt.lines,
        secret=receipt.secret, code=status_code(receipt), ward_name=ward_name, groups=received_by(receipt),
        changes=characters.of_bundle(db(), receipt.bundle_id),
    )  # fmt: skip
    return pdf(html, f"receipt-{receipt.number}.pdf")


def received_by(receipt: Receipt) -> list[Group]:
    """Every answer once, with the lines of the receipt whose offices hold it, as they hold it today."""
    return groups(records.of_bundle(db(), receipt.bundle_id))


def pdf(html: str, name: str) -> Response:
    from weasyprint import HTML  # 0.3 s to import, and few requests need it

    # WeasyPrint sets no ruby: readings would stand in the middle of words.
    html = str(plain(Markup(html)))  # noqa: S704 - our own template's output
    data = HTML(string=html, url_fetcher=_refuse).write_pdf(pdf_variant="pdf/ua-1")
    response = flask.Response(data, mimetype="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _refuse(address: str, *_: object, **__: object) -> object:
    """A copy holds its own styles; nothing is fetched for it."""
    raise ValueError(address)
