"""The paper twin: a procedure's record laid out on A4 pages in millimetres. Pure: no fonts, no PDF."""

from __future__ import annotations

from forms.paper_geometry import A4, Page, Rule, Sheet, Text, Zone, dump, load

__all__ = ["A4", "Page", "Rule", "Sheet", "Text", "Zone", "dump", "load"]
