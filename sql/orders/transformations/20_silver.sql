-- One document per event. What is not JSON of this schema goes to the table quarantine.
CREATE TEMPORARY VIEW orders_json
TBLPROPERTIES ('quality.quarantine' = 'quarantine')
AS SELECT from_json(
  `raw`,
  'order_id BIGINT, customer_id BIGINT, product_id INT, region STRING, currency STRING,
   amount DECIMAL(10,2), status STRING, channel STRING, ts TIMESTAMP(3), note STRING') AS o
FROM STREAM(bronze);

-- Only TRUE passes: an amount that is null is dropped too.
CREATE TEMPORARY VIEW orders_valid (
  CONSTRAINT has_order_id EXPECT (order_id IS NOT NULL) ON VIOLATION DROP ROW,
  CONSTRAINT positive_amount EXPECT (amount > 0) ON VIOLATION DROP ROW
)
AS SELECT
  o.order_id,
  o.customer_id,
  o.product_id,
  o.region,
  o.currency,
  o.amount,
  o.status,
  o.channel,
  o.ts,
  o.note
FROM STREAM(orders_json);

-- One row per order, however often and however late it is sent again.
CREATE OR REFRESH STREAMING TABLE silver
COMMENT 'Valid orders, one row each'
TBLPROPERTIES ('deduplicate.horizon' = 'unbounded')
AS SELECT
  order_id, customer_id, product_id, region, currency, amount, status, channel, ts, note
FROM (
  SELECT *, ROW_NUMBER() OVER (PARTITION BY order_id ORDER BY PROCTIME()) AS rn
  FROM STREAM(orders_valid))
WHERE rn = 1;
