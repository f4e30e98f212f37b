"""手続: one file each, found by name. Adding a procedure is adding a file here, and its translations."""

from __future__ import annotations

import importlib
import pkgutil

from forms.model import Procedure
from forms.rules import check_described

CATALOGUE: dict[str, Procedure] = {
    procedure.code: procedure
    for procedure in (
        importlib.import_module(f"{__name__}.{module.name}").PROCEDURE for module in pkgutil.iter_modules(__path__)
    )
}
"""Every procedure by its code."""

for _procedure in CATALOGUE.values():
    check_described(_procedure)
