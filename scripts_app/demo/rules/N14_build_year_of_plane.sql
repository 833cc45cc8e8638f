-- Planes with a missing or impossible build year
-- Built between 1960 and 2013, the year of the data. A plane has no business date, so the date stays empty.
SELECT 'NYC_PLANE_YEAR' AS rule_id,
       'NYCPLANES'      AS source_id,
       tailnum          AS source_uid,
       year             AS data_value,
       NULL             AS txn_date
  FROM demo.nyc_planes
 WHERE coalesce(year NOT BETWEEN 1960 AND 2013, true);
