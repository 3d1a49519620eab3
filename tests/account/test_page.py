"""What the pages for users look like: the site's own where it has room for them."""

import re

import pytest

from sessions_api.account.page import SITES_OWN, STANDALONE, base_template
from tests.account.pages import browser, text_of, url
from tests.helpers import session_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def site_template(settings, tmp_path):
    """Return a function that gives the site a base.html."""

    def give(source):
        (tmp_path / "base.html").write_text(source)
        (tmp_path / "other.html").write_text("{% block content %}{% endblock %}")
        (template,) = settings.TEMPLATES
        settings.TEMPLATES = [{**template, "DIRS": [tmp_path]}]

    return give


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("<p>site</p>{% block content %}{% endblock %}", SITES_OWN),
        ("{% if user %}{% block content %}{% endblock %}{% endif %}", SITES_OWN),
        ('{% extends "other.html" %}', SITES_OWN),
        ("{% block main %}{% endblock %}", STANDALONE),
    ],
    ids=["a block", "a block inside", "a parent", "another block"],
)
def test_the_sites_own_template_is_extended_where_it_has_room(site_template, source, expected):
    site_template(source)
    assert base_template() == expected


def test_pages_stand_alone_where_the_site_has_no_template(alice):
    assert base_template() == STANDALONE
    html = browser(alice).get(url("sessions")).content.decode()
    assert html.startswith("<!doctype html>")
    assert re.search('<html lang="en(-us)?" dir="ltr">', html)


def test_a_page_is_shown_inside_the_sites_own(alice, site_template):
    site_template("<p>Site of {{ user }}</p>{% block content %}{% endblock %}")
    html = browser(alice).get(url("sessions")).content.decode()
    assert html.startswith("<p>Site of alice</p>")
    assert "Where you are signed in" in html


def test_messages_are_shown_once(alice, has_messages, site_template):
    site_template(
        "{% for message in messages %}{{ message }}{% endfor %}{% block content %}{% endblock %}"
    )
    own = browser(alice)
    browser(alice)
    own.post(url("end_others"))
    assert text_of(own.get(url("sessions"))).count("1 session is signed out.") == 1


def test_a_part_of_a_page_can_be_replaced_alone(alice, site_template, tmp_path):
    folder = tmp_path / "sessions_api" / "account" / "parts"
    folder.mkdir(parents=True)
    (folder / "session.html").write_text("<p>mine: {{ card.name }}</p>")
    site_template("{% block content %}{% endblock %}")
    assert "mine: Firefox 157 on Linux" in text_of(browser(alice).get(url("sessions")))


@pytest.mark.parametrize("name", ["sessions", "history", "tokens", "new_token", "end_others"])
def test_a_page_has_no_script_or_style_of_its_own(alice, name):
    html = browser(alice).get(url(name)).content.decode()
    for inline in ("<style", "style=", "onclick", "javascript:"):
        assert inline not in html
    assert html.count("<script") == html.count('<script type="module" src="')


@pytest.mark.parametrize("name", ["end", "rename", "end_others"])
def test_a_question_is_sent_to_its_own_page_wherever_a_script_shows_it(alice, settings, name):
    (template,) = settings.TEMPLATES  # a site may have no context processor
    settings.TEMPLATES = [{**template, "OPTIONS": {"context_processors": []}}]
    own = browser(alice)
    page = url(name, *([] if name == "end_others" else [session_of(own).pk]))
    assert f'<form method="post" action="{page}"' in own.get(page).content.decode()


def test_text_runs_from_right_to_left_where_the_language_does(alice, settings):
    settings.LANGUAGE_CODE = "ar"
    assert 'dir="rtl"' in browser(alice).get(url("sessions")).content.decode()
