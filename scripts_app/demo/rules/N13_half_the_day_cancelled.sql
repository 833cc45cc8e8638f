-- Days on which a carrier cancelled more than half of its flights
-- From one airport, with ten flights or more planned. The record is the day, the carrier and the airport together.
SELECT 'NYC_CANCEL_RATE' AS rule_id,
       'NYCFLIGHTS'      AS source_id,
       concat_ws('|', make_date(year, month, day), carrier, origin) AS source_uid,
       format('%s of %s', count(*) FILTER (WHERE dep_time IS NULL), count(*)) AS data_value,
       make_date(year, month, day) AS txn_date
  FROM demo.nyc_flights
 GROUP BY year, month, day, carrier, origin
HAVING count(*) >= 10
   AND 2 * count(*) FILTER (WHERE dep_time IS NULL) > count(*);
