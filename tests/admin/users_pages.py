"""Sites whose page of a user shows the user's sessions, each built in another way."""

from django.contrib import admin
from django.contrib.auth import admin as auth_admin
from django.contrib.auth import get_user_model
from django.contrib.auth.forms import UserChangeForm
from django.urls import path, reverse

from sessions_api.admin import SessionAdmin, SessionsLinkMixin
from sessions_api.models import Session
from tests.site.urls import urlpatterns as site_urlpatterns

User = get_user_model()


class UserAdmin(SessionsLinkMixin, auth_admin.UserAdmin):  # type: ignore[type-arg]  # none at run time
    """As the README has it."""


class PlainAdmin(SessionsLinkMixin, admin.ModelAdmin):  # type: ignore[type-arg]  # none at run time
    """Neither fields nor fieldsets."""


class FieldsAdmin(SessionsLinkMixin, admin.ModelAdmin):  # type: ignore[type-arg]  # none at run time
    """With fields of its own."""

    fields = ["username", ("first_name", "last_name")]
    readonly_fields = ["username"]


class PlacedAdmin(SessionsLinkMixin, admin.ModelAdmin):  # type: ignore[type-arg]  # none at run time
    """Which says where the sessions are to be."""

    form = UserChangeForm
    fieldsets = [(None, {"fields": ["sessions_link", "username"]})]


class PlacedUserAdmin(SessionsLinkMixin, auth_admin.UserAdmin):  # type: ignore[type-arg]  # none at run time
    """The same on Django's user admin, which has other fieldsets for new users."""

    fieldsets = [(None, {"fields": ["username", "sessions_link"]})]


class DeclaredAdmin(SessionsLinkMixin, admin.ModelAdmin):  # type: ignore[type-arg]  # none at run time
    """Which says too that it is read-only, as Django has it for fields that are no form's."""

    fieldsets = [(None, {"fields": ["username", "sessions_link"]})]
    readonly_fields = ["sessions_link"]
    list_display = ["username", "sessions_link"]


class NestedAdmin(SessionsLinkMixin, admin.ModelAdmin):  # type: ignore[type-arg]  # none at run time
    """With the sessions beside another field."""

    fields = ("username", ("first_name", "sessions_link"))


class SectionAdmin(SessionsLinkMixin, admin.ModelAdmin):  # type: ignore[type-arg]  # none at run time
    """With the sessions under a heading of their own."""

    fieldsets = (
        (None, {"fields": ("username",)}),
        ("Where", {"fields": (("sessions_link",),)}),
        ("Why", {"fields": (), "description": "No field at all."}),
    )


class InsistentAdmin(SessionsLinkMixin, admin.ModelAdmin):  # type: ignore[type-arg]  # none at run time
    """Which shows the sessions to everybody."""

    fields = ["username", "sessions_link"]

    def get_readonly_fields(self, request, obj=None):
        return ["username", "sessions_link"]


class StubbornAdmin(SessionsLinkMixin, admin.ModelAdmin):  # type: ignore[type-arg]  # none at run time
    """Which says what is read-only, and nothing else is."""

    fields = ["username"]

    def get_readonly_fields(self, request, obj=None):
        return ["username"]


VARIANTS = {
    kind.__name__: kind
    for kind in (
        UserAdmin,
        PlainAdmin,
        FieldsAdmin,
        PlacedAdmin,
        PlacedUserAdmin,
        DeclaredAdmin,
        NestedAdmin,
        SectionAdmin,
        InsistentAdmin,
        StubbornAdmin,
    )
}
SITES = {}
for name, kind in VARIANTS.items():
    SITES[name] = admin.AdminSite(name=name)
    SITES[name].register(User, kind)
    SITES[name].register(Session, SessionAdmin)
SITES["alone"] = admin.AdminSite(name="alone")
SITES["alone"].register(User, UserAdmin)

urlpatterns = [
    *site_urlpatterns,
    *(path(f"{name}/", each.urls) for name, each in SITES.items()),
]


def path_of(user, page="change", site="UserAdmin"):
    """Return the path of a page about a user, on one of the sites."""
    return reverse(f"admin:auth_user_{page}", args=[user.pk], current_app=site)
