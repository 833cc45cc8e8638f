-- Flights without a tail number
-- A flight has to name the plane that flew, or was meant to fly.
SELECT 'NYC_TAIL_NULL' AS rule_id,
       'NYCFLIGHTS'    AS source_id,
       f.rid           AS source_uid,
       f.carrier || f.flight AS data_value,
       make_date(f.year, f.month, f.day) AS txn_date
  FROM demo.nyc_flights f
 WHERE f.tailnum IS NULL;
