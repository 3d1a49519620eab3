"""Addresses that answer under whatever prefix a site mounts them."""

from collections.abc import Set
from typing import TYPE_CHECKING, Any

from django.urls import path
from django.urls.resolvers import RoutePattern, URLPattern

if TYPE_CHECKING:
    from rest_framework.viewsets import ViewSet
else:
    ViewSet = object


class Mounted(ViewSet):
    """A view set that is told only what its own route captures, and not what the prefix does."""

    versioning_class = None  # the versions of the site's own API are none of this one
    arguments: Set[str] = frozenset()
    """What the route captures from the address."""

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """Answer a request. What the prefix that the site mounts this under captures is its own."""
        own = {name: value for name, value in kwargs.items() if name in self.arguments}
        return super().dispatch(request, *args, **own)


def route(
    address: str,
    view: type[Mounted],
    actions: dict[str, Any],
    *,
    url_name: str | None = None,
    **initial: Any,
) -> URLPattern:
    """Return a route to the actions of a view set, by their methods."""
    arguments = frozenset(RoutePattern(address).converters)
    return path(address, view.as_view(actions, arguments=arguments, **initial), name=url_name)
