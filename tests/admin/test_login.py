"""Signing in to the admin."""


def test_the_admin_login_is_refused_with_the_reason(client, admin_user, settings):
    settings.SESSIONS_API = {"MAX_SESSIONS_PER_USER": 1, "ON_LIMIT": "refuse"}
    credentials = {"username": admin_user.username, "password": "password"}
    other = type(client)()
    assert other.post("/admin/login/", credentials).status_code == 302
    answer = client.post("/admin/login/", credentials)
    assert answer.status_code == 403
    assert "already signed in 1 time" in answer.content.decode()
    assert client.get("/admin/").status_code == 302
