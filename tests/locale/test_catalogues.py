"""Every text is there in every language, whole, and with its placeholders."""

import re
from itertools import product
from pathlib import Path

import django
import polib
import pytest
from django.utils import translation
from django.utils.translation import ngettext

from sessions_api import description
from sessions_api.models import EndReason, Session
from tests.locale.catalogues import FOLDERS, LANGUAGES, catalogue, path_of

PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%%|\{\w*\}|</?[a-z][^>]*>|`[^`]*`")
NUMBERS = re.compile(r"%\((count|counter|limit|most|number)\)[ds]")

DJANGOS = Path(django.__file__).parent / "conf" / "locale"

EACH = pytest.mark.parametrize(
    ("folder", "language"),
    list(product(FOLDERS, LANGUAGES)),
    ids=[f"{folder.name}-{language}" for folder, language in product(FOLDERS, LANGUAGES)],
)


def forms_of(entry):
    """Return the translations of a text: one, or as many as the language has plural forms."""
    return [*entry.msgstr_plural.values()] if entry.msgid_plural else [entry.msgstr]


@EACH
def test_nothing_is_missing_or_uncertain(folder, language):
    texts = catalogue(folder, language)
    assert len(texts) > 20
    assert [each.msgid for each in texts if each.fuzzy or each.obsolete] == []
    assert [each.msgid for each in texts if not all(map(str.strip, forms_of(each)))] == []
    assert not texts.metadata_is_fuzzy


@EACH
def test_every_plural_has_the_forms_of_its_language(folder, language):
    texts = catalogue(folder, language)
    (number,) = re.findall(r"nplurals=(\d)", texts.metadata["Plural-Forms"])
    plurals = [each for each in texts if each.msgid_plural]
    assert {len(forms_of(each)) for each in plurals} <= {int(number)}


@EACH
def test_no_placeholder_is_lost_or_made_up(folder, language):
    wrong = []
    for entry in catalogue(folder, language):
        wanted = set(PLACEHOLDER.findall(entry.msgid_plural or entry.msgid))
        # A word can take the place of a small number.
        may_miss = {each for each in wanted if entry.msgid_plural and NUMBERS.fullmatch(each)}
        for form in forms_of(entry):
            found = set(PLACEHOLDER.findall(form))
            if not wanted - may_miss <= found <= wanted:
                wrong.append((entry.msgid, form))
    assert wrong == []


@EACH
def test_the_form_for_many_says_how_many(folder, language):
    wrong = []
    for entry in catalogue(folder, language):
        if numbers := set(NUMBERS.findall(entry.msgid_plural or "")):
            last = forms_of(entry)[-1]
            if not numbers <= set(NUMBERS.findall(last)):
                wrong.append(entry.msgid)
    assert wrong == []


@EACH
def test_a_sentence_stays_a_sentence(folder, language):
    ends = {".": ".。", ":": ":：", "?": "?？؟"}  # noqa: RUF001 (of East Asia)
    wrong = [
        (entry.msgid, form)
        for entry in catalogue(folder, language)
        for form in forms_of(entry)
        if entry.msgid[-1] in ends and form.strip()[-1:] not in ends[entry.msgid[-1]]
    ]
    assert wrong == []


@EACH
def test_what_is_shipped_is_what_is_written(folder, language):
    path = path_of(folder, language)
    shipped = polib.mofile(str(path.with_suffix(".mo")))
    written = {(each.msgctxt, each.msgid): forms_of(each) for each in catalogue(folder, language)}
    assert {(each.msgctxt, each.msgid): forms_of(each) for each in shipped} == written


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_django_says_as_well_is_said_as_django_does(language):
    # All apps share one catalogue: one of the two would be shown in place of the other.
    theirs: dict[str, str] = {}
    parts = [*Path(django.__file__).parent.glob(f"contrib/*/locale/{language}"), DJANGOS / language]
    for part in parts:
        for each in polib.pofile(str(part / "LC_MESSAGES" / "django.po")):
            if each.msgstr and not each.msgctxt and not each.fuzzy:
                theirs.setdefault(each.msgid, each.msgstr)
    assert len(theirs) > 300
    ours = catalogue(FOLDERS[0], language)
    assert {
        each.msgid: each.msgstr
        for each in ours
        if not each.msgctxt and theirs.get(each.msgid, each.msgstr) != each.msgstr
    } == {}


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_all_languages_have_the_same_texts(folder):
    texts = [
        {(each.msgctxt, each.msgid, each.msgid_plural) for each in catalogue(folder, language)}
        for language in LANGUAGES
    ]
    assert all(each == texts[0] for each in texts)


@pytest.mark.parametrize("language", LANGUAGES)
def test_django_finds_the_texts(language):
    with translation.override(language.replace("_", "-")):
        assert str(EndReason.REVOKED.label) != "ended from elsewhere"
        assert description.device(Session()) != "unknown device"
        many = [
            ngettext("%(count)d session ended.", "%(count)d sessions ended.", n) for n in (1, 7)
        ]
        assert all("session ended" not in each and "sessions ended" not in each for each in many)
