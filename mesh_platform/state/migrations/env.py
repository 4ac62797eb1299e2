"""Runs migrations on the connection and in the transaction that `mesh_platform.state.migrate` hands over; there is no other way in."""

from alembic import context

context.configure(connection=context.config.attributes["connection"], transactional_ddl=True)
context.run_migrations()
