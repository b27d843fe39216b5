CREATE OR REFRESH MATERIALIZED VIEW gold_1
COMMENT 'Orders and revenue per region and minute of event time'
AS SELECT
  region,
  CAST(FLOOR(ts TO MINUTE) AS TIMESTAMP(6)) AS minute_ts,
  COUNT(*) AS orders,
  CAST(SUM(amount) AS DECIMAL(18, 2)) AS revenue
FROM silver
GROUP BY region, FLOOR(ts TO MINUTE);

CREATE OR REFRESH MATERIALIZED VIEW gold_2
COMMENT 'Orders and revenue per customer'
AS SELECT
  customer_id,
  COUNT(*) AS orders,
  CAST(SUM(amount) AS DECIMAL(18, 2)) AS revenue
FROM silver
GROUP BY customer_id;
