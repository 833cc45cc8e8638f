-- Departed, but never arrived
-- A flight with a departure time needs an arrival time.
SELECT 'NYC_NO_ARRIVAL' AS rule_id,
       'NYCFLIGHTS'     AS source_id,
       f.rid            AS source_uid,
       lpad(f.dep_time::text, 4, '0') || ' -> ' || coalesce(f.arr_time::text, '?') AS data_value,
       make_date(f.year, f.month, f.day) AS txn_date
  FROM demo.nyc_flights f
 WHERE f.dep_time IS NOT NULL
   AND f.arr_time IS NULL;
