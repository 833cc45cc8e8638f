-- Destinations that are not in the airport list
-- The destination of a flight has to be an airport that we know.
SELECT 'NYC_DEST_UNKNOWN' AS rule_id,
       'NYCFLIGHTS'       AS source_id,
       f.rid              AS source_uid,
       f.dest             AS data_value,
       make_date(f.year, f.month, f.day) AS txn_date
  FROM demo.nyc_flights f
  LEFT JOIN demo.nyc_airports a ON a.faa = f.dest
 WHERE a.faa IS NULL;
