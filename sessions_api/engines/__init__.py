"""What the site's session engine holds, for one key and for many at once.

Nothing else imports ``django.contrib.sessions``. Django's five engines, and subclasses of them that
do not change how they store sessions, are asked for many keys at once. Any other engine is asked
once for each key.
"""

from sessions_api.engines.canary import holds_canary, leave_canary
from sessions_api.engines.deletion import delete_along, delete_many
from sessions_api.engines.extension import extend
from sessions_api.engines.listing import Held, each
from sessions_api.engines.loading import (
    Answer,
    Unreadable,
    is_gone,
    is_rolled_back,
    load_many,
    payload_of,
)
from sessions_api.engines.store import (
    EngineSession,
    Payload,
    enforces_expiry,
    expiry,
    flush,
    forget,
    held_expiry,
    is_client_side,
    move,
    save_changes_only,
    saves_every_request,
    saves_unchanged,
    session_of,
    signed_payload,
    store_class,
    swallows_errors,
)

__all__ = [
    "Answer",
    "EngineSession",
    "Held",
    "Payload",
    "Unreadable",
    "delete_along",
    "delete_many",
    "each",
    "enforces_expiry",
    "expiry",
    "extend",
    "flush",
    "forget",
    "held_expiry",
    "holds_canary",
    "is_client_side",
    "is_gone",
    "is_rolled_back",
    "leave_canary",
    "load_many",
    "move",
    "payload_of",
    "save_changes_only",
    "saves_every_request",
    "saves_unchanged",
    "session_of",
    "signed_payload",
    "store_class",
    "swallows_errors",
]
