package io.millrace.delta.procedure;

import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.table.api.bridge.java.StreamTableEnvironment;

/** Sessions in batch mode that know the tables of a catalog. */
@FunctionalInterface
public interface BatchSessions {
  /** A new one, whose jobs run where those of the environment do. */
  StreamTableEnvironment open(StreamExecutionEnvironment environment);
}
