-- The roles of a PostgreSQL of your own: run once as a superuser, with passwords of your own, before the first
-- `flask --app wsgi db upgrade`. The embedded PostgreSQL of `make run` makes them by itself.

-- DATABASE_OWNER_URL: owns the tables, runs migrations, serves no page.
CREATE ROLE marketplace_owner LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD 'change me 1';
-- DATABASE_URL: owns nothing and may do nothing but take one of the roles below, for one transaction.
CREATE ROLE marketplace_app LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOINHERIT PASSWORD 'change me 2';
-- BACKUP_DATABASE_URL: reads every row, for backups only.
CREATE ROLE marketplace_backup LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE BYPASSRLS PASSWORD 'change me 3';
GRANT pg_read_all_data TO marketplace_backup;

CREATE ROLE role_public NOLOGIN;
CREATE ROLE role_account NOLOGIN;
CREATE ROLE role_patient NOLOGIN;
CREATE ROLE role_clinic NOLOGIN;
CREATE ROLE role_operator NOLOGIN;
CREATE ROLE role_worker NOLOGIN;
GRANT role_public, role_account, role_patient, role_clinic, role_operator, role_worker
    TO marketplace_app WITH INHERIT FALSE, SET TRUE;

-- Only where DATABASE_URL leads through a pooler, which refuses the time-outs that the site asks for (docs/scale.md).
-- ALTER ROLE marketplace_app SET statement_timeout = '5s';
-- ALTER ROLE marketplace_app SET lock_timeout = '2s';
-- ALTER ROLE marketplace_app SET idle_in_transaction_session_timeout = '10s';

CREATE DATABASE marketplace OWNER marketplace_owner;
REVOKE ALL ON DATABASE marketplace FROM PUBLIC;
GRANT CONNECT ON DATABASE marketplace TO marketplace_app, marketplace_backup;

-- The rest in the new database.
\connect marketplace
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE EXTENSION IF NOT EXISTS unaccent;
