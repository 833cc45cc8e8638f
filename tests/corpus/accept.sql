-- # 001_plain
-- rows: 33
-- md5: 5c52e230fc3654dd89e694d1517be65c
-- why: baseline: one SELECT with five aliases
SELECT 'R001' AS rule_id, 'CUST' AS source_id, id::text AS source_uid, email AS data_value, created_at::date AS txn_date
FROM dq_src.customers
WHERE email NOT LIKE '%_@_%.__%' OR email IS NULL

-- # 003_alias_mixed_no_as
-- rows: 27
-- md5: 14d0a0eb5a01b11c1dc22f9c42b45206
-- why: mixed-case aliases without AS, lower-case keywords
select 'R003' Rule_Id, 'CUST' Source_Id, id Source_Uid, phone Data_Value, birth Txn_Date from dq_src.customers where length(phone) < 6

-- # 005_quoted_source_names
-- rows: 5
-- md5: 7e54b1b6c60bcdbf98e45f9dae03fb45
-- why: awkward quoted table and column names, a keyword, umlauts and an embedded quote
SELECT 'R005' AS rule_id, 'WEIRD' AS source_id, w."Select" AS source_uid, w."Größe" || w."a""b" AS data_value, w."txn date" AS txn_date
FROM dq_src."Weird Table" AS w WHERE w."Select" > 3

-- # 007_star_from_subquery
-- rows: 16
-- md5: ffb3b4aa7f7007133a8a12f4cfcab0c8
-- why: SELECT * from a subquery that has the five columns
SELECT * FROM (SELECT 'R007' AS rule_id, 'ORD' AS source_id, order_no AS source_uid, total::text AS data_value, ordered_on AS txn_date
               FROM dq_src.orders WHERE total < 0) AS q

-- # 009_star_from_view
-- rows: 4
-- md5: 157fa76df11212d9e3a72d347dd2ddd1
-- why: SELECT * from a view that has the five columns in another order
SELECT * FROM dq_src.five_view WHERE source_uid LIKE 'u1%'

-- # 011_bare_columns
-- rows: 12
-- md5: e920411d2afd52e2fd34ff07782df333
-- why: column names without aliases
SELECT rule_id, source_id, source_uid, data_value, txn_date FROM dq_src.five

-- # 013_composite_expand
-- rows: 12
-- md5: e920411d2afd52e2fd34ff07782df333
-- why: expansion of a composite value
SELECT (r).* FROM (SELECT f AS r FROM dq_src.five f) x

-- # 017_leading_comments
-- rows: 26
-- md5: 10449580787da64a55953392d0505a22
-- why: leading line and block comments that mention other statements
/* Rule 17; DROP TABLE x; */
-- delete from dq.bad_detail;
--
SELECT 'R017' AS rule_id, 'ORD' AS source_id, order_no AS source_uid, currency AS data_value, ordered_on AS txn_date FROM dq_src.orders WHERE currency <> 'EUR'

-- # 019_comment_between_tokens
-- rows: 5
-- md5: 39e1a840152b4501706fd688e5b70f50
-- why: comments in place of blanks
SELECT/**/'R019'/*a*/AS/*b*/rule_id,'ORD'source_id,order_no/**/source_uid,status data_value,ordered_on--x
txn_date FROM/**/dq_src./**/orders LIMIT 5

-- # 021_cte_chain
-- rows: 15
-- md5: ba1e1e4a7e5e34a0a9cfd6f1c694db04
-- why: several CTEs that use each other, column list, name that looks like a command
WITH "delete"(no, cid) AS (SELECT order_no, customer_id FROM dq_src.orders), missing AS (
  SELECT d.no, d.cid FROM "delete" d LEFT JOIN dq_src.customers c ON c.id = d.cid WHERE c.id IS NULL)
SELECT 'R021' AS rule_id, 'ORD' AS source_id, no AS source_uid, cid AS data_value, NULL::date AS txn_date FROM missing

-- # 023_cte_recursive
-- rows: 2
-- why: WITH RECURSIVE: broken or cyclic reporting lines
WITH RECURSIVE up(id, boss, path, cyc) AS (
  SELECT id, boss, ARRAY[id], false FROM dq_src.employees
  UNION ALL
  SELECT u.id, e.boss, u.path || e.id, e.id = ANY(u.path) FROM up u JOIN dq_src.employees e ON e.id = u.boss WHERE NOT u.cyc)
SELECT 'R023' AS rule_id, 'EMP' AS source_id, id AS source_uid, array_to_string(path, '>') AS data_value, CURRENT_DATE AS txn_date FROM up WHERE cyc

-- # 025_cte_table_command
-- rows: 12
-- md5: e920411d2afd52e2fd34ff07782df333
-- why: TABLE inside a CTE is fine, the statement is a SELECT
WITH t AS (TABLE dq_src.five) SELECT rule_id, source_id, source_uid, data_value, txn_date FROM t

-- # 027_union_three_types
-- rows: 3
-- why: UNION with NULL and typed branches
SELECT 'R027' AS rule_id, 'X' AS source_id, 'a' AS source_uid, NULL AS data_value, DATE '2024-01-01' AS txn_date
UNION SELECT 'R027', 'X', 'b', 'v', NULL UNION SELECT 'R027', 'X', 'c', NULL, CURRENT_DATE

-- # 029_parenthesised
-- rows: 12
-- md5: 7dbc5c69de4dcf0592498b96761e9e10
-- why: the whole SELECT in brackets
(SELECT 'R029' AS rule_id, 'ORD' AS source_id, order_no AS source_uid, note AS data_value, ordered_on AS txn_date FROM dq_src.orders WHERE note IS NOT NULL)

-- # 031_window
-- rows: 8
-- md5: cd4ac09344a35355e68d37205ee7a1f2
-- why: window functions and a named window
SELECT 'R031' AS rule_id, 'READ' AS source_id, sensor || '@' || ts AS source_uid, value AS data_value, ts::date AS txn_date
FROM (SELECT sensor, ts, value, ts - lag(ts) OVER w AS gap, first_value(value) OVER (w ROWS BETWEEN 3 PRECEDING AND CURRENT ROW EXCLUDE TIES) AS fv
      FROM dq_src.readings WINDOW w AS (PARTITION BY sensor ORDER BY ts)) q
WHERE gap > interval '1 hour' OR value = 'NaN'

-- # 033_duplicates
-- rows: 27
-- md5: 7471e8dcd653f3e077e5b805c4f63947
-- why: duplicate search with count(*) OVER
SELECT 'R033' AS rule_id, 'CUST' AS source_id, id AS source_uid, phone AS data_value, created_at::date AS txn_date
FROM (SELECT *, count(*) OVER (PARTITION BY phone) AS n FROM dq_src.customers) d WHERE n > 1

-- # 035_values_from
-- rows: 2
-- md5: f3beb4fd20b8d07cff4e35ff015012b8
-- why: FROM (VALUES …) with a column list
SELECT * FROM (VALUES ('R035', 'MANUAL', 'k1', 'typed by hand', DATE '2024-01-31'), ('R035', 'MANUAL', 'k2', NULL, NULL)) AS v(rule_id, source_id, source_uid, data_value, txn_date)

-- # 037_zero_rows
-- rows: 0
-- md5: d41d8cd98f00b204e9800998ecf8427e
-- why: no bad rows is a legitimate result
SELECT 'R037' AS rule_id, 'ORD' AS source_id, order_no AS source_uid, status AS data_value, ordered_on AS txn_date FROM dq_src.orders WHERE false

-- # 039_date_literal_unknown
-- rows: 75
-- md5: 49295aa725db23e27aef39b71d064b75
-- why: txn_date as an untyped literal (very common)
SELECT 'R039' AS rule_id, 'CUST' AS source_id, id AS source_uid, country AS data_value, '2024-01-31' AS txn_date FROM dq_src.customers WHERE country = 'xx'

-- # 041_char_and_name_types
-- rows: 20
-- md5: c90b4785bd9f5bad0d3692b52107b65b
-- why: char(n), name and boolean values
SELECT 'R041'::char(4) AS rule_id, 'CUST'::name AS source_id, id::bigint AS source_uid, active AS data_value, birth AS txn_date FROM dq_src.customers WHERE NOT active LIMIT 20

-- # 043_string_words_delete
-- rows: 12
-- md5: 49b5a31ad029050ab6709980b4c07e96
-- why: string literals with the words of other statements and semicolons
SELECT 'R043' AS rule_id, 'ORD' AS source_id, order_no AS source_uid, 'delete; insert into x values (1); drop table y; commit;' AS data_value, ordered_on AS txn_date
FROM dq_src.orders WHERE note LIKE '%delete; drop table x --%' OR note IN ('insert', 'update', ';', 'select into', 'for update', '/* x')

-- # 045_dollar_quotes
-- rows: 3
-- md5: ed5f20d88383d0c909d1d2e3f14be01c
-- why: dollar-quoted strings with quotes, semicolons and another tag inside
SELECT $$R045$$ AS rule_id, $a$ORD$a$ AS source_id, order_no AS source_uid, $body$it's; "quoted" $$ inside $a$ -- no comment$body$ AS data_value, ordered_on AS txn_date FROM dq_src.orders LIMIT 3

-- # 047_u_strings
-- rows: 3
-- md5: 888a0decc3a3b7d9c5ba29c6c69b3346
-- why: U& strings and identifiers, UESCAPE, national and bit strings
SELECT U&'R\0030\0034\0037' AS rule_id, U&'ORD!0041' UESCAPE '!' AS source_id, order_no AS source_uid, N'nat' || B'101'::text || X'1F'::text AS data_value, U&"ordered\005fon" AS txn_date FROM dq_src.orders LIMIT 3

-- # 049_backslash_plain
-- rows: 12
-- md5: c7557cc88506a1ef21a33db71d7d1094
-- why: a backslash in a plain string is an ordinary character
SELECT 'R049' AS rule_id, 'ORD' AS source_id, order_no AS source_uid, 'c:\temp\' || note AS data_value, ordered_on AS txn_date FROM dq_src.orders WHERE note ~ '\d+%'

-- # 051_percent_like
-- rows: 25
-- md5: afebc97bc6528d7e18127c0f9be617b6
-- why: % in LIKE patterns, %% and modulo
SELECT 'R051' AS rule_id, 'PROD' AS source_id, sku AS source_uid, category AS data_value, lower(valid) AS txn_date
FROM dq_src.products WHERE category LIKE '50\%%' OR title LIKE '%1%%' OR price % 2 = 1.5 OR title ILIKE '%s%'

-- # 053_format_function
-- rows: 120
-- md5: 11f4c0957201e9544d3c09e6bc46dcda
-- why: format() with %s, %I and %L
SELECT 'R053' AS rule_id, 'ORD' AS source_id, order_no AS source_uid, format('%s has %L at 100%%', order_no, status) AS data_value, ordered_on AS txn_date FROM dq_src.orders WHERE status = 'paid'

-- # 055_json_path
-- rows: 16
-- md5: 557366ce064fe47ee4941833b0592c96
-- why: JSON paths, containment, extraction, jsonb_path_query, jsonb_to_recordset
SELECT 'R055' AS rule_id, 'EVT' AS source_id, e.id || '-' || t.ord AS source_uid, t.tag || (e.payload #>> '{tags,0}') || (e.payload ->> 'type') AS data_value, e.seen::date AS txn_date
FROM dq_src.events e, jsonb_array_elements_text(e.payload -> 'tags') WITH ORDINALITY AS t(tag, ord)
WHERE e.payload @> '{"type": "delete"}' AND jsonb_path_exists(e.payload, '$.user ? (@ > 3)') AND e.payload @? '$.tags[*] ? (@ == "x")'

-- # 057_xml
-- rows: 12
-- md5: 70278c821448b2e6fffcbef9b09fa455
-- needs: xml
-- why: XMLTABLE and xpath on a column
SELECT 'R057' AS rule_id, 'EVT' AS source_id, x.eid AS source_uid, x.v AS data_value, e.seen::date AS txn_date
FROM dq_src.events e, XMLTABLE('/e' PASSING e.doc COLUMNS eid integer PATH '@id', v integer PATH 'v') x WHERE x.v % 10 = 0 AND (xpath('/e/@id', e.doc))[1]::text <> '7'

-- # 059_distinct
-- rows: 2
-- md5: 3a481e86f0edc7aa6cea25b2d64bf03a
-- why: plain DISTINCT
SELECT DISTINCT 'R059' AS rule_id, 'ORD' AS source_id, currency AS source_uid, currency AS data_value, DATE '2024-02-01' AS txn_date FROM dq_src.orders

-- # 061_ordered_set
-- rows: 12
-- md5: 26b90debe82366ca88aefe3bf350abee
-- why: ordered-set aggregates
SELECT 'R061' AS rule_id, 'ORD' AS source_id, o.order_no AS source_uid, o.total AS data_value, o.ordered_on AS txn_date
FROM dq_src.orders o, (SELECT percentile_cont(0.98) WITHIN GROUP (ORDER BY total) AS p98, mode() WITHIN GROUP (ORDER BY status) AS m FROM dq_src.orders) s WHERE o.total > s.p98 OR o.status < s.m AND o.total < 0

-- # 063_fetch_first
-- rows: 5
-- md5: 1b5fdb5b7042f0d7db5e3dd282c55f4c
-- why: OFFSET … FETCH FIRST … ROWS ONLY
SELECT 'R063' AS rule_id, 'ORD' AS source_id, order_no AS source_uid, status AS data_value, ordered_on AS txn_date FROM dq_src.orders ORDER BY order_no OFFSET 10 ROWS FETCH FIRST 5 ROWS ONLY

-- # 065_limit_all
-- rows: 16
-- md5: 7d7934fb10a6e99a6355bf0d2de1c84e
-- why: LIMIT ALL OFFSET 0
SELECT 'R065' AS rule_id, 'ORD' AS source_id, order_no AS source_uid, total AS data_value, ordered_on AS txn_date FROM dq_src.orders WHERE total < 0 LIMIT ALL OFFSET 0

-- # 067_generate_series
-- rows: 7
-- md5: 08f6107d1c18c038ef3bf60264ebb108
-- why: generate_series to find gaps
SELECT 'R067' AS rule_id, 'READ' AS source_id, s.sensor || '@' || to_char(g.ts, 'MM-DD HH24') AS source_uid, 'gap' AS data_value, g.ts::date AS txn_date
FROM (SELECT DISTINCT sensor FROM dq_src.readings) s
CROSS JOIN generate_series(timestamp '2024-03-01', timestamp '2024-03-03 23:00', interval '1 hour') AS g(ts)
LEFT JOIN dq_src.readings r ON r.sensor = s.sensor AND r.ts = g.ts WHERE r.ts IS NULL

-- # 069_table_function
-- rows: 10
-- md5: 60e88a028f4b2d8070821528e171b00f
-- why: a table function of the source schema
SELECT 'R069' AS rule_id, 'ORD' AS source_id, order_no AS source_uid, days AS data_value, ordered_on AS txn_date FROM dq_src.late_orders(2) ORDER BY days DESC, order_no LIMIT 10

-- # 071_joins
-- rows: 56
-- md5: ea989be2f38256b398e436dc4ce0bdc9
-- why: USING with an alias, NATURAL, FULL, self join
SELECT 'R071' AS rule_id, 'ITEM' AS source_id, j.order_no || '/' || i.line_no AS source_uid, i.sku AS data_value, o.ordered_on AS txn_date
FROM dq_src.orders o FULL JOIN dq_src.order_items i USING (order_no) AS j LEFT JOIN dq_src.products p ON p.sku = i.sku
NATURAL LEFT JOIN (SELECT 'EUR'::char(3) AS currency, 1 AS one) c WHERE p.sku IS NULL AND i.line_no IS NOT NULL

-- # 073_regex_collate
-- rows: 30
-- md5: ef6b0cea984995fe82009a467be1cb32
-- why: regular expressions, SIMILAR TO, COLLATE, overlay, position
SELECT 'R073' AS rule_id, 'CUST' AS source_id, id AS source_uid, regexp_replace(coalesce(email, '?'), '(.+)@', '\1 at ') AS data_value, birth AS txn_date
FROM dq_src.customers WHERE email !~* '^[a-z0-9.]+@[a-z]+\.(org|com)$' OR zip SIMILAR TO '(00000|00001)' AND name COLLATE "C" < 'B' OR position('(at)' in email) > 0

-- # 075_operator_syntax
-- rows: 35
-- md5: 0d9731c213c0b105c69ed624a59c9c45
-- why: OPERATOR(schema.op) and schema-qualified functions
SELECT 'R075' AS rule_id, 'CUST' AS source_id, id AS source_uid, pg_catalog.upper(name) AS data_value, birth AS txn_date FROM dq_src.customers WHERE name OPERATOR(pg_catalog.~~) 'Zo%'

-- # 079_keyword_case
-- rows: 120
-- md5: 666b0578f274994634f0fb706980599a
-- why: keywords in strange case
sElEcT 'R079' aS rule_id, 'ORD' As source_id, order_no AS source_uid, status AS data_value, ordered_on aS txn_date FrOm dq_src.orders wHeRe status = 'paid' oRdEr By 3

-- # 085_left_2000
-- rows: 2
-- md5: 687df7db754c696befadb857d4f08a4e
-- why: long values cut on purpose with left()
SELECT 'R085' AS rule_id, 'ORD' AS source_id, order_no AS source_uid, left(repeat('x', 5000), 2000) AS data_value, ordered_on AS txn_date FROM dq_src.orders LIMIT 2

-- # 087_several_pairs
-- rows: 30
-- md5: f389265cf510c6295cd0942dbd6f5dd4
-- why: several rules and sources in one result
SELECT 'R087' || (i % 3) AS rule_id, 'S' || (i % 2) AS source_id, i AS source_uid, i * i AS data_value, DATE '2024-01-01' + i AS txn_date FROM generate_series(1, 30) i

-- # 089_information_schema
-- rows: 1
-- md5: d93306d2874e5bdffbc80029a9b55d2a
-- why: rules about the source schema itself (catalog views)
SELECT 'R089' AS rule_id, 'SCHEMA' AS source_id, table_name || '.' || column_name AS source_uid, data_type AS data_value, NULL::date AS txn_date
FROM information_schema.columns WHERE table_schema = 'dq_src' AND data_type = 'xml'

-- # 091_fulltext
-- rows: 12
-- md5: 33cd8ac880de9bf73d476a4947dd1d64
-- why: text search and similarity of text
SELECT 'R091' AS rule_id, 'ORD' AS source_id, order_no AS source_uid, ts_headline(note, to_tsquery('delete')) AS data_value, ordered_on AS txn_date FROM dq_src.orders WHERE to_tsvector('simple', note) @@ to_tsquery('simple', 'delete & table')

-- # 093_select_all_keyword
-- rows: 1
-- md5: 90444c3a3ab98bb8cfcf2a3727a8d7b7
-- why: SELECT ALL, ONLY, table alias with column aliases
SELECT ALL 'R093' AS rule_id, 'EMP' AS source_id, e.k AS source_uid, e.n AS data_value, DATE '2024-01-01' AS txn_date FROM ONLY dq_src.employees AS e(k, b, n, s) WHERE e.b IS NULL

-- # 095_srf_in_select_list
-- rows: 12
-- md5: 3a4cb0cbde6199d02482130509a84f37
-- why: set-returning function in the select list
SELECT 'R095' AS rule_id, 'EVT' AS source_id, id || '/' || jsonb_object_keys(payload) AS source_uid, 'key' AS data_value, seen::date AS txn_date FROM dq_src.events WHERE id <= 3

-- # 201_e_string_continued
-- rows: 1
-- md5: 60bea6390218901b39942b9e63f5170f
-- why: a string continued on the next line keeps the escapes of its first part
SELECT 'R' AS rule_id, 'S' AS source_id, 'u' AS source_uid, E'a'
  'b\'; -- c' /* ; */ AS data_value, DATE '2024-01-01' AS txn_date

-- # 202_hint_and_empty_comments
-- rows: 1
-- md5: 201e113a0b2914eff7b1473638d7dc38
-- why: comments that hold nothing, or a hint
SELECT 'R' AS rule_id, 'S' AS source_id, 'u' AS source_uid, 5 */* c */ 2 AS data_value, DATE '2024-01-01' AS txn_date --
--

-- # 203_with_inside_brackets
-- rows: 2
-- md5: ab9a5f01157a1a3848705820144009b4
-- why: WITH inside brackets, in a UNION, ordered
(WITH a (v) AS (SELECT 1) SELECT 'R' AS rule_id, 'S' AS source_id, 'u' AS source_uid, v AS data_value, DATE '2024-01-01' AS txn_date FROM a)
UNION ALL (SELECT 'R' AS rule_id, 'S' AS source_id, 'w' AS source_uid, 2 AS data_value, DATE '2024-01-01' AS txn_date) ORDER BY 1, 3;

-- # 204_escaped_alias
-- rows: 1
-- md5: 3e19a7a515baecb72d7732ba05de6255
-- why: an alias written with escapes
SELECT 'R' AS U&"rule\005fid", 'S' AS source_id, 'u' AS source_uid, 1 AS data_value, DATE '2024-01-01' AS txn_date

-- # 205_dollars_in_names
-- rows: 1
-- md5: 41a6d89bbbfa5090c37129ce9cc2d1e1
-- why: dollar signs inside names, tags of letters beyond ASCII
SELECT 'R' AS rule_id, 'S' AS source_id, 'u' AS source_uid, a$b$c || $ünï$it's;$ünï$ AS data_value, DATE '2024-01-01' AS txn_date FROM (SELECT 'x' AS a$b$c) q

-- # 206_signs_of_drivers
-- rows: 1
-- md5: 3020702dc7ca9a9b59caa11be7b97220
-- why: what placeholders of drivers look like
SELECT 'R' AS rule_id, 'S' AS source_id, 'u' AS source_uid, '%s %% {} :x ? $1' || ('{"a": 1}'::jsonb ? 'a')::text || (ARRAY[1, 2, 3])[2:3]::text AS data_value, DATE '2024-01-01' AS txn_date
