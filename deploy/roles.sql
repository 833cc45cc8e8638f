-- The two logins of DQX and what they may do. Safe to run again. As a superuser, in the database that DQX uses:
--
--   DQX_OWNER_PASSWORD=… DQX_RUNNER_PASSWORD=… DQX_SOURCE_SCHEMAS=public,sales psql -X -v ON_ERROR_STOP=1 -d dqx -f deploy/roles.sql
--
-- dqx_owner   owns DQX's own schemas (dqx, dq, stg). The web and the workers log in with it.
-- dqx_runner  runs people's scripts: it can SELECT from the schemas named above, from the references and from the bad rows.
\getenv owner_password DQX_OWNER_PASSWORD
\getenv runner_password DQX_RUNNER_PASSWORD
\set source_schemas public
\getenv source_schemas DQX_SOURCE_SCHEMAS
SET client_min_messages = warning;
BEGIN;
-- One setter at a time: role settings are shared by all databases of the server.
SELECT pg_advisory_xact_lock(7021001) \g /dev/null
SELECT set_config('dqx.source_schemas', :'source_schemas', true) \g /dev/null

SELECT 'CREATE ROLE dqx_owner LOGIN' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'dqx_owner') \gexec
SELECT 'CREATE ROLE dqx_runner LOGIN' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'dqx_runner') \gexec
ALTER ROLE dqx_owner PASSWORD :'owner_password';
ALTER ROLE dqx_runner PASSWORD :'runner_password' NOSUPERUSER NOCREATEDB NOCREATEROLE NOINHERIT CONNECTION LIMIT 40;
-- Lets the owner end a session of the runner; it has more rights than the runner anyway.
GRANT dqx_runner TO dqx_owner;

-- A script that goes wild meets these before it meets the people who work beside it.
ALTER ROLE dqx_runner SET default_transaction_read_only = on;
ALTER ROLE dqx_runner SET statement_timeout = '1h';
ALTER ROLE dqx_runner SET lock_timeout = '5s';
ALTER ROLE dqx_runner SET idle_in_transaction_session_timeout = '60s';
ALTER ROLE dqx_runner SET temp_file_limit = '20GB';
ALTER ROLE dqx_runner SET max_parallel_workers_per_gather = 2;
ALTER ROLE dqx_owner SET search_path = dqx, dq, public;

SELECT format('ALTER DATABASE %I OWNER TO dqx_owner', current_database()) \gexec
SELECT format('REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC', current_database()) \gexec
SELECT format('GRANT CONNECT ON DATABASE %I TO dqx_runner', current_database()) \gexec
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
-- An older DQX's tables become the owner's, so that `migrate` can adopt them.
DO $$
DECLARE t record;
BEGIN
  FOR t IN SELECT n.nspname, c.relname, c.relkind FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE n.nspname IN ('dq', 'stg') AND c.relkind IN ('r', 'p', 'v', 'm') AND pg_get_userbyid(c.relowner) <> 'dqx_owner'
  LOOP EXECUTE format('ALTER %s %I.%I OWNER TO dqx_owner',
       CASE t.relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' ELSE 'TABLE' END, t.nspname, t.relname);
  END LOOP;
  FOR t IN SELECT nspname FROM pg_namespace WHERE nspname IN ('dq', 'stg', 'dqx') AND pg_get_userbyid(nspowner) <> 'dqx_owner'
  LOOP EXECUTE format('ALTER SCHEMA %I OWNER TO dqx_owner', t.nspname); END LOOP;
END $$;

-- What the runner may read: the source schemas, tables made later by their present owners included.
DO $$
DECLARE s text; maker text;
BEGIN
  FOREACH s IN ARRAY regexp_split_to_array(current_setting('dqx.source_schemas'), '\s*,\s*') LOOP
    CONTINUE WHEN s = '' OR s IN ('dq', 'dqx', 'stg') OR NOT EXISTS (SELECT FROM pg_namespace WHERE nspname = s);
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO dqx_runner', s);
    EXECUTE format('GRANT SELECT ON ALL TABLES IN SCHEMA %I TO dqx_runner', s);
    FOR maker IN SELECT DISTINCT pg_get_userbyid(relowner) FROM pg_class WHERE relnamespace = s::regnamespace
                 UNION SELECT 'dqx_owner' UNION SELECT current_user::text LOOP
      EXECUTE format('ALTER DEFAULT PRIVILEGES FOR ROLE %I IN SCHEMA %I GRANT SELECT ON TABLES TO dqx_runner', maker, s);
    END LOOP;
  END LOOP;
END $$;

-- What every role may execute by default and no script needs: it writes, waits, locks, leaks, or runs text as SQL. Per database.
DO $$
DECLARE f record;
BEGIN
  FOR f IN SELECT p.oid::regprocedure AS signature FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
    WHERE n.nspname IN ('pg_catalog', 'public') AND (
      p.proname IN ('set_config', 'pg_sleep', 'pg_sleep_for', 'pg_sleep_until', 'pg_notify', 'pg_logical_emit_message',
        'pg_export_snapshot', 'pg_terminate_backend', 'pg_cancel_backend', 'pg_current_xact_id', 'txid_current', 'ts_stat',
        'query_to_xml', 'query_to_xml_and_xmlschema', 'query_to_xmlschema', 'cursor_to_xml', 'cursor_to_xmlschema', 'loread',
        'lowrite', 'inet_server_addr', 'inet_server_port', 'inet_client_addr', 'inet_client_port', 'crosstab', 'crosstab2',
        'crosstab3', 'crosstab4', 'crosstabn', 'connectby', 'xpath_table', 'crypt', 'gen_salt')
      OR p.proname ~ ('^(pg_advisory_|pg_try_advisory_|lo_|dblink|table_to_xml|schema_to_xml|database_to_xml'
                    '|pg_stat_get_activity|pg_stat_get_backend_|pg_stat_statements)')
      OR p.oid::regprocedure::text LIKE 'ts_rewrite(tsquery,text)')
  LOOP
    EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', f.signature);
    -- Django sets the time zone so; DQX locks pairs and ends a runner's session.
    IF f.signature::text ~ '^(set_config|pg_notify|pg_advisory_|pg_try_advisory_|pg_cancel_backend|pg_terminate_backend)' THEN
      EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO dqx_owner', f.signature);
    ELSIF f.signature::text ~ '^pg_stat_' THEN
      EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO pg_monitor', f.signature);
    END IF;
  END LOOP;
END $$;
GRANT EXECUTE ON FUNCTION pg_stat_get_activity(integer) TO dqx_owner;
-- Functions that DQX's owner makes are not for everybody.
ALTER DEFAULT PRIVILEGES FOR ROLE dqx_owner REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
COMMIT;
