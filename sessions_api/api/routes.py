"""Routes that work under whatever prefix a site mounts them."""

from collections.abc import Mapping, Set
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponseBase
from django.urls import path
from django.urls.resolvers import RoutePattern, URLPattern

from sessions_api.decorators import not_atomic

if TYPE_CHECKING:
    from rest_framework.viewsets import ViewSet
else:
    ViewSet = object


class Mounted(ViewSet):
    """A view set that is told what its own route captures, and not what the site's prefix does.

    It runs outside ATOMIC_REQUESTS: an end is in force before the answer says so.
    """

    versioning_class = None  # the site's own API may have versions; this one has none
    captured: Set[str] = frozenset()
    """The names of what the route captures from the URL."""

    @not_atomic
    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        own = {name: value for name, value in kwargs.items() if name in self.captured}
        return super().dispatch(request, *args, **own)


def route(
    url: str,
    view: type[Mounted],
    actions: Mapping[str, str],
    *,
    url_name: str | None = None,
    **attributes: Any,
) -> URLPattern:
    """Return a route to the actions of a view set, by method. The view set gets the attributes."""
    captured = frozenset(RoutePattern(url).converters)
    return path(url, view.as_view({**actions}, captured=captured, **attributes), name=url_name)
