"""Where the tables are."""

ENGINE_APP = "sessions"


class EngineElsewhere:
    """Keeps Django's sessions in a database of their own."""

    def db_for_read(self, model, **hints):
        return "engine" if model._meta.app_label == ENGINE_APP else "default"

    def db_for_write(self, model, **hints):
        return self.db_for_read(model)

    def allow_migrate(self, db, app_label, **hints):
        return (db == "engine") == (app_label == ENGINE_APP)
