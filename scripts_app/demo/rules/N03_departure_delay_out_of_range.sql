-- Departure delays out of range
-- Nobody leaves more than ten hours late, or more than half an hour early, without somebody looking into it.
SELECT 'NYC_DELAY_RANGE' AS rule_id,
       'NYCFLIGHTS'      AS source_id,
       f.rid             AS source_uid,
       f.dep_delay       AS data_value,
       make_date(f.year, f.month, f.day) AS txn_date
  FROM demo.nyc_flights f
 WHERE f.dep_delay NOT BETWEEN -30 AND 600;
