"""What callers may do with sessions: the rules, said once more and apart from the package's own."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import Enum, StrEnum

from sessions_api.models import Session


class Act(StrEnum):
    """What a call does where it is allowed."""

    SEE_CURRENT = "see one's current session"
    SIGN_OUT = "sign out"
    MAKE_TOKEN = "make a token of one's current session"
    SEE_OWN = "see another of one's own"
    RENAME_OWN = "rename another of one's own"
    KEEP_OWN = "keep another of one's own alive"
    END_OWN = "end another of one's own"
    SEE = "see anybody's"
    SEE_FIGURES = "see how many there are"
    EXTEND = "extend anybody's"
    END = "end anybody's"
    ASK_TO_END = "be asked whether to end anybody's"
    END_AMONG = "end anybody's among others"
    COUNT_TO_END = "count, to end them, anybody's among others"
    NEVER = "what nobody may"
    LEAD_ELSEWHERE = "redirect"
    BY_SECRET = "what the secret in the body allows, whoever sends it"


class Outcome(Enum):
    """How a call is answered."""

    DONE = "it is done"
    STRANGER = "the caller is nobody"
    REFUSED = "the caller may not"
    UNPROVED = "the caller has to prove who they are first"
    HIDDEN = "there is no such session for the caller"
    LEFT_ALONE = "other sessions are dealt with, but not this one"


class Target(StrEnum):
    """Whose session a call is about. None of them is the one that calls, unless it is CURRENT."""

    ALICES = "alice's"
    SUPERUSERS = "a superuser's"
    OWN = "their own"
    CURRENT = "their current"


PERMISSIONS = frozenset(codename for codename, _ in Session._meta.permissions)

NEEDED = {
    Act.SEE: {"view_session"},
    Act.SEE_FIGURES: {"view_session"},
    Act.EXTEND: {"view_session", "change_session"},
    Act.END: {"view_session", "end_session"},
    Act.ASK_TO_END: {"view_session", "end_session"},
    Act.END_AMONG: {"view_session", "end_session"},
    Act.COUNT_TO_END: {"view_session", "end_session"},
    Act.NEVER: {"what nobody holds"},
}
"""The permissions that each act of staff takes."""

OF_OWNERS = {Act.SEE_OWN, Act.RENAME_OWN, Act.KEEP_OWN, Act.END_OWN}
OF_CURRENT = {Act.SEE_CURRENT, Act.SIGN_OUT, Act.MAKE_TOKEN}
SEEING = {Act.SEE, Act.SEE_FIGURES}
ENDING = {Act.END_OWN, Act.END, Act.ASK_TO_END, Act.END_AMONG}
AMONG_OTHERS = {Act.END_AMONG, Act.COUNT_TO_END}


@dataclass(frozen=True)
class Caller:
    """Who calls."""

    who: str
    credential: str = "cookie"
    """``cookie``, ``token``, or nothing."""
    is_alice: bool = False
    is_staff: bool = False
    is_superuser: bool = False
    permissions: frozenset[str] = frozenset()
    wrong: str = ""
    """What is wrong with their session: ``stale``, ``impersonated``, ``inactive``, ``ended``."""

    def __str__(self) -> str:
        return " ".join(word for word in (self.who, self.wrong, self.credential) if word)

    @property
    def is_somebody(self) -> bool:
        """Tell whether a request of theirs is authenticated."""
        return bool(self.credential) and self.wrong not in ("inactive", "ended")

    @property
    def has_proof(self) -> bool:
        """Tell whether they have proved a short while ago who they are."""
        return self.wrong not in ("stale", "impersonated")

    def holds(self, needed: AbstractSet[str]) -> bool:
        """Tell whether they are staff with these permissions."""
        held = PERMISSIONS if self.is_superuser else self.permissions
        return self.is_staff and needed <= held


def outcome(act: Act, caller: Caller, target: Target) -> Outcome:
    """Return how a call about a session is to be answered."""
    if not caller.is_somebody:
        return Outcome.STRANGER
    if act is Act.MAKE_TOKEN and not caller.has_proof:
        return Outcome.REFUSED if caller.wrong == "impersonated" else Outcome.UNPROVED
    if act in OF_CURRENT:
        return Outcome.DONE
    if act in OF_OWNERS:
        return _outcome_for_owner(act, caller, target)
    if not caller.holds(NEEDED[act]):
        return Outcome.REFUSED
    if target is Target.SUPERUSERS and act not in SEEING and not caller.is_superuser:
        return Outcome.LEFT_ALONE if act in AMONG_OTHERS else Outcome.REFUSED
    return _proved(act, caller, target)


def _outcome_for_owner(act: Act, caller: Caller, target: Target) -> Outcome:
    if not caller.is_alice:
        return Outcome.HIDDEN
    return _proved(act, caller, Target.OWN)


def _proved(act: Act, caller: Caller, target: Target) -> Outcome:
    """To end others of one's own takes a recent proof, and nothing else does."""
    if act in ENDING and target is Target.OWN and not caller.has_proof:
        return Outcome.UNPROVED
    return Outcome.DONE
