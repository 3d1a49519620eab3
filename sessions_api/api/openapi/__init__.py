"""The API described in OpenAPI, for sites that have drf-spectacular. Only this room imports it."""
