-- Bronze: every event as it came, byte for byte, poison included.
CREATE OR REFRESH STREAMING TABLE bronze
COMMENT 'every event, byte for byte'
AS SELECT
  `value` AS `raw`,
  topic AS kafka_topic,
  `partition` AS kafka_partition,
  `offset` AS kafka_offset,
  `timestamp` AS kafka_ts
FROM STREAM read_kafka(bootstrapServers => '${bootstrap}', subscribe => '${topic}');
