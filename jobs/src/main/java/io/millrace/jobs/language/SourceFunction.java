package io.millrace.jobs.language;

import static java.util.Objects.requireNonNull;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import org.apache.flink.table.types.logical.RowType;
import org.jspecify.annotations.Nullable;

/** Where rows come from outside of the pipeline. Equal functions read the same thing. */
public sealed interface SourceFunction {

  /** How the function is called in SQL. */
  String function();

  /** What it reads, for people: a topic, a path. */
  String subject();

  /** Options beyond the named ones. May hold secrets: not for messages. */
  Map<String, String> options();

  /**
   * {@code STREAM read_kafka(bootstrapServers => …, subscribe => …)}. Its columns, as on
   * Databricks: {@code key BYTES, value BYTES, topic STRING, partition INT, offset BIGINT,
   * timestamp TIMESTAMP(3), timestampType INT}.
   *
   * @param bootstrapServers brokers, comma-separated
   * @param topic one topic
   * @param options {@code startingOffsets} ({@code earliest} or {@code latest}) and the Kafka
   *     client's own, whose names begin with {@code kafka.}
   */
  record ReadKafka(String bootstrapServers, String topic, Map<String, String> options)
      implements SourceFunction {
    public ReadKafka {
      requireNonNull(bootstrapServers, "bootstrapServers is null");
      requireNonNull(topic, "topic is null");
      options = Collections.unmodifiableMap(new TreeMap<>(options));
    }

    @Override
    public String function() {
      return "read_kafka";
    }

    @Override
    public String subject() {
      return topic;
    }

    /** Without options and brokers: they may hold secrets. */
    @Override
    public String toString() {
      return "read_kafka(" + topic + ")";
    }
  }

  /**
   * {@code read_files('path', format => 'csv', header => true, schema => '…')}: a bounded set of
   * files, read once.
   *
   * @param path a file or folder; a relative one begins at the project's folder
   * @param format in lower case: {@code csv}, {@code json}, {@code parquet}
   * @param header whether the first line of each file names the columns
   * @param schema columns in order; null where the files themselves tell
   * @param options the rest, such as {@code delimiter}
   */
  record ReadFiles(
      String path,
      String format,
      boolean header,
      @Nullable RowType schema,
      Map<String, String> options)
      implements SourceFunction {
    public ReadFiles {
      requireNonNull(path, "path is null");
      requireNonNull(format, "format is null");
      options = Collections.unmodifiableMap(new TreeMap<>(options));
    }

    @Override
    public String function() {
      return "read_files";
    }

    @Override
    public String subject() {
      return path;
    }

    @Override
    public String toString() {
      return "read_files(" + path + ")";
    }
  }
}
