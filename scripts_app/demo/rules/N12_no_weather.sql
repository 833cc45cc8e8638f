-- Flights without a weather observation
-- There should be one for every origin and hour.
SELECT 'NYC_NO_WEATHER' AS rule_id,
       'NYCFLIGHTS'     AS source_id,
       f.rid            AS source_uid,
       to_char(f.time_hour AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24"Z"') AS data_value,
       make_date(f.year, f.month, f.day) AS txn_date
  FROM demo.nyc_flights f
  LEFT JOIN demo.nyc_weather w ON w.origin = f.origin AND w.time_hour = f.time_hour
 WHERE w.rid IS NULL;
