-- # 001_missing_txn_date
-- why: column txn_date is missing
SELECT 'R' AS rule_id, 'S' AS source_id, 'u' AS source_uid, 'v' AS data_value

-- # 003_extra_column
-- why: a sixth column
SELECT 'R' AS rule_id, 'S' AS source_id, 'u' AS source_uid, 'v' AS data_value, DATE '2024-01-01' AS txn_date, 1 AS extra

-- # 005_star_wrong_table
-- why: SELECT * from a table without the five columns
SELECT * FROM dq_src.orders

-- # 007_wrong_name
-- why: source_uuid instead of source_uid
SELECT 'R' AS rule_id, 'S' AS source_id, 'u' AS source_uuid, 'v' AS data_value, DATE '2024-01-01' AS txn_date

-- # 009_name_lookalike
-- why: alias with a Cyrillic letter that looks like a Latin one
SELECT 'R' AS rulе_id, 'S' AS source_id, 'u' AS source_uid, 'v' AS data_value, DATE '2024-01-01' AS txn_date

-- # 011_duplicate_extra
-- why: all five, and txn_date a second time
SELECT 'R' AS rule_id, 'S' AS source_id, 'u' AS source_uid, 'v' AS data_value, DATE '2024-01-01' AS txn_date, CURRENT_DATE AS txn_date

-- # 013_no_columns
-- why: SELECT without a select list
SELECT FROM dq_src.orders

-- # 015_composite_column
-- why: the row as one column
SELECT f FROM dq_src.five f

-- # 017_truncated_identifier
-- why: a 70-character alias is cut to 63 characters and is not a contract name
SELECT 'R' AS rule_id_x_x_x_x_x_x_x_x_x_x_x_x_x_x_x_x_x_x_x_x_x_x_x_x_x_x_x_x_x_x_x, 'S' AS source_id, 'u' AS source_uid, 'v' AS data_value, DATE '2024-01-01' AS txn_date

-- # 019_union_types
-- why: UNION branches whose types do not match
SELECT 'R' AS rule_id, 'S' AS source_id, 'u' AS source_uid, 'v' AS data_value, DATE '2024-01-01' AS txn_date UNION ALL SELECT 'R', 'S', 'u', 'v', 5

-- # 021_unknown_column
-- why: column does not exist
SELECT 'R' AS rule_id, 'S' AS source_id, o.nope AS source_uid, 'v' AS data_value, o.ordered_on AS txn_date FROM dq_src.orders o

-- # 023_ambiguous_column
-- why: ambiguous column
SELECT 'R' AS rule_id, 'S' AS source_id, order_no AS source_uid, 'v' AS data_value, DATE '2024-01-01' AS txn_date FROM dq_src.orders, dq_src.order_items

-- # 025_type_error
-- why: operator does not exist: text + integer
SELECT 'R' AS rule_id, 'S' AS source_id, name + 1 AS source_uid, 'v' AS data_value, DATE '2024-01-01' AS txn_date FROM dq_src.customers

-- # 027_cross_database
-- why: reference to another database
SELECT 'R' AS rule_id, 'S' AS source_id, 'u' AS source_uid, 'v' AS data_value, DATE '2024-01-01' AS txn_date FROM otherdb.dq_src.orders

-- # 029_no_privilege_app
-- why: reads a table the running role may not read (already refused when described as that role)
SELECT 'R' AS rule_id, 'S' AS source_id, id AS source_uid, username AS data_value, DATE '2024-01-01' AS txn_date FROM app.auth_user

-- # 031_txn_date_text_column
-- why: txn_date is a text column without dates
SELECT 'R' AS rule_id, 'S' AS source_id, id AS source_uid, 'v' AS data_value, name AS txn_date FROM dq_src.customers WHERE name IS NOT NULL

-- # 033_txn_date_boolean
-- why: txn_date is boolean
SELECT 'R' AS rule_id, 'S' AS source_id, 'u' AS source_uid, 'v' AS data_value, true AS txn_date

-- # 035_txn_date_array
-- why: txn_date is an array
SELECT 'R' AS rule_id, 'S' AS source_id, 'u' AS source_uid, 'v' AS data_value, ARRAY[DATE '2024-01-01'] AS txn_date

-- # 037_rule_id_too_long
-- why: rule_id of 21 characters: must fail, not be cut in silence
SELECT repeat('x', 21) AS rule_id, 'S' AS source_id, 'u' AS source_uid, 'v' AS data_value, DATE '2024-01-01' AS txn_date

-- # 039_source_uid_too_long
-- why: source_uid of 501 characters
SELECT 'R' AS rule_id, 'S' AS source_id, repeat('ü', 501) AS source_uid, 'v' AS data_value, DATE '2024-01-01' AS txn_date

-- # 041_runtime_division
-- why: division by zero in one row
SELECT 'R' AS rule_id, 'S' AS source_id, i AS source_uid, 10 / (i - 5) AS data_value, DATE '2024-01-01' AS txn_date FROM generate_series(1, 9) i

-- # 043_runtime_subquery_rows
-- why: scalar subquery with more than one row
SELECT 'R' AS rule_id, 'S' AS source_id, 'u' AS source_uid, (SELECT name FROM dq_src.customers) AS data_value, DATE '2024-01-01' AS txn_date

-- # 045_insert_returning
-- why: INSERT … RETURNING with the five columns
INSERT INTO dq.bad_detail VALUES ('R', 'S', 'u', 'v', '2024-01-01') RETURNING rule_id, source_id, source_uid, data_value, txn_date

-- # 047_delete_returning
-- why: DELETE … RETURNING *
DELETE FROM dq.bad_detail RETURNING *

-- # 049_with_insert_top
-- why: WITH in front of an INSERT
WITH f AS (SELECT * FROM dq_src.five) INSERT INTO dq.bad_detail SELECT * FROM f

-- # 051_values
-- why: VALUES is not a SELECT (and its columns are column1 …)
VALUES ('R', 'S', 'u', 'v', DATE '2024-01-01')

-- # 053_table_command
-- why: TABLE x of a table without the five columns
TABLE dq_src.customers

-- # 055_create_view
-- why: CREATE VIEW
CREATE VIEW dq.v AS SELECT 'R' AS rule_id, 'S' AS source_id, 'u' AS source_uid, 'v' AS data_value, DATE '2024-01-01' AS txn_date

-- # 057_create_function
-- why: CREATE FUNCTION with a SELECT in its body
CREATE FUNCTION dq.f() RETURNS int LANGUAGE sql AS $$ SELECT 1; $$

-- # 059_create_extension
-- why: CREATE EXTENSION
CREATE EXTENSION IF NOT EXISTS dblink

-- # 061_alter_system
-- why: ALTER SYSTEM
ALTER SYSTEM SET fsync = off

-- # 063_drop_schema
-- why: DROP SCHEMA CASCADE
DROP SCHEMA dq CASCADE

-- # 065_copy_to
-- why: COPY (SELECT …) TO STDOUT
COPY (SELECT 'R' AS rule_id, 'S' AS source_id, 'u' AS source_uid, 'v' AS data_value, DATE '2024-01-01' AS txn_date) TO STDOUT

-- # 067_copy_from
-- why: COPY … FROM STDIN
COPY dq.bad_detail FROM STDIN

-- # 069_call
-- why: CALL of a procedure
CALL dq.some_procedure()

-- # 071_explain_analyze_delete
-- why: EXPLAIN ANALYZE of a write executes it
EXPLAIN ANALYZE DELETE FROM dq.bad_detail

-- # 073_execute
-- why: EXECUTE
EXECUTE p

-- # 075_declare_cursor
-- why: DECLARE CURSOR
DECLARE c CURSOR FOR SELECT 'R' AS rule_id, 'S' AS source_id, 'u' AS source_uid, 'v' AS data_value, DATE '2024-01-01' AS txn_date

-- # 077_listen
-- why: LISTEN
LISTEN dqx

-- # 079_unlisten
-- why: UNLISTEN
UNLISTEN *

-- # 081_set
-- why: SET
SET statement_timeout = 0

-- # 083_set_session_auth
-- why: SET SESSION AUTHORIZATION
SET SESSION AUTHORIZATION dqx_owner

-- # 085_reset
-- why: RESET ALL
RESET ALL

-- # 087_show
-- why: SHOW ALL
SHOW ALL

-- # 089_begin
-- why: BEGIN
BEGIN

-- # 091_rollback
-- why: ROLLBACK
ROLLBACK

-- # 093_prepare_transaction
-- why: PREPARE TRANSACTION
PREPARE TRANSACTION 'x'

-- # 095_analyze
-- why: ANALYZE
ANALYZE dq.bad_detail

-- # 097_cluster
-- why: CLUSTER
CLUSTER

-- # 099_load
-- why: LOAD of a library
LOAD 'auto_explain'

-- # 101_comment_on
-- why: COMMENT ON
COMMENT ON TABLE dq.bad_detail IS 'x'

-- # 103_import_foreign
-- why: IMPORT FOREIGN SCHEMA
IMPORT FOREIGN SCHEMA public FROM SERVER other INTO dq_src

-- # 105_select_then_delete
-- why: SELECT, then DELETE
SELECT 'R' AS rule_id, 'S' AS source_id, 'u' AS source_uid, 'v' AS data_value, DATE '2024-01-01' AS txn_date; DELETE FROM dq.bad_detail;

-- # 107_commit_escape
-- why: COMMIT first to leave the read-only transaction
COMMIT; DELETE FROM dq.bad_detail; SELECT 'R' AS rule_id, 'S' AS source_id, 'u' AS source_uid, 'v' AS data_value, DATE '2024-01-01' AS txn_date

-- # 109_wrapper_escape_comment
-- why: closes the wrapper bracket and comments the rest out
SELECT 'R' AS rule_id, 'S' AS source_id, 'u' AS source_uid, 'v' AS data_value, DATE '2024-01-01' AS txn_date) AS q --

-- # 111_two_hidden_comment
-- why: second statement behind a nested comment
SELECT 'R' AS rule_id, 'S' AS source_id, 'u' AS source_uid, 'v' AS data_value, DATE '2024-01-01' AS txn_date /* a /* b */ ; */ ; DELETE FROM dq.bad_detail /* c */

-- # 113_two_backslash
-- why: '\' ends the literal with standard_conforming_strings, so a second statement follows
SELECT 'R' AS rule_id, 'S' AS source_id, 'u' AS source_uid, '\' AS data_value, DATE '2024-01-01' AS txn_date; DELETE FROM dq.bad_detail; --'

-- # 115_select_into
-- why: SELECT INTO creates a table
SELECT 'R' AS rule_id, 'S' AS source_id, 'u' AS source_uid, 'v' AS data_value, DATE '2024-01-01' AS txn_date INTO dq.t

-- # 117_cte_delete
-- why: DELETE inside a CTE
WITH d AS (DELETE FROM dq.bad_detail RETURNING *) SELECT rule_id, source_id, source_uid, data_value, txn_date FROM d

-- # 119_cte_update
-- why: UPDATE inside the second CTE
WITH a AS (SELECT 1), b AS (UPDATE dq.bad_detail SET data_value = 'x' RETURNING 1) SELECT 'R' AS rule_id, 'S' AS source_id, 'u' AS source_uid, 'v' AS data_value, DATE '2024-01-01' AS txn_date FROM a

-- # 121_cte_delete_nested
-- why: DELETE in a CTE of a subquery
SELECT * FROM (WITH d AS (DELETE FROM dq.bad_detail RETURNING *) SELECT * FROM d) q

-- # 123_for_share
-- why: FOR SHARE OF … NOWAIT
SELECT f.rule_id, f.source_id, f.source_uid, f.data_value, f.txn_date FROM dq_src.five f FOR SHARE OF f NOWAIT

-- # 125_for_key_share_cte
-- why: FOR KEY SHARE in a CTE
WITH a AS (SELECT * FROM dq_src.five FOR KEY SHARE) SELECT rule_id, source_id, source_uid, data_value, txn_date FROM a

-- # 127_comments_only
-- why: comments only
-- SELECT nothing
/* really /* nothing */ */

-- # 129_unbalanced_single
-- why: string literal is not closed
SELECT 'R AS rule_id, 1 AS source_id

-- # 131_unbalanced_dollar
-- why: dollar quote is not closed
SELECT $a$R$b$ AS rule_id

-- # 133_unbalanced_paren
-- why: one closing bracket missing
SELECT * FROM (SELECT 'R' AS rule_id, 'S' AS source_id, 'u' AS source_uid, 'v' AS data_value, DATE '2024-01-01' AS txn_date

-- # 135_trailing_comma
-- why: comma before FROM
SELECT 'R' AS rule_id, FROM dq_src.five

-- # 137_plain_text
-- why: prose
Please give me all customers without an e-mail address.

-- # 139_psql_variable
-- why: psql variable
SELECT :'x' AS rule_id, 'S' AS source_id, 'u' AS source_uid, 'v' AS data_value, DATE '2024-01-01' AS txn_date

-- # 141_percent_placeholder
-- why: %s outside a literal is no SQL
SELECT %s AS rule_id, 'S' AS source_id, 'u' AS source_uid, 'v' AS data_value, DATE '2024-01-01' AS txn_date

-- # 143_mysql_backticks
-- why: MySQL quoting
SELECT `a` AS rule_id FROM `b`

-- # 145_oracle_dual
-- why: Oracle DUAL
SELECT 'R' AS rule_id, 'S' AS source_id, 'u' AS source_uid, 'v' AS data_value, DATE '2024-01-01' AS txn_date FROM dual

-- # 147_nbsp
-- why: no-break blanks between the words (letters to PostgreSQL)
SELECT 'R' AS rule_id, 'S' AS source_id, 'u' AS source_uid, 'v' AS data_value, DATE '2024-01-01' AS txn_date

-- # 159_surrogate_escape
-- why: E string with half of a surrogate pair
SELECT 'R' AS rule_id, 'S' AS source_id, 'u' AS source_uid, E'\uD83D' AS data_value, DATE '2024-01-01' AS txn_date

-- # 201_unclosed_comment
-- code: script_refused
-- why: a comment that is not closed
SELECT 'R' AS rule_id, 'S' AS source_id, 'u' AS source_uid, 'v' AS data_value, DATE '2024-01-01' AS txn_date /* and so on

-- # 202_unclosed_nested_comment
-- code: script_refused
-- why: comments nest: the outer one is not closed
SELECT 'R' AS rule_id, 'S' AS source_id, 'u' AS source_uid, 'v' AS data_value, DATE '2024-01-01' AS txn_date; /* a /* b */

-- # 203_unclosed_comment_in_front
-- code: script_not_select
-- why: everything is in a comment that is not closed
/* SELECT 'R' AS rule_id, 'S' AS source_id, 'u' AS source_uid, 'v' AS data_value, DATE '2024-01-01' AS txn_date

-- # 204_password_hashes
-- code: script_refused
-- why: DQX's own users
SELECT 'R' AS rule_id, 'S' AS source_id, 'u' AS source_uid, hashed_password AS data_value, DATE '2024-01-01' AS txn_date FROM dq.users

-- # 205_texts_of_others
-- code: script_refused
-- why: DQX's own scripts
SELECT 'R' AS rule_id, 'S' AS source_id, 'u' AS source_uid, content AS data_value, DATE '2024-01-01' AS txn_date FROM dq.dq_sql_scripts

-- # 206_staging_of_others
-- code: script_refused
-- why: DQX's staging tables
SELECT 'R' AS rule_id, 'S' AS source_id, 'u' AS source_uid, 1 AS data_value, DATE '2024-01-01' AS txn_date FROM stg.dq_script_0

-- # 207_value_too_long
-- code: row_misfit
-- why: data_value of 2,001 characters
SELECT 'R' AS rule_id, 'S' AS source_id, 'u' AS source_uid, repeat('ü', 2001) AS data_value, DATE '2024-01-01' AS txn_date

-- # 208_year_10000
-- code: row_misfit
-- why: a timestamp that Python's date can not hold
SELECT 'R' AS rule_id, 'S' AS source_id, 'u' AS source_uid, 1 AS data_value, TIMESTAMP '10000-01-01' AS txn_date

-- # 209_only_a_semicolon
-- code: script_empty
-- why: no statement
;
