"""The JSON of a session."""

from datetime import UTC, datetime
from typing import Any

from django.db import models
from django.utils import timezone
from rest_framework import serializers

from sessions_api import validity
from sessions_api.models import Session


class UTCDateTimeField(serializers.DateTimeField):
    """A time as RFC 3339 writes it, in UTC whatever the site's time zone."""

    def to_representation(self, value: Any) -> str:
        """Return for example "2026-03-01T12:00:00.250000Z"."""
        aware: datetime = timezone.make_aware(value) if timezone.is_naive(value) else value
        return aware.astimezone(UTC).isoformat().replace("+00:00", "Z")


class SessionSerializer(serializers.ModelSerializer[Session]):
    """A session as its owner sees it.

    Needs ``verdicts`` (what ``validity.judge`` returned) and ``current_id`` (a UUID or None) in its
    context.
    """

    state = serializers.SerializerMethodField()
    end_reason = serializers.SerializerMethodField()
    is_current = serializers.SerializerMethodField()
    expires_at = serializers.SerializerMethodField()

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
            "device_type",
            "browser",
            "os",
            "device",
            "ip_address",
            "last_ip_address",
            "adopted",
            "ends_with_browser",
            "created_at",
            "authenticated_at",
            "last_used",
            "expires_at",
            "ended_at",
            "end_reason",
        )
        read_only_fields = fields

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
        """Return when the session ends however much it is used."""
        expires_at = validity.expires_at(session)
        return None if expires_at is None else UTCDateTimeField().to_representation(expires_at)

    def _verdict(self, session: Session) -> validity.Verdict:
        verdict: validity.Verdict = self.context["verdicts"][session.pk]
        return verdict
