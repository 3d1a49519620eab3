"""The catalogues of the languages that the app speaks."""

from pathlib import Path

import polib

import sessions_api

LANGUAGES = ["ar", "de", "es", "fr", "it", "ja", "nl", "pl", "pt_BR", "tr", "zh_Hans"]
FOLDERS = [
    Path(sessions_api.__file__).parent,
    Path(sessions_api.__file__).parent.parent / "example_project" / "pages",
]
"""Where the app and the example site have theirs."""


def path_of(folder: Path, language: str) -> Path:
    """Return the file of a catalogue."""
    return folder / "locale" / language / "LC_MESSAGES" / "django.po"


def catalogue(folder: Path, language: str) -> polib.POFile:
    """Return a catalogue."""
    return polib.pofile(str(path_of(folder, language)))
