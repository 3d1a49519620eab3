"""The ``Session`` model: one row for each login, whatever session engine the site runs."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import models
from django.db.models.base import ModelState
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from sessions_api import credentials
from sessions_api.models import networks
from sessions_api.models.choices import (
    MAX_LABEL,
    MAX_LOCATION,
    MAX_NAME,
    MAX_USER_AGENT,
    DeviceType,
    EndReason,
    Kind,
)
from sessions_api.models.fields import BytesField
from sessions_api.models.indexes import INDEXES
from sessions_api.models.queryset import SessionQuerySet


class Client(NamedTuple):
    """Who is at the other end: an IP address and a user agent."""

    ip_address: str | None
    """None when unknown."""
    user_agent: str
    """Empty when unknown."""

    def differs_from(self, other: "Client") -> bool:
        """Tell whether the IP address or the user agent has changed. Unknown is no change."""
        return any(a and b and a != b for a, b in zip(self, other, strict=True))


class Session(models.Model):
    """One login of one user, in one browser or by one token.

    The row decides whether the login has ended. Whether it still authenticates its client, ask
    ``sessions_api.validity``. Only ``sessions_api.lifecycle`` writes rows.
    """

    # The columns of a fixed width come first, the widest of them before the others: so PostgreSQL
    # need not fill up a row with bytes that say nothing.
    id = models.UUIDField(_("id"), primary_key=True, default=credentials.new_id, editable=False)
    # The session from which a token was made. Its id stays when its row is deleted.
    parent = models.ForeignKey(
        "self",
        models.DO_NOTHING,
        null=True,
        blank=True,
        db_constraint=False,
        db_index=False,
        related_name="+",
        verbose_name=_("made from"),
    )

    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(_("updated"), auto_now=True)
    # When the owner has last proved who they are. Null while they have not.
    authenticated_at = models.DateTimeField(_("authenticated"), null=True, blank=True)
    last_used = models.DateTimeField(_("last used"), default=timezone.now)
    # Null from the login until it is known that its response gives the browser the session.
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    # When another IP address or user agent was written last.
    client_changed_at = models.DateTimeField(null=True, blank=True, editable=False)

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="sessions_api_sessions",
        verbose_name=_("user"),
    )
    # Of these, indexes hold those that are set.
    # Somebody who acts as another user: in a session of that user's, or in one of their own.
    impersonator = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        db_index=False,
        related_name="+",
        verbose_name=_("impersonator"),
    )
    acting_as = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        db_index=False,
        related_name="+",
        verbose_name=_("acting as"),
    )
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        db_index=False,
        related_name="+",
        verbose_name=_("ended by"),
    )
    aal = models.PositiveSmallIntegerField(_("assurance level"), null=True, blank=True)
    adopted = models.BooleanField(_("adopted"), default=False)
    ends_with_browser = models.BooleanField(_("ends with the browser"), default=False)
    # Staff have extended the session, and the browser has yet to get its cookie anew.
    cookie_is_due = models.BooleanField(default=False, editable=False)

    # Ended, but not known to be gone from the session engine.
    end_is_pending = models.GeneratedField(
        expression=models.Q(ended_at__isnull=False) & ~models.Q(sealed_key=b""),  # type: ignore[arg-type]  # the stubs know no Q
        output_field=models.BooleanField(),
        db_persist=True,
    )

    kind = models.CharField(_("kind"), max_length=8, choices=Kind, default=Kind.BROWSER)
    end_reason = models.CharField(
        _("why it ended"), max_length=16, choices=EndReason, blank=True, default=""
    )

    key_digest = BytesField(max_length=credentials.DIGEST, null=True)
    sealed_key = BytesField(max_length=credentials.MAX_SEALED, blank=True, default=b"")
    auth_digest = BytesField(max_length=credentials.DIGEST, blank=True, default=b"")
    # By what the device is known that has signed in. Empty where nobody asks, and once it is forgotten.
    device_digest = BytesField(max_length=credentials.DIGEST, blank=True, default=b"")
    # Under which auth hash it is known, where the user's password was only hashed anew since.
    device_auth_digest = BytesField(max_length=credentials.DIGEST, blank=True, default=b"")
    # Which SECRET_KEY has made the auth hash. Known where no sealed key tells.
    secret_key_id = models.CharField(max_length=8, blank=True, default="", editable=False)
    # Blank where the payload in the session engine tells.
    backend = models.CharField(max_length=255, blank=True, default="", editable=False)

    user_agent = models.CharField(
        _("user agent"), max_length=MAX_USER_AGENT, blank=True, default=""
    )
    # Blank while it is the user agent of the sign-in.
    last_user_agent = models.CharField(
        _("last user agent"), max_length=MAX_USER_AGENT, blank=True, default=""
    )
    device_type = models.CharField(
        _("device type"), max_length=8, choices=DeviceType, blank=True, default=""
    )
    browser = models.CharField(_("browser"), max_length=MAX_NAME, blank=True, default="")
    os = models.CharField(_("operating system"), max_length=MAX_NAME, blank=True, default="")
    device = models.CharField(_("device"), max_length=MAX_NAME, blank=True, default="")
    label = models.CharField(_("label"), max_length=MAX_LABEL, blank=True, default="")
    ip_address = models.GenericIPAddressField(_("IP address at sign-in"), null=True, blank=True)
    last_ip_address = models.GenericIPAddressField(_("last IP address"), null=True, blank=True)
    # Where the last IP address is: two letters of ISO 3166-1, and words such as "Lyon, FR".
    country = models.CharField(_("country"), max_length=2, blank=True, default="")
    location = models.CharField(_("location"), max_length=MAX_LOCATION, blank=True, default="")
    # Null while it is the same.
    location_at_sign_in = models.CharField(  # noqa: DJ001
        _("location at sign-in"), max_length=MAX_LOCATION, null=True, blank=True
    )

    # Words with a space between them. Blank when it is unknown how the user signed in.
    methods = models.CharField(_("signed in by"), max_length=128, blank=True, default="")
    # The site that a user has signed in at, for single sign-on. Blank when it is unknown.
    provider = models.CharField(_("provider"), max_length=MAX_NAME, blank=True, default="")
    organization_id = models.CharField(
        _("organization"), max_length=MAX_NAME, blank=True, default=""
    )

    objects = SessionQuerySet.as_manager()

    class Meta:
        # Lists of permissions show these names beside those of django.contrib.sessions ("session") and
        # of other apps ("user session").
        verbose_name = _("login session")
        verbose_name_plural = _("login sessions")
        default_permissions = ()
        permissions = [
            ("view_session", _("Can view login sessions")),
            ("change_session", _("Can extend login sessions")),
            ("delete_session", _("Can delete login sessions")),
            ("end_session", _("Can end login sessions")),
        ]
        # Not unique=True: on PostgreSQL that makes a second index, for LIKE, which takes a tenth of
        # the time of a bulk end.
        constraints = [
            models.UniqueConstraint(fields=["key_digest"], name="sessions_api_key_digest")
        ]
        indexes = INDEXES

    def __str__(self) -> str:
        return str(self.label or self.id)

    @classmethod
    def of(cls, fields: Iterable[tuple[str, Any]], *, using: str | None) -> "Session":
        """Return a session that has these fields of a row, for work on thousands of them.

        Django's own way takes several times as long. Reading any other field takes a query.
        """
        session = cls.__new__(cls)
        session._state = ModelState()
        session._state.adding, session._state.db = using is None, using
        vars(session).update(fields)
        return session

    @property
    def last_client(self) -> Client:
        """Return the client that last used the session, as it would be recorded now."""
        known = self.last_ip_address
        ip_address = None if known is None else networks.recorded(known)
        return Client(ip_address, self.last_user_agent or self.user_agent)

    @property
    def first_location(self) -> str:
        """Return where the client was at the sign-in, or "" when unknown."""
        return self.location if self.location_at_sign_in is None else self.location_at_sign_in

    @property
    def known_since(self) -> datetime:
        """Return the owner's last proof or, without one, the start. ABSOLUTE_TIMEOUT counts from it."""
        return self.authenticated_at or self.created_at

    @property
    def is_impersonated(self) -> bool:
        """Tell whether somebody acts as another user by this session, whoever that was."""
        return self.impersonator_id is not None or self.acting_as_id is not None

    @property
    def presented_user_id(self) -> Any:
        """Return the primary key of the user that requests of this session are taken for."""
        return self.user_id if self.acting_as_id is None else self.acting_as_id

    @property
    def presented_user(self) -> AbstractBaseUser:
        """Return the user that requests of this session are taken for."""
        other = None if self.acting_as_id in (None, self.user_id) else self.acting_as
        return self.user if other is None else other
