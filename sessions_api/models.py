"""The ``Session`` model: one row for each login, whatever session engine the site runs."""

import ipaddress
from datetime import datetime, timedelta
from typing import Any, NamedTuple, Self

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import connections, models, router
from django.db.models.functions import Collate
from django.db.models.lookups import IStartsWith
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

import sessions_api.lookups  # noqa: F401 (registers __within)
from sessions_api import credentials
from sessions_api.conf import conf


class Kind(models.TextChoices):
    """What presents the credential."""

    BROWSER = "browser", _("browser")
    TOKEN = "token", _("token")


class EndReason(models.TextChoices):
    """Why a session is over."""

    LOGOUT = "logout", _("signed out")
    REPLACED = "replaced", _("signed in again in the same browser")
    FLUSHED = "flushed", _("ended by the site")
    REVOKED = "revoked", _("ended from elsewhere")
    LIMIT = "limit", _("too many sessions")
    EXPIRED = "expired", _("expired")
    IDLE = "idle", _("not used for too long")
    LIFETIME = "lifetime", _("open for too long")
    CREDENTIALS = "credentials", _("password changed")
    DEACTIVATED = "deactivated", _("account deactivated")
    LOST = "lost", _("no longer held by the session engine")
    DELETED = "deleted", _("deleted")


class Client(NamedTuple):
    """Who is at the other end: an address, None when unknown, and a user agent, "" when unknown."""

    ip_address: str | None
    user_agent: str

    def differs_from(self, other: "Client") -> bool:
        """Tell whether either part has changed. What is unknown has not."""
        return any(a and b and a != b for a, b in zip(self, other, strict=True))


MAX_SEARCH_TERM = 254
"""The longest term that can find anything; databases refuse patterns that are much longer."""


class SessionQuerySet(models.QuerySet["Session"]):
    """Sets of sessions as the table alone can know them.

    There is no ``active()``: whether a session still authenticates its browser also depends on the
    session engine and on the user. ``sessions_api.validity`` answers that.
    """

    def on_primary(self) -> Self:
        """Read where the writes go: a replica may not know yet that a session has ended."""
        return self.using(router.db_for_write(self.model))

    def for_user(self, user: Any) -> Self:
        """Return the sessions of one user."""
        return self.filter(user_id=user.pk)

    def known(self) -> Self:
        """Leave out logins whose response is still on its way."""
        return self.filter(expires_at__isnull=False)

    def not_ended(self) -> Self:
        """Return the sessions that nobody has ended."""
        return self.filter(ended_at__isnull=True)

    def search(self, term: str) -> Self:
        """Return the sessions of an exact address, or of users so named or with such an e-mail.

        Of names and e-mail addresses the beginning will do, in capitals or not. None is longer
        than 254 characters, the most that an e-mail address can have (RFC 5321, errata 1690).
        """
        if len(term) > MAX_SEARCH_TERM:
            return self.none()
        try:
            ipaddress.ip_address(term)
        except ValueError:
            return self.filter(user__in=_users_named(term))
        return self.used_from(term)

    def used_from(self, network: str) -> Self:
        """Return the sessions begun or last used at an address, or in a network (CIDR).

        Raises ValueError for anything else.
        """
        parsed = ipaddress.ip_network(network, strict=False)
        if parsed.num_addresses == 1:
            lookup, value = "exact", str(parsed.network_address)
        else:
            lookup, value = "within", str(parsed)
        at_sign_in = models.Q(**{f"ip_address__{lookup}": value})
        return self.filter(at_sign_in | models.Q(**{f"last_ip_address__{lookup}": value}))

    def within_deadlines(self, now: datetime, *, slack: timedelta = timedelta(0)) -> Self:
        """Return the sessions that have not ended by themselves at ``now``.

        ``slack`` is how far ``expires_at`` may lag behind the session engine.
        """
        sessions = self.filter(expires_at__gt=now - slack)
        if conf.IDLE_TIMEOUT is not None:
            sessions = sessions.filter(last_used__gt=now - conf.IDLE_TIMEOUT)
        if conf.ABSOLUTE_TIMEOUT is not None:
            sessions = sessions.filter(_signed_in("gt", now - conf.ABSOLUTE_TIMEOUT))
        return sessions

    def expiring(self, lookup: str, moment: datetime) -> Self:
        """Return the sessions that expire before ("lt") a moment, or at it or later ("gte").

        That is when they end however much they are used, ABSOLUTE_TIMEOUT included.
        """
        by_itself = models.Q(**{f"expires_at__{lookup}": moment})
        if conf.ABSOLUTE_TIMEOUT is None:
            return self.filter(by_itself)
        try:
            by_age = _signed_in(lookup, moment - conf.ABSOLUTE_TIMEOUT)
        except OverflowError:  # no session is as old as that
            return self.filter(by_itself)
        return self.filter(by_itself | by_age if lookup == "lt" else by_itself & by_age)


def _signed_in(lookup: str, moment: datetime) -> models.Q:
    """Return which sessions' lifetime began so; that of an adopted one at its adoption."""
    return models.Q(**{f"authenticated_at__{lookup}": moment}) | models.Q(
        authenticated_at__isnull=True, **{f"created_at__{lookup}": moment}
    )


def _users_named(beginning: str) -> models.QuerySet[Any]:
    users = get_user_model()
    fields = {users.USERNAME_FIELD, users.get_email_field_name()}
    named: Any = models.Q(pk__in=[])
    for field in users._meta.fields:
        if field.name in fields:
            named |= IStartsWith(_in_any_collation(field), beginning)
    return users._base_manager.filter(named).values("pk")


def _in_any_collation(field: Any) -> Any:
    """Return the column as LIKE takes it: before version 18 PostgreSQL's does not take any."""
    column = models.F(field.name)
    is_postgresql = connections[router.db_for_write(Session)].vendor == "postgresql"
    needs_another = is_postgresql and getattr(field, "db_collation", None)
    return Collate(column, "default") if needs_another else column


class Session(models.Model):
    """One login of one user, in one browser or by one token.

    The row is the authority on whether the login has ended; whether it still authenticates is
    asked of ``sessions_api.validity``. It changes through ``sessions_api.lifecycle`` only.
    """

    id = models.UUIDField(_("id"), primary_key=True, default=credentials.new_id, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="sessions_api_sessions",
        verbose_name=_("user"),
    )
    kind = models.CharField(_("kind"), max_length=8, choices=Kind, default=Kind.BROWSER)

    key_digest = models.CharField(  # noqa: DJ001 (unique, and unknown for many rows)
        max_length=64, null=True, editable=False
    )
    sealed_key = models.TextField(blank=True, default="", editable=False)
    auth_digest = models.CharField(max_length=64, blank=True, default="", editable=False)
    backend = models.CharField(max_length=255, blank=True, default="", editable=False)

    user_agent = models.CharField(_("user agent"), max_length=512, blank=True, default="")
    # Blank while it is that of the sign-in.
    last_user_agent = models.CharField(_("last user agent"), max_length=512, blank=True, default="")
    device_type = models.CharField(_("device type"), max_length=8, blank=True, default="")
    browser = models.CharField(_("browser"), max_length=64, blank=True, default="")
    os = models.CharField(_("operating system"), max_length=64, blank=True, default="")
    device = models.CharField(_("device"), max_length=64, blank=True, default="")
    label = models.CharField(_("label"), max_length=100, blank=True, default="")
    ip_address = models.GenericIPAddressField(_("address at sign-in"), null=True, blank=True)
    last_ip_address = models.GenericIPAddressField(_("last address"), null=True, blank=True)

    # Words with a space between them; none when it is not known how the session was signed in.
    methods = models.CharField(_("signed in by"), max_length=128, blank=True, default="")
    aal = models.PositiveSmallIntegerField(_("assurance level"), null=True, blank=True)
    impersonator = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("impersonator"),
    )
    organization_id = models.CharField(_("organization"), max_length=64, blank=True, default="")

    adopted = models.BooleanField(_("adopted"), default=False)
    ends_with_browser = models.BooleanField(_("ends with the browser"), default=False)
    # Staff have extended the session, and the browser does not know yet.
    cookie_is_due = models.BooleanField(default=False, editable=False)

    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(_("updated"), auto_now=True)
    authenticated_at = models.DateTimeField(_("signed in"), null=True, blank=True)
    last_used = models.DateTimeField(_("last used"), default=timezone.now)
    # Null from the login until its response is known to carry the session to the browser.
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    end_reason = models.CharField(
        _("why it ended"), max_length=16, choices=EndReason, blank=True, default=""
    )
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("ended by"),
    )

    objects = SessionQuerySet.as_manager()

    class Meta:
        verbose_name = _("session")
        verbose_name_plural = _("sessions")
        default_permissions = ("view", "change", "delete")
        permissions = [("end_session", _("Can end sessions"))]
        # Not unique=True, which on PostgreSQL makes an index for LIKE too, a tenth of a bulk end.
        constraints = [
            models.UniqueConstraint(fields=["key_digest"], name="sessions_api_key_digest")
        ]
        indexes = [
            # It costs each touch its in-place (HOT) update on PostgreSQL, 0.8 instead of 0.2 kB of
            # WAL, and saves the list of all sessions a sort of the table: at 1,000,000 rows a page
            # takes 0.3 instead of 260 ms.
            models.Index(fields=["-last_used", "-id"], name="sessions_api_last_used"),
        ]

    def __str__(self) -> str:
        return str(self.label or self.id)

    @property
    def last_client(self) -> Client:
        """Return where the session was last used, and by what."""
        return Client(self.last_ip_address, self.last_user_agent or self.user_agent)
