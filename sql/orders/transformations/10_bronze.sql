-- Every event as it came, with where it came from. Nothing is dropped here.
CREATE OR REFRESH STREAMING TABLE bronze
COMMENT 'Every event of the topic, byte for byte'
AS SELECT
  CAST(`value` AS STRING) AS `raw`,
  topic AS kafka_topic,
  `partition` AS kafka_partition,
  `offset` AS kafka_offset,
  `timestamp` AS kafka_ts
FROM STREAM read_kafka(bootstrapServers => '${bootstrap}', subscribe => '${topic}');
