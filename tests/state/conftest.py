from tests.postgres import database, database_url, migrated_file, postgres_server

__all__ = ["database", "database_url", "migrated_file", "postgres_server"]
