"""Sessions as the API shows them, for whoever reads its description."""

from sessions_api.api.openapi.schemas import Schema

EXAMPLE: Schema = {
    "id": "01a1fd02-a302-7213-aa0b-801a5331b708",
    "kind": "browser",
    "state": "active",
    "is_current": True,
    "label": "Work laptop",
    "user_agent": "Mozilla/5.0 (X11; Linux x86_64; rv:146.0) Gecko/20100101 Firefox/146.0",
    "last_user_agent": "Mozilla/5.0 (X11; Linux x86_64; rv:146.0) Gecko/20100101 Firefox/146.0",
    "device_type": "desktop",
    "browser": "Firefox 146",
    "os": "Linux",
    "device": "",
    "device_name": "Firefox 146 on Linux",
    "ip_address": "203.0.113.7",
    "last_ip_address": "203.0.113.7",
    "country": "FR",
    "location": "Lyon, FR",
    "methods": ["password", "totp"],
    "aal": 2,
    "provider": "",
    "is_impersonated": False,
    "acting_as": None,
    "organization_id": "",
    "parent": None,
    "adopted": False,
    "ends_with_browser": False,
    "created_at": "2026-11-21T07:28:40.170294Z",
    "authenticated_at": "2026-11-21T07:28:40.170294Z",
    "last_used": "2026-11-21T07:28:47.819470Z",
    "expires_at": "2026-12-05T07:28:40.170294Z",
    "idle_expires_at": "2026-11-21T07:58:47.819470Z",
    "ends_at": "2026-11-21T07:58:47.819470Z",
    "ended_at": None,
    "end_reason": "",
}
TOKEN_EXAMPLE: Schema = {
    **EXAMPLE,
    "kind": "token",
    "is_current": True,
    "label": "Pixel",
    "user_agent": "okhttp/5.3.2",
    "last_user_agent": "okhttp/5.3.2",
    "device_type": "",
    "browser": "okhttp 5",
    "os": "",
    "device_name": "okhttp 5",
    "country": "",
    "location": "",
    "methods": ["password"],
    "aal": 1,
    "last_used": "2026-11-21T07:28:40.170294Z",
    "expires_at": "2026-12-21T07:28:40.170294Z",
    "idle_expires_at": "2026-11-21T07:58:40.170294Z",
    "ends_at": "2026-11-21T07:58:40.170294Z",
    "token": "session_Zk3vJcW0mXb1q9yR5sT7uV2wA4dF6gH8jK0lM2nP4rQ1c0ffee5",
}
"""What an app gets that signs in as ``alice`` and names its session "Pixel"."""
MADE_EXAMPLE: Schema = {
    **TOKEN_EXAMPLE,
    "is_current": False,
    "parent": EXAMPLE["id"],
    "methods": ["password", "otp"],
    "aal": 2,
}
"""What ``alice`` gets who makes a token of a browser's session."""
STATUS_EXAMPLE: Schema = {
    "id": EXAMPLE["id"],
    "now": "2026-11-21T07:57:12.004216Z",
    "expires_at": EXAMPLE["expires_at"],
    "idle_expires_at": EXAMPLE["idle_expires_at"],
    "ends_at": EXAMPLE["ends_at"],
    "can_keep_alive": True,
}
"""What a page gets that asks a minute and a half before IDLE_TIMEOUT, half an hour, has passed."""
CURRENT_EXAMPLE: Schema = {**EXAMPLE, "reauthentication_methods": ["password", "totp"]}
RENEWED_EXAMPLE: Schema = {
    **TOKEN_EXAMPLE,
    "is_current": True,
    "authenticated_at": "2026-11-21T09:14:02.583017Z",
    "last_used": "2026-11-21T09:13:58.202441Z",
    "expires_at": "2026-12-21T09:14:02.583017Z",
    "idle_expires_at": "2026-11-21T09:43:58.202441Z",
    "ends_at": "2026-11-21T09:43:58.202441Z",
    "token": "session_Yw8xJcW0mXb1q9yR5sT7uV2wA4dF6gH8jK0lM2nP4rQ1c0ffee5",
}
"""The same session after ``alice`` has confirmed the password."""
