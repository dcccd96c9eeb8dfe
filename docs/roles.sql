-- The roles of a PostgreSQL of your own: run once as a superuser, with passwords of your own, before the first
-- `flask --app wsgi db upgrade`. The embedded PostgreSQL of `make run` makes them by itself.

-- DATABASE_OWNER_URL: owns the tables, runs migrations, serves no page.
CREATE ROLE marketplace_owner LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD 'change me 1';
-- DATABASE_URL: owns nothing and may do nothing but put on one of the faces below, for one transaction.
CREATE ROLE marketplace_app LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOINHERIT PASSWORD 'change me 2';
-- BACKUP_DATABASE_URL: reads every row, for backups only.
CREATE ROLE marketplace_backup LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE BYPASSRLS PASSWORD 'change me 3';
GRANT pg_read_all_data TO marketplace_backup;

CREATE ROLE face_public NOLOGIN;
CREATE ROLE face_account NOLOGIN;
CREATE ROLE face_patient NOLOGIN;
CREATE ROLE face_clinic NOLOGIN;
CREATE ROLE face_operator NOLOGIN;
CREATE ROLE face_worker NOLOGIN;
GRANT face_public, face_account, face_patient, face_clinic, face_operator, face_worker
    TO marketplace_app WITH INHERIT FALSE, SET TRUE;

CREATE DATABASE marketplace OWNER marketplace_owner;
REVOKE ALL ON DATABASE marketplace FROM PUBLIC;
GRANT CONNECT ON DATABASE marketplace TO marketplace_app, marketplace_backup;

-- The rest in the new database.
\connect marketplace
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE EXTENSION IF NOT EXISTS unaccent;
