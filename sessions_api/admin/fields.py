"""What the admin shows of a session: the columns of the list, and the fields of its page."""

from typing import TYPE_CHECKING

from django.contrib import admin
from django.contrib.admin.utils import display_for_value
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from sessions_api import description, validity
from sessions_api.admin import words
from sessions_api.models import Session

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Session]
else:
    ModelAdmin = admin.ModelAdmin


class SessionFields(ModelAdmin):
    """Shows a session in words."""

    list_display = ("who", "device_in_words", "used_from", "signed_in", "used_last", "state")
    list_display_links = ("who",)
    sortable_by = ("signed_in", "used_last")  # what an index serves: see changelist.ORDERS
    fieldsets = (
        (None, {"fields": (("user", "impersonator", "acting_as"), "state", "kind", "label", "id")}),
        (_("Sign-in"), {"fields": (("signed_in_by", "aal", "provider", "organization_id"),)}),
        (
            _("Device"),
            {
                "fields": (
                    ("device_type", "device"),
                    ("browser", "os"),
                    "user_agent",
                    "user_agent_last_used",
                )
            },
        ),
        (_("IP address"), {"fields": (("signed_in_from", "last_used_from", "country"),)}),
        (
            _("Times"),
            {
                "fields": (
                    ("authenticated_at", "created_at", "was_adopted"),
                    ("last_used", "updated_at"),
                    ("expires", "is_until_browser_closes", "extension_is_due"),
                )
            },
        ),
        (_("End"), {"fields": (("ended_at", "end_reason", "ended_by"),)}),
    )

    @admin.display(description=_("who"))
    def who(self, session: Session) -> str:
        return words.who(session)

    @admin.display(description=_("device"))
    def device_in_words(self, session: Session) -> str:
        return words.device(session, is_own=getattr(session, "is_own", False))

    @admin.display(description=_("IP address"))
    def used_from(self, session: Session) -> SafeString:
        return words.labelled(_("IP address"), description.place(session))

    @admin.display(description=_("signed in"), ordering="created_at")
    def signed_in(self, session: Session) -> SafeString:
        return words.labelled(_("signed in"), words.signed_in(session))

    @admin.display(description=_("last used"), ordering="last_used")
    def used_last(self, session: Session) -> SafeString:
        return words.labelled(_("last used"), words.moment(session.last_used))

    @admin.display(description=_("state"))
    def state(self, session: Session) -> SafeString:
        # The list has judged its sessions all at once.
        verdict = getattr(session, "verdict", None) or validity.judge([session])[session.pk]
        return words.badge(verdict)

    @admin.display(description=_("signed in by"))
    def signed_in_by(self, session: Session) -> str:
        return description.methods(session) or self.get_empty_value_display()

    @admin.display(description=_("last user agent"))
    def user_agent_last_used(self, session: Session) -> str:
        return session.last_client.user_agent or self.get_empty_value_display()

    @admin.display(description=_("IP address at sign-in"))
    def signed_in_from(self, session: Session) -> str:
        return description.place_at_sign_in(session) or self.get_empty_value_display()

    @admin.display(description=_("last IP address"))
    def last_used_from(self, session: Session) -> str:
        return description.place_of_last_use(session) or self.get_empty_value_display()

    @admin.display(description=_("expires"))
    def expires(self, session: Session) -> str:
        return display_for_value(validity.expires_at(session), self.get_empty_value_display())

    @admin.display(description=_("adopted"))
    def was_adopted(self, session: Session) -> str:
        return words.truth(session.adopted)

    @admin.display(description=_("ends with the browser"))
    def is_until_browser_closes(self, session: Session) -> str:
        return words.truth(session.ends_with_browser)

    @admin.display(description=_("the browser needs a new cookie"))
    def extension_is_due(self, session: Session) -> str:
        return words.truth(session.cookie_is_due)
