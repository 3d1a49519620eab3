"""Mixins for the site's class-based views. They stand before ``View`` in the bases."""

from datetime import timedelta
from typing import Any

from asgiref.sync import sync_to_async
from django.http import HttpRequest, HttpResponse
from django.views import View

from sessions_api import step_up
from sessions_api.decorators import recent, require_age
from sessions_api.step_up import Requirement


class StepUp(View):
    """A view that asks for more than a session, before any of its methods runs."""

    def get_requirements(self) -> list[Requirement]:
        """Return all that is required."""
        return []

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if self.view_is_async:
            return self._adispatch(request, *args, **kwargs)
        return self._refuse(request) or super().dispatch(request, *args, **kwargs)

    async def _adispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        refused = await sync_to_async(self._refuse)(request)
        return refused or await super().dispatch(request, *args, **kwargs)  # type: ignore[misc]  # it is async

    def _refuse(self, request: HttpRequest) -> HttpResponse | None:
        refusals = (step_up.refuse(request, each) for each in self.get_requirements())
        return next(filter(None, refusals), None)


class RecentlyAuthenticatedMixin(StepUp):
    """For users who have proved who they are recently. See ``decorators.recently_authenticated``."""

    max_age: timedelta | float | None = None
    """Within this time, or number of seconds. None: within REAUTHENTICATION_AGE."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        require_age(cls.max_age)

    def get_requirements(self) -> list[Requirement]:
        return [*super().get_requirements(), recent(self.max_age)]


class RequiresLevelMixin(StepUp):
    """For users with an assurance level. See ``decorators.requires_level``."""

    required_level: int = 2

    def get_requirements(self) -> list[Requirement]:
        return [*super().get_requirements(), Requirement(level=self.required_level)]
