-- Planes that are not in the register
-- The tail number of a flight has to be one of the planes that we know.
SELECT 'NYC_PLANE_UNKNOWN' AS rule_id,
       'NYCFLIGHTS'        AS source_id,
       f.rid               AS source_uid,
       f.tailnum           AS data_value,
       make_date(f.year, f.month, f.day) AS txn_date
  FROM demo.nyc_flights f
 WHERE f.tailnum IS NOT NULL
   AND NOT EXISTS (SELECT FROM demo.nyc_planes p WHERE p.tailnum = f.tailnum);
