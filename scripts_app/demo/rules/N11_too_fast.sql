-- Faster than 600 miles an hour
-- Distance over air time; no plane in the register keeps that up.
SELECT 'NYC_SPEED'  AS rule_id,
       'NYCFLIGHTS' AS source_id,
       f.rid        AS source_uid,
       round(f.distance / (f.air_time / 60.0), 1) AS data_value,
       make_date(f.year, f.month, f.day) AS txn_date
  FROM demo.nyc_flights f
 WHERE f.air_time > 0
   AND f.distance / (f.air_time / 60.0) > 600;
