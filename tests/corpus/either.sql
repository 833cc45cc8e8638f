-- # 001_quoted_upper_aliases
-- answer: accept
-- rows: 1
-- md5: 3b4b0de4b892cb3719ba3fce15a0d138
-- why: quoted upper-case aliases: another identifier to PostgreSQL, the same name to a user; match names without case
SELECT 'R' AS "RULE_ID", 'S' AS "Source_Id", 'u' AS "source_uid", 'v' AS "DATA_VALUE", DATE '2024-01-01' AS "txn_date"

-- # 002_empty_statements
-- answer: accept
-- rows: 1
-- md5: 3b4b0de4b892cb3719ba3fce15a0d138
-- why: empty statements after the SELECT (;;): harmless, the parser drops them
SELECT 'R' AS rule_id, 'S' AS source_id, 'u' AS source_uid, 'v' AS data_value, DATE '2024-01-01' AS txn_date;;
 ; 

-- # 003_leading_semicolon
-- answer: accept
-- rows: 1
-- md5: 3b4b0de4b892cb3719ba3fce15a0d138
-- why: an empty statement in front
;SELECT 'R' AS rule_id, 'S' AS source_id, 'u' AS source_uid, 'v' AS data_value, DATE '2024-01-01' AS txn_date

-- # 004_table_five
-- answer: reject
-- why: TABLE x of a table with exactly the five columns: the parse tree is that of SELECT * FROM x, so only the tokens tell them apart; either answer is safe
TABLE dq_src.five

-- # 005_txn_date_text_iso
-- answer: accept
-- rows: 4
-- md5: 45b178fb4f68208270d42eb8bc3b0d71
-- why: txn_date as a text column with ISO dates: text has no assignment cast to date, so a plain INSERT … SELECT fails; cast with ::date and accept
SELECT 'R' AS rule_id, 'S' AS source_id, id AS source_uid, 'v' AS data_value, birth::text AS txn_date FROM dq_src.customers WHERE id < 5

-- # 006_txn_date_text_dmy
-- answer: reject
-- why: txn_date as text '31.01.2024': depends on DateStyle; refuse or pin DateStyle to ISO
SELECT 'R' AS rule_id, 'S' AS source_id, 'u' AS source_uid, 'v' AS data_value, '31.01.2024'::text AS txn_date

-- # 007_txn_date_special
-- answer: accept
-- rows: 1
-- why: 'today' and 'yesterday' are valid date input
SELECT 'R' AS rule_id, 'S' AS source_id, 'u' AS source_uid, 'v' AS data_value, 'yesterday' AS txn_date

-- # 008_txn_date_infinity
-- answer: reject
-- why: date 'infinity': valid in PostgreSQL, but Python's date cannot hold it, so reading the staging table fails
SELECT 'R' AS rule_id, 'S' AS source_id, 'u' AS source_uid, 'v' AS data_value, DATE 'infinity' AS txn_date

-- # 009_txn_date_bc
-- answer: reject
-- why: a date BC: valid in PostgreSQL, an error in Python
SELECT 'R' AS rule_id, 'S' AS source_id, 'u' AS source_uid, 'v' AS data_value, DATE '0044-03-15 BC' AS txn_date

-- # 011_trailing_blanks_key
-- answer: accept
-- rows: 1
-- md5: 4d264e5245cc07af3b48b2ecc4064c4c
-- why: a rule_id of 3 letters and 30 blanks: assignment to varchar(20) cuts the blanks in silence (SQL standard)
SELECT 'abc' || repeat(' ', 30) AS rule_id, 'S' AS source_id, 'u' AS source_uid, 'v' AS data_value, DATE '2024-01-01' AS txn_date

-- # 012_array_value
-- answer: accept
-- rows: 3
-- md5: ab5606b8ecc93e0033350bc210f1a7e4
-- why: an array, JSON or bytea as data_value: has a text form
SELECT 'R' AS rule_id, 'S' AS source_id, id AS source_uid, tags AS data_value, birth AS txn_date FROM dq_src.customers WHERE id < 4

-- # 013_volatile_function
-- answer: accept
-- rows: 1
-- why: volatile but harmless functions (random, clock_timestamp, gen_random_uuid): the result is not repeatable
SELECT 'R' AS rule_id, 'S' AS source_id, gen_random_uuid() AS source_uid, round(random()::numeric, 3) AS data_value, clock_timestamp()::date AS txn_date

-- # 014_cross_schema_unqualified
-- answer: accept
-- rows: 1
-- why: unqualified table name: works only with a search_path that has the source schema (refused here, the path is the default one)
SELECT 'R' AS rule_id, 'S' AS source_id, order_no AS source_uid, 'v' AS data_value, ordered_on AS txn_date FROM orders LIMIT 1

-- # 015_duplicate_keys
-- answer: reject
-- why: two rows with one key (rule_id, source_id, source_uid): storable in a staging table without a key, an error on publish; say it at populate
SELECT 'R' AS rule_id, 'S' AS source_id, 'u' AS source_uid, 'v' AS data_value, DATE '2024-01-01' AS txn_date UNION ALL SELECT 'R' AS rule_id, 'S' AS source_id, 'u' AS source_uid, 'v' AS data_value, DATE '2024-01-01' AS txn_date

-- # 016_null_key
-- answer: reject
-- why: NULL source_uid: storable in staging, an error on publish; say it at populate
SELECT 'R' AS rule_id, 'S' AS source_id, NULL AS source_uid, 'v' AS data_value, DATE '2024-01-01' AS txn_date

-- # 017_empty_key
-- answer: accept
-- rows: 1
-- md5: 0652cff330a6cac53b18ee667cf40c9f
-- why: '' as source_uid is a value, not NULL
SELECT 'R' AS rule_id, 'S' AS source_id, '' AS source_uid, 'v' AS data_value, DATE '2024-01-01' AS txn_date

-- # 018_limit_zero
-- answer: accept
-- rows: 0
-- md5: d41d8cd98f00b204e9800998ecf8427e
-- why: LIMIT 0: no rows, the columns are right
SELECT 'R' AS rule_id, 'S' AS source_id, 'u' AS source_uid, 'v' AS data_value, DATE '2024-01-01' AS txn_date LIMIT 0
