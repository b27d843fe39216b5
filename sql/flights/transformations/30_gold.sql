-- Gold: what people ask for. Each table holds, at every checkpoint, exactly what silver holds.

-- A flight counts as delayed from 15 minutes on, as the Bureau of Transportation Statistics counts.
CREATE OR REFRESH MATERIALIZED VIEW delay_by_airport_hour (
  PRIMARY KEY (origin, hour_ts)
)
COMMENT 'delay per origin airport and hour of departure'
AS SELECT
  origin,
  FLOOR(departed_at TO HOUR) AS hour_ts,
  COUNT(*) AS flights,
  SUM(CASE WHEN delay >= 15 THEN 1 ELSE 0 END) AS delayed_flights,
  SUM(CAST(delay AS BIGINT)) AS total_delay,
  MAX(delay) AS max_delay,
  AVG(CAST(delay AS DOUBLE)) AS avg_delay
FROM flights
GROUP BY origin, FLOOR(departed_at TO HOUR);

CREATE OR REFRESH MATERIALIZED VIEW routes_by_day (
  PRIMARY KEY (origin, destination, day_ts)
)
COMMENT 'flights per route and day'
AS SELECT
  origin,
  destination,
  FLOOR(departed_at TO DAY) AS day_ts,
  COUNT(*) AS flights,
  SUM(CAST(delay AS BIGINT)) AS total_delay,
  AVG(CAST(delay AS DOUBLE)) AS avg_delay,
  MAX(distance) AS distance
FROM flights
GROUP BY origin, destination, FLOOR(departed_at TO DAY);

CREATE OR REFRESH MATERIALIZED VIEW airport_totals (
  PRIMARY KEY (origin)
)
COMMENT 'flights per origin airport'
AS SELECT
  origin,
  COUNT(*) AS flights,
  SUM(CAST(delay AS BIGINT)) AS total_delay
FROM flights
GROUP BY origin;

-- A running top list: a row changes when a rank does.
CREATE OR REFRESH MATERIALIZED VIEW top_airports (
  PRIMARY KEY (rank_no)
)
COMMENT 'the ten busiest airports'
AS SELECT rank_no, origin, flights, total_delay
FROM (
  SELECT *, ROW_NUMBER() OVER (ORDER BY flights DESC, origin) AS rank_no
  FROM airport_totals)
WHERE rank_no <= 10;
