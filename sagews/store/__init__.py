"""PostgreSQL through txpostgres: all the SQL of the project."""
