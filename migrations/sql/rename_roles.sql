-- Renames the database roles face_* to role_* on a site in use: run once as a superuser, in any database of the server,
-- before the first upgrade that needs them (docs/running.md, Roles). Running it again changes nothing.
--
-- A renamed role keeps its memberships, rights and policies. The old name stays as a role that inherits the new one's
-- rights, so that processes of the version before go on until they are restarted.
DO $$
DECLARE
    part text;
    login regrole;
BEGIN
    FOREACH part IN ARRAY ARRAY['public', 'account', 'patient', 'clinic', 'operator', 'worker'] LOOP
        CONTINUE WHEN to_regrole('face_' || part) IS NULL OR to_regrole('role_' || part) IS NOT NULL;
        EXECUTE format('ALTER ROLE face_%1$s RENAME TO role_%1$s', part);
        EXECUTE format('CREATE ROLE face_%s NOLOGIN', part);
        EXECUTE format('GRANT role_%1$s TO face_%1$s WITH INHERIT TRUE, SET FALSE', part);
        FOR login IN SELECT member FROM pg_auth_members WHERE roleid = to_regrole('role_' || part) AND set_option LOOP
            EXECUTE format('GRANT face_%s TO %s WITH INHERIT FALSE, SET TRUE', part, login);
        END LOOP;
    END LOOP;
END $$;
