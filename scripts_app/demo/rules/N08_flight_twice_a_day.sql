-- The same flight number twice on one day
-- Every row of such a group is listed, not only the second.
SELECT 'NYC_DUP_FLIGHT' AS rule_id,
       'NYCFLIGHTS'     AS source_id,
       rid              AS source_uid,
       format('%s%s %s-%s', carrier, flight, origin, dest) AS data_value,
       make_date(year, month, day) AS txn_date
  FROM (SELECT f.*, count(*) OVER (PARTITION BY f.carrier, f.flight, f.year, f.month, f.day) AS times
          FROM demo.nyc_flights f) counted
 WHERE times > 1;
