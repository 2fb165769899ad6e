"""The schema's history, for Alembic: one module in versions/ per step, applied in order by store/migrate.py."""
