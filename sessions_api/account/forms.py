"""The form by which users confirm who they are."""

from collections.abc import Collection
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


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
