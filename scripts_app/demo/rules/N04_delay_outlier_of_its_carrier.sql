-- Delays far from what its carrier and airport usually have
-- More than fifteen times the distance between the quartiles above the third quartile of the same carrier and origin.
WITH quartiles AS (
  SELECT carrier, origin,
         percentile_cont(0.25) WITHIN GROUP (ORDER BY dep_delay) AS lower,
         percentile_cont(0.75) WITHIN GROUP (ORDER BY dep_delay) AS upper
    FROM demo.nyc_flights
   GROUP BY carrier, origin
), limits AS (
  SELECT carrier, origin, upper + 15 * (upper - lower) AS most FROM quartiles
)
SELECT 'NYC_DELAY_IQR' AS rule_id,
       'NYCFLIGHTS'    AS source_id,
       f.rid           AS source_uid,
       format('%s min (limit %s)', f.dep_delay, round(l.most::numeric, 2)) AS data_value,
       make_date(f.year, f.month, f.day) AS txn_date
  FROM demo.nyc_flights f
  JOIN limits l USING (carrier, origin)
 WHERE f.dep_delay > l.most;
