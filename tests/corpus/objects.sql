-- What the scripts of the corpus read and attack. Run by a superuser in a database that DQX has migrated, after
-- CREATE SCHEMA dq_src. Secrets hold the marker S3CRET, so that a leak can be searched for.
SET client_min_messages = warning;
CREATE SCHEMA app AUTHORIZATION dqx_owner;
SET ROLE dqx_owner;

-- --- Source data ------------------------------------------------------------------------------------------------------
CREATE TABLE dq_src.customers (id integer PRIMARY KEY, name text, email text, phone text, country char(2), zip text, city text,
  state text, birth date, created_at timestamptz, tags text[], meta jsonb, score numeric(8,2), active boolean);
INSERT INTO dq_src.customers
SELECT i, CASE WHEN i % 17 = 0 THEN NULL ELSE (ARRAY['Anna','Bjørn','Çelik','Δημήτρης','Егор','藤原','O''Brien','Zoë'])[1 + i % 8] || ' ' || i END,
  CASE WHEN i % 13 = 0 THEN 'user' || i || '(at)example.org' WHEN i % 29 = 0 THEN NULL ELSE 'user' || i || '@example.org' END,
  CASE WHEN i % 11 = 0 THEN '12-34' ELSE '+4930' || lpad(i::text, 6, '0') END,
  (ARRAY['DE','FR','US','xx'])[1 + i % 4], lpad((i % 20)::text, 5, '0'), 'City ' || (i % 20) + (i % 50 = 0)::int, 'S' || i % 20 % 5,
  CASE WHEN i % 31 = 0 THEN date '2091-01-01' ELSE date '1960-01-01' + i * 40 END,
  timestamptz '2024-01-01 00:00+00' + i * interval '5 hours',
  ARRAY['a' || i % 3, 'b' || i % 5], jsonb_build_object('k' || i % 4, i, 'vip', i % 10 = 0, 'n', jsonb_build_array(i, i + 1)),
  round((i * 7919 % 10007)::numeric / 100, 2), i % 3 <> 0
FROM generate_series(1, 300) i;
CREATE TABLE dq_src.products (sku text PRIMARY KEY, title text, price numeric(10,2), valid daterange, category text);
INSERT INTO dq_src.products SELECT 'SKU-' || lpad(i::text, 4, '0'), 'Product ' || i, CASE WHEN i % 9 = 0 THEN -1 ELSE i * 1.5 END,
  daterange(date '2024-01-01' + i, date '2024-01-01' + i + 30), (ARRAY['tools','food','50%_off','toys'])[1 + i % 4] FROM generate_series(1, 40) i;
CREATE TABLE dq_src.orders (order_no varchar(30) PRIMARY KEY, customer_id integer, status text, total numeric(12,2), ordered_on date,
  shipped_on date, currency char(3), note text);
INSERT INTO dq_src.orders SELECT 'ORD-' || lpad(i::text, 5, '0'), CASE WHEN i % 40 = 0 THEN 9000 + i ELSE 1 + i % 300 END,
  (ARRAY['new','paid','shipped','cancelled','SHIPPED '])[1 + i % 5], CASE WHEN i % 37 = 0 THEN -5 WHEN i % 41 = 0 THEN NULL ELSE i * 3.25 END,
  date '2024-02-01' + i % 60, CASE WHEN i % 3 = 0 THEN NULL WHEN i % 19 = 0 THEN date '2024-01-01' ELSE date '2024-02-01' + i % 60 + 3 END,
  CASE WHEN i % 23 = 0 THEN 'EU ' ELSE 'EUR' END, CASE WHEN i % 50 = 0 THEN 'please delete; drop table x -- 100% "sure" {0} %s' END
FROM generate_series(1, 600) i;
CREATE TABLE dq_src.order_items (order_no varchar(30), line_no integer, sku text, qty integer, price numeric(10,2), PRIMARY KEY (order_no, line_no));
INSERT INTO dq_src.order_items SELECT 'ORD-' || lpad(i::text, 5, '0'), l, 'SKU-' || lpad((1 + (i * l) % 42)::text, 4, '0'), CASE WHEN i % 25 = 0 THEN 0 ELSE l END, i * 1.5
FROM generate_series(1, 600) i, generate_series(1, 2) l;
CREATE TABLE dq_src.employees (id integer PRIMARY KEY, boss integer, name text, salary integer);
INSERT INTO dq_src.employees SELECT i, CASE WHEN i = 1 THEN NULL WHEN i = 40 THEN 41 WHEN i = 41 THEN 40 ELSE i / 2 END, 'Emp ' || i, 1000 + i * 37 % 900 FROM generate_series(1, 60) i;
CREATE TABLE dq_src.readings (sensor text, ts timestamp, value double precision);
INSERT INTO dq_src.readings SELECT 's' || s, timestamp '2024-03-01' + t * interval '1 hour', CASE WHEN (s * 100 + t) % 53 = 0 THEN 'NaN'::float8 ELSE sin(t) * s END
FROM generate_series(1, 4) s, generate_series(0, 71) t WHERE NOT (s = 3 AND t BETWEEN 20 AND 26);
CREATE TABLE dq_src.events (id bigint PRIMARY KEY, payload jsonb, doc xml, seen timestamptz);
DO $$ BEGIN
  INSERT INTO dq_src.events SELECT i, NULL, xmlparse(DOCUMENT '<e id="' || i || '"><v>' || i * 2 || '</v></e>') FROM generate_series(1, 60) i;
EXCEPTION WHEN feature_not_supported THEN  -- a server without XML
  INSERT INTO dq_src.events SELECT i FROM generate_series(1, 60) i;
END $$;
UPDATE dq_src.events SET seen = timestamptz '2024-04-01 12:00+00' + id * interval '37 minutes', payload = jsonb_build_object(
  'type', (ARRAY['login','logout','delete'])[1 + id % 3], 'user', id % 7, 'tags', jsonb_build_array('x', 'y' || id % 4)) ||
  CASE WHEN id % 6 = 0 THEN '{}'::jsonb ELSE jsonb_build_object('ip', '10.0.0.' || id) END;
-- a table that has the five columns already, and one with awkward names
CREATE TABLE dq_src.five (rule_id varchar(20), source_id varchar(20), source_uid varchar(500), data_value varchar(2000), txn_date date);
INSERT INTO dq_src.five SELECT 'R_FIVE', 'SRC', 'u' || i, 'v' || i, date '2024-05-01' + i FROM generate_series(1, 12) i;
CREATE VIEW dq_src.five_view AS SELECT txn_date, data_value, source_uid, source_id, rule_id FROM dq_src.five;
CREATE TABLE dq_src."Weird Table" ("Select" integer, "txn date" date, "Größe" text, "a""b" text);
INSERT INTO dq_src."Weird Table" SELECT i, date '2024-06-01' + i, 'Größe ' || i, 'q"' || i FROM generate_series(1, 8) i;
CREATE FUNCTION dq_src.late_orders(p_days integer) RETURNS TABLE (order_no varchar, days integer, ordered_on date) LANGUAGE sql STABLE AS
  $f$ SELECT o.order_no, o.shipped_on - o.ordered_on, o.ordered_on FROM dq_src.orders o WHERE o.shipped_on - o.ordered_on > p_days $f$;

-- --- An application beside DQX, whose tables must stay out of reach -----------------------------------------------------
CREATE TABLE app.auth_user (id integer PRIMARY KEY, username text UNIQUE, password text, email text, is_superuser boolean);
INSERT INTO app.auth_user VALUES (1, 'admin', 'pbkdf2_sha256$600000$S3CRET$hash1', 'admin@example.org', true), (2, 'bob', 'pbkdf2_sha256$600000$S3CRET$hash2', 'bob@example.org', false);
CREATE TABLE app.django_session (session_key text PRIMARY KEY, session_data text, expire_date timestamptz);
INSERT INTO app.django_session VALUES ('sess-S3CRET-1', 'data-S3CRET', now() + interval '14 days');
CREATE TABLE app.api_token (key text PRIMARY KEY, user_id integer);
INSERT INTO app.api_token VALUES ('tok-S3CRET', 1);
CREATE TABLE app.connection (id integer PRIMARY KEY, name text, dsn text);
INSERT INTO app.connection VALUES (1, 'warehouse', 'postgresql://etl:S3CRET@wh.example/prod');
CREATE TABLE app.audit (id bigserial PRIMARY KEY, what text);
CREATE SEQUENCE dq.script_id_seq START 100;
-- Functions that an application might have. The login's defaults keep them from PUBLIC; here PUBLIC may call them, as where another
-- login made them.
CREATE FUNCTION app.purge() RETURNS integer LANGUAGE plpgsql VOLATILE AS $f$ BEGIN DELETE FROM dq.bad_detail; RETURN 1; END $f$;
CREATE FUNCTION app.admin_exec(q text) RETURNS text LANGUAGE plpgsql VOLATILE SECURITY DEFINER AS $f$ BEGIN EXECUTE q; RETURN 'done'; END $f$;
CREATE FUNCTION app.lookup_secret(n text) RETURNS text LANGUAGE sql STABLE SECURITY DEFINER AS $f$ SELECT dsn FROM app.connection WHERE name = n $f$;
CREATE FUNCTION dq_src.op_purge(integer) RETURNS text LANGUAGE plpgsql VOLATILE AS $f$ BEGIN DELETE FROM dq.bad_detail; RETURN 'gone'; END $f$;
CREATE OPERATOR dq_src.!!! (FUNCTION = dq_src.op_purge, RIGHTARG = integer);
CREATE VIEW dq_src.sleepy_view AS SELECT pg_sleep(600)::text AS v;
-- A view runs with its owner's rights: this one is never to be granted.
CREATE VIEW dq_src.user_view AS SELECT id, username, password FROM app.auth_user;
REVOKE ALL ON dq_src.user_view FROM dqx_runner;
-- Other sessions wait here, busy, while a script attacks.
CREATE TABLE dq_src.gate (n integer);
RESET ROLE;
-- On the search path, so that c.purge_by (looks like a column) finds it.
CREATE FUNCTION public.purge_by(c dq_src.customers) RETURNS text LANGUAGE plpgsql VOLATILE AS $f$ BEGIN DELETE FROM dq.bad_detail; RETURN 'gone'; END $f$;
ALTER FUNCTION public.purge_by(dq_src.customers) OWNER TO dqx_owner;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA dq_src, app TO PUBLIC;
GRANT EXECUTE ON FUNCTION public.purge_by(dq_src.customers) TO PUBLIC;
DO $$ BEGIN PERFORM lo_from_bytea(4711, 'large object of the application'); END $$;

-- --- Extensions, where the server has them ------------------------------------------------------------------------------
DO $$ DECLARE e text; BEGIN
  FOR e IN SELECT name FROM pg_available_extensions
            WHERE name IN ('dblink', 'postgres_fdw', 'adminpack', 'tablefunc', 'xml2', 'pgcrypto', 'fuzzystrmatch')
  LOOP EXECUTE format('CREATE EXTENSION %I', e); END LOOP;
  IF EXISTS (SELECT FROM pg_extension WHERE extname = 'postgres_fdw') THEN
    CREATE SERVER other FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '/nonexistent', dbname 'prod');
    CREATE USER MAPPING FOR PUBLIC SERVER other OPTIONS (user 'etl', password 'fdw-S3CRET');
    CREATE FOREIGN TABLE dq_src.remote_t (a text) SERVER other OPTIONS (table_name 't');
    GRANT SELECT ON dq_src.remote_t TO dqx_runner;
  END IF;
END $$;
ANALYZE;
