-- One plane, two departures at the same minute
-- A plane can't be scheduled to leave twice at once.
SELECT 'NYC_PLANE_TWICE' AS rule_id,
       'NYCFLIGHTS'      AS source_id,
       rid               AS source_uid,
       tailnum || ' @' || sched_dep_time AS data_value,
       make_date(year, month, day) AS txn_date
  FROM (SELECT f.*, count(*) OVER (PARTITION BY f.tailnum, f.year, f.month, f.day, f.sched_dep_time) AS times
          FROM demo.nyc_flights f
         WHERE f.tailnum IS NOT NULL) counted
 WHERE times > 1;
