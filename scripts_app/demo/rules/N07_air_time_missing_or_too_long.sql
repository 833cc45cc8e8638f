-- Air time missing, or longer than the whole trip
-- Arrived without an air time, or in the air for longer than from gate to gate, four hours of time zones allowed.
WITH arrived AS (
  SELECT *,
         arr_time / 100 * 60 + arr_time % 100 AS landed,
         dep_time / 100 * 60 + dep_time % 100 AS left_at
    FROM demo.nyc_flights
   WHERE arr_time IS NOT NULL
)
SELECT 'NYC_AIRTIME' AS rule_id,
       'NYCFLIGHTS'  AS source_id,
       rid           AS source_uid,
       coalesce(air_time::text, 'none') AS data_value,
       make_date(year, month, day) AS txn_date
  FROM arrived
 WHERE air_time IS NULL
    OR (landed - left_at + 2 * 1440) % 1440 + 240 < air_time;
