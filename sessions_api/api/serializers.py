"""The JSON of a session."""

from datetime import datetime, timedelta
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from sessions_api import description, reauthentication, validity
from sessions_api.api.times import utc
from sessions_api.conf import conf
from sessions_api.models import MAX_LABEL, MAX_SEARCH_TERM, Session


class UTCDateTimeField(serializers.DateTimeField):
    """A time in the form of RFC 3339, in UTC whatever the site's time zone."""

    def to_representation(self, value: datetime) -> str:
        return utc(value)


class SessionSerializer(serializers.ModelSerializer[Session]):
    """A session as its owner sees it.

    Its context needs ``verdicts``, as ``validity.judge`` has returned them, and ``current_id``, a
    UUID or None.
    """

    last_user_agent = serializers.SerializerMethodField()
    device_name = serializers.SerializerMethodField()
    methods = serializers.SerializerMethodField()
    is_impersonated = serializers.SerializerMethodField()
    state = serializers.SerializerMethodField()
    end_reason = serializers.SerializerMethodField()
    is_current = serializers.SerializerMethodField()
    expires_at = serializers.SerializerMethodField()
    idle_expires_at = serializers.SerializerMethodField()
    ends_at = serializers.SerializerMethodField()

    serializer_field_mapping = {
        **serializers.ModelSerializer.serializer_field_mapping,
        models.DateTimeField: UTCDateTimeField,
    }

    class Meta:
        model = Session
        fields = (
            "id",
            "kind",
            "state",
            "is_current",
            "label",
            "user_agent",
            "last_user_agent",
            "device_type",
            "browser",
            "os",
            "device",
            "device_name",
            "ip_address",
            "last_ip_address",
            "country",
            "location",
            "methods",
            "aal",
            "provider",
            "is_impersonated",
            "acting_as",
            "organization_id",
            "parent",
            "adopted",
            "ends_with_browser",
            "created_at",
            "authenticated_at",
            "last_used",
            "expires_at",
            "idle_expires_at",
            "ends_at",
            "ended_at",
            "end_reason",
        )
        read_only_fields = fields

    def get_last_user_agent(self, session: Session) -> str:
        """Return the user agent that last used the session."""
        return session.last_client.user_agent

    def get_device_name(self, session: Session) -> str:
        """Return what people call the device, in the language of the request."""
        return description.device_alone(session)

    def get_methods(self, session: Session) -> list[str]:
        """Return how the user signed in, as far as is known."""
        return session.methods.split()

    def get_is_impersonated(self, session: Session) -> bool:
        """Tell whether somebody acts as another user by the session."""
        return session.is_impersonated

    def get_state(self, session: Session) -> str:
        """Return what the session is right now: active, ended, expired or invalid."""
        return self._verdict(session).state.value

    def get_end_reason(self, session: Session) -> str:
        """Return why the session is not active, or ""."""
        reason = self._verdict(session).reason
        return "" if reason is None else reason.value

    def get_is_current(self, session: Session) -> bool:
        """Tell whether this very request was authenticated by the session."""
        return bool(session.pk == self.context["current_id"])

    def get_expires_at(self, session: Session) -> str | None:
        """Return when the session ends even if it is in use."""
        return utc(validity.expires_at(session))

    def get_idle_expires_at(self, session: Session) -> str | None:
        """Return when the session ends if it is not used; None without IDLE_TIMEOUT, and once over."""
        return None if self._is_over(session) else utc(validity.idle_expires_at(session))

    def get_ends_at(self, session: Session) -> str | None:
        """Return when the session ends if nothing happens: the earlier of the two; None once over."""
        return None if self._is_over(session) else utc(validity.ends_at(session))

    def _is_over(self, session: Session) -> bool:
        return self._verdict(session).is_over

    def _verdict(self, session: Session) -> validity.Verdict:
        verdict: validity.Verdict = self.context["verdicts"][session.pk]
        return verdict


class AdminSessionSerializer(SessionSerializer):
    """A session as staff see it: with its user, and who has ended it."""

    user_name = serializers.CharField(source="user.get_username", read_only=True)

    class Meta:
        model = Session
        fields = (
            "user",
            "user_name",
            *SessionSerializer.Meta.fields,
            "impersonator",
            "ended_by",
        )
        read_only_fields = fields


class CurrentSessionSerializer(SessionSerializer):
    """The caller's current session, with the words of the methods by which they can confirm."""

    reauthentication_methods = serializers.SerializerMethodField()

    class Meta:
        model = Session
        fields = (*SessionSerializer.Meta.fields, "reauthentication_methods")
        read_only_fields = fields

    def get_reauthentication_methods(self, session: Session) -> list[str]:
        """Return by which methods the caller can prove who they are, such as password and totp."""
        return reauthentication.methods_of_session(session)


class StatusSerializer(SessionSerializer):
    """When a session ends that has just authenticated a request, by the clock of the server.

    Its context needs ``can_keep_alive``, a boolean.
    """

    now = serializers.SerializerMethodField()
    can_keep_alive = serializers.SerializerMethodField()

    class Meta:
        model = Session
        fields = ("id", "now", "expires_at", "idle_expires_at", "ends_at", "can_keep_alive")
        read_only_fields = fields

    def get_now(self, session: Session) -> str | None:
        """Return the time on the server: that of the client may be another."""
        return utc(timezone.now())

    def get_can_keep_alive(self, session: Session) -> bool:
        """Tell whether a keep-alive would have the session end later."""
        return bool(self.context["can_keep_alive"])

    def _is_over(self, session: Session) -> bool:
        return False


class IssuedSerializer(SessionSerializer):
    """A session that has just got its credential: with the token, which is never shown again."""

    token = serializers.SerializerMethodField()

    class Meta:
        model = Session
        fields = (*SessionSerializer.Meta.fields, "token")
        read_only_fields = fields

    def get_token(self, session: Session) -> str | None:
        """Return the token; None for a browser's session, whose credential is its cookie."""
        token: str | None = self.context["token"]
        return token


class StringField(serializers.CharField):
    """Text. A number or boolean is refused, not converted."""

    def to_internal_value(self, data: object) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        text: str = super().to_internal_value(data)
        return text


class PasswordField(StringField):
    """A password as it is typed, spaces included, at most 4096 characters."""

    def __init__(self, **kwargs: Any) -> None:
        style = {"input_type": "password"}
        super().__init__(max_length=4096, trim_whitespace=False, style=style, **kwargs)


class CodeField(StringField):
    """A code of a second factor, at most 64 printable characters."""

    default_error_messages = {"invalid_code": _("A code has letters and digits only.")}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=64, **kwargs)

    def to_internal_value(self, data: object) -> str:
        text = super().to_internal_value(data)
        if not (text.isascii() and text.isprintable()):
            self.fail("invalid_code")
        return text


class LifetimeField(serializers.IntegerField):
    """Seconds, at most TOKEN_LIFETIME."""

    def to_internal_value(self, data: Any) -> timedelta:  # type: ignore[override]
        most = int(conf.TOKEN_LIFETIME.total_seconds())
        if isinstance(data, bool):
            self.fail("invalid")
        seconds = super().to_internal_value(data)
        if seconds < 1:
            self.fail("min_value", min_value=1)
        if seconds > most:
            self.fail("max_value", max_value=most)
        return timedelta(seconds=seconds)


class CredentialsSerializer(serializers.Serializer[Any]):
    """What signs a user in, and the name of the session that this makes.

    ``email`` is another word for ``username``, for sites whose users sign in by that.
    """

    username = StringField(max_length=MAX_SEARCH_TERM, trim_whitespace=False, required=False)
    email = StringField(max_length=MAX_SEARCH_TERM, trim_whitespace=False, required=False)
    password = PasswordField()
    otp = CodeField(required=False, allow_blank=True)
    label = StringField(  # type: ignore[assignment]  # a field, not this serializer's label
        max_length=MAX_LABEL, required=False, default="", allow_blank=True
    )

    def validate(self, attrs: Any) -> Any:
        if "username" in attrs and "email" in attrs:
            message = _("Send a user name or an e-mail address, not both.")
            raise serializers.ValidationError({"email": [message]})
        return attrs


class ProofSerializer(serializers.Serializer[Any]):
    """What proves who the caller is: one of these, or both for two factors."""

    password = PasswordField(required=False)
    otp = CodeField(required=False)


class NewTokenSerializer(serializers.Serializer[Any]):
    """What a new token is to be."""

    label = StringField(  # type: ignore[assignment]  # a field, not this serializer's label
        max_length=MAX_LABEL, required=False, default="", allow_blank=True
    )
    lifetime = LifetimeField(required=False)


class LabelSerializer(serializers.Serializer[Any]):
    """The owner's name for a session, at most 100 characters. "" removes it."""

    label = StringField(  # type: ignore[assignment]  # a field, not this serializer's label
        max_length=MAX_LABEL, allow_blank=True
    )
