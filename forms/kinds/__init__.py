"""Kinds of answers: what is written, what it means, how it is shown, checked and laid on paper."""

from forms.kinds.base import Cell, Kind, Part
from forms.kinds.choices import YES_NO, Choice, Choices, Declaration, Person, Ward, Wards
from forms.kinds.contact import Account, Address, City, Composite, Email, Phone, Postcode
from forms.kinds.dates import Date, date_of
from forms.kinds.files import File
from forms.kinds.numbers import CorporateNumber, Count, Digits, InvoiceNumber
from forms.kinds.text import Kana, LongText, Name, Text

ALL_KINDS: tuple[type[Kind], ...] = (
    Account, Address, Choice, Choices, City, CorporateNumber, Count, Date, Declaration, Digits, Email, File,
    InvoiceNumber, Kana, LongText, Name, Person, Phone, Postcode, Text, Ward, Wards,
)  # fmt: skip

__all__ = [
    "ALL_KINDS", "YES_NO", "Account", "Address", "Cell", "Choice", "Choices", "City", "Composite", "CorporateNumber",
    "Count", "Date", "Declaration", "Digits", "Email", "File", "InvoiceNumber", "Kana", "Kind", "LongText", "Name", "Part",
    "Person", "Phone", "Postcode", "Text", "Ward", "Wards", "date_of",
]  # fmt: skip
