"""Keep the catalogues equal to what the program says: `make messages` adds what is new and drops what is gone.

The message ids are the Japanese words themselves, so ja fills itself; the others are written by people, who take what
is missing as JSON and give it back (docs/translating.md):

    python -m translations.catalogues missing ko > ko.json
    python -m translations.catalogues take ko ko.json
"""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po, write_po

from forms.wards import WARDS

ROOT = Path(__file__).parent.parent
FOLDERS = ("ja", "ja@easy", "en", "zh_Hans", "ko", "vi", "ne", "fil")
SOURCE = "ja"
# Functions that translate a literal, beside gettext's own: counter.locales.
KEYWORDS = {**DEFAULT_KEYWORDS, "t": None, "translate": None, "markup": None}


def extract() -> Catalog:
    """Every message of the program; those that come from tables of names are added by hand."""
    with (ROOT / "babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)
    catalog = Catalog(fuzzy=False)
    for _, _, msgid, _, _ in extract_from_dir(ROOT, methods, options, KEYWORDS, directory_filter=_may_hold_messages):
        catalog.add(msgid)
    for ward in WARDS.values():
        catalog.add(ward.name)
    return catalog


def path_of(folder: str) -> Path:
    return ROOT / "translations" / folder / "LC_MESSAGES" / "messages.po"


def read(folder: str) -> Catalog:
    """A catalogue as it lies there; empty where there is none yet."""
    path = path_of(folder)
    return read_po(io.BytesIO(path.read_bytes()) if path.exists() else io.BytesIO(), locale=folder)


def write(folder: str, catalog: Catalog) -> None:
    """Sorted, unwrapped, without places and dates, so that a change shows only what changed."""
    body = io.BytesIO()
    write_po(body, catalog, width=0, no_location=True, omit_header=True, sort_output=True, ignore_obsolete=True)
    header = (
        f'msgid ""\nmsgstr ""\n"Language: {folder}\\n"\n"Plural-Forms: {catalog.plural_forms}\\n"\n'
        '"MIME-Version: 1.0\\n"\n"Content-Type: text/plain; charset=utf-8\\n"\n"Content-Transfer-Encoding: 8bit\\n"\n\n'
    )
    path_of(folder).parent.mkdir(parents=True, exist_ok=True)
    path_of(folder).write_text(header + body.getvalue().decode().strip("\n") + "\n", encoding="utf-8")


def update(folder: str) -> list[str]:
    """Bring a catalogue up to date; the message ids that still want words."""
    catalog = read(folder)
    catalog.update(extract(), no_fuzzy_matching=True)
    if folder == SOURCE:
        for message in catalog:
            if message.id and not _filled(message.string):
                message.string = message.id[:1] if isinstance(message.id, (list, tuple)) else message.id
    write(folder, catalog)
    return [str(message.id) for message in catalog if message.id and not _filled(message.string)]


def missing(folder: str) -> dict[str, Any]:
    """What still wants words: the Japanese, and an empty place for each form that the language has."""
    catalog = read(folder)
    catalog.update(extract(), no_fuzzy_matching=True)
    return {
        _key(message.id): [""] * catalog.num_plurals if message.pluralizable else ""
        for message in sorted((one for one in catalog if one.id), key=lambda one: _key(one.id))
        if not _filled(message.string) or message.fuzzy
    }


def take(folder: str, words: dict[str, Any]) -> list[str]:
    """Put translations into a catalogue and write it; what nobody says (any more) is returned and left out.

    One form for a message with a plural stands for all of them.
    """
    catalog = read(folder)
    catalog.update(extract(), no_fuzzy_matching=True)
    held = {_key(message.id): message for message in catalog if message.id}
    for key, text in words.items():
        if key in held and _filled(text):
            forms = tuple(text) if isinstance(text, list) else (text,) * catalog.num_plurals
            held[key].string = forms if held[key].pluralizable else forms[0]
    write(folder, catalog)
    return [key for key in words if key not in held]


def _key(msgid: str | tuple[str, ...] | list[str]) -> str:
    """A message with a plural goes by its singular."""
    return msgid if isinstance(msgid, str) else msgid[0]


def _filled(string: str | tuple[str, ...] | list[str]) -> bool:
    return bool(string) and all(string if isinstance(string, (list, tuple)) else (string,))


def _may_hold_messages(folder: str) -> bool:
    """Not the environment, the instance or what tests leave behind: reading those takes longer than all the rest."""
    path = Path(folder)
    return path.parent != ROOT or path.name in ("forms", "counter")


def main(arguments: list[str]) -> int:
    """`missing FOLDER`, `take FOLDER FILE…`, or nothing: bring all of them up to date."""
    match arguments:
        case ["missing", folder] if folder in FOLDERS:
            sys.stdout.write(json.dumps(missing(folder), ensure_ascii=False, indent=0) + "\n")
        case ["take", folder, *files] if folder in FOLDERS and files:
            words: dict[str, Any] = {}
            for file in files:
                words |= json.loads(Path(file).read_text(encoding="utf-8"))
            for unknown in take(folder, words):
                sys.stderr.write(f"{folder}: nobody says {unknown}\n")
            sys.stderr.write(f"{folder}: {len(missing(folder))} left\n")
        case []:
            for each in FOLDERS:
                for msgid in update(each):
                    sys.stdout.write(f"{each}: {msgid}\n")
        case _:
            sys.stderr.write(f"{__doc__}\nFolders: {', '.join(FOLDERS)}\n")
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
