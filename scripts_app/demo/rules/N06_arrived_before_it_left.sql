-- Arrived before it left
-- On the clock, for flights that left before 18:00 and so should land on the same day. Times are HHMM.
SELECT 'NYC_ARR_BEFORE_DEP' AS rule_id,
       'NYCFLIGHTS'         AS source_id,
       f.rid                AS source_uid,
       f.dep_time || ' -> ' || f.arr_time AS data_value,
       make_date(f.year, f.month, f.day) AS txn_date
  FROM demo.nyc_flights f
 WHERE f.dep_time < 1800
   AND f.arr_time < f.dep_time;
