"""The forms of the pages for users."""

from collections.abc import Collection
from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from sessions_api.conf import conf
from sessions_api.listing.fields import TextField
from sessions_api.models import MAX_LABEL

LIFETIMES = (timedelta(days=1), timedelta(days=7), timedelta(days=30), timedelta(days=90))
"""How long a token may last, besides TOKEN_LIFETIME."""


class ProofForm(forms.Form):
    """A password, a code, or both: what the user has."""

    password = forms.CharField(
        label=_("Password"),
        max_length=4096,
        strip=False,
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    otp = forms.RegexField(
        regex=r"^[ -~]*$",
        label=_("Code"),
        max_length=64,
        required=False,
        help_text=_("From your authenticator app, or one of your recovery codes."),
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code"}),
    )

    def __init__(self, *args: Any, methods: Collection[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "password" not in methods:
            del self.fields["password"]
        if not set(methods) - {"password"}:
            del self.fields["otp"]
        for field in list(self.fields.values())[:1]:
            field.widget.attrs["autofocus"] = True


OF_NAME = {"autocomplete": "off", "autofocus": True, "dir": "auto"}


class LabelForm(forms.Form):
    """The user's name for a session."""

    label = TextField(
        label=_("Name"),
        max_length=MAX_LABEL,
        required=False,
        help_text=_("Such as “Work laptop”. Leave it empty to remove the name."),
        widget=forms.TextInput(attrs=OF_NAME),
    )


class NewTokenForm(forms.Form):
    """What a new token is for, and how long it lasts."""

    label = TextField(
        label=_("Name"),
        max_length=MAX_LABEL,
        help_text=_("What the token is for, such as “Backup script”."),
        widget=forms.TextInput(attrs=OF_NAME),
    )
    lifetime = forms.TypedChoiceField(
        label=_("Lasts for"), coerce=lambda seconds: timedelta(seconds=float(seconds))
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        shorter = [each for each in LIFETIMES if each < conf.TOKEN_LIFETIME]
        choices = [(str(each.total_seconds()), _in_words(each)) for each in shorter]
        longest = conf.TOKEN_LIFETIME
        self.fields["lifetime"].choices = [  # type: ignore[attr-defined]  # it is a TypedChoiceField
            *choices,
            (str(longest.total_seconds()), _in_words(longest)),
        ]


def _in_words(duration: timedelta) -> str:
    """Return a duration in days or, if it is shorter, in hours."""
    if duration >= timedelta(days=1):
        return ngettext("%(number)d day", "%(number)d days", duration.days) % {
            "number": duration.days
        }
    hours = max(1, duration // timedelta(hours=1))
    return ngettext("%(number)d hour", "%(number)d hours", hours) % {"number": hours}
