package io.millrace.delta.table;

import io.millrace.delta.dml.RetriedStatement;
import io.millrace.delta.sink.SharedCluster;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.util.TestStreamEnvironment;
import org.apache.flink.table.api.EnvironmentSettings;
import org.apache.flink.table.api.ExplainDetail;
import org.apache.flink.table.api.TableResult;
import org.apache.flink.table.api.bridge.java.StreamTableEnvironment;
import org.apache.flink.types.Row;
import org.apache.flink.util.CloseableIterator;

/** A session of Flink SQL on the shared cluster. */
public final class Sql {
  private static final long TIMEOUT_SECONDS = 60;

  private final StreamTableEnvironment tables;

  public Sql(boolean batch) {
    var configuration = new Configuration();
    if (!batch) {
      configuration.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofMillis(50));
    }
    var environment =
        new TestStreamEnvironment(SharedCluster.get(), configuration, 2, List.of(), List.of());
    EnvironmentSettings.Builder settings = EnvironmentSettings.newInstance();
    tables =
        StreamTableEnvironment.create(
            environment, (batch ? settings.inBatchMode() : settings.inStreamingMode()).build());
    tables.getConfig().setLocalTimeZone(java.time.ZoneOffset.UTC);
  }

  void set(String option, String value) {
    tables.getConfig().set(option, value);
  }

  public TableResult run(String statement) {
    return tables.executeSql(statement);
  }

  int untilUndisturbed(String statement) {
    return RetriedStatement.run(tables, statement);
  }

  /** Runs an INSERT to its end. */
  public void insert(String statement) throws Exception {
    run(statement).await(TIMEOUT_SECONDS, TimeUnit.SECONDS);
  }

  /** The rows of a query that ends, each with its kind, sorted. */
  public List<String> rows(String query) throws Exception {
    List<String> rows = new ArrayList<>();
    try (CloseableIterator<Row> found = run(query).collect()) {
      found.forEachRemaining(row -> rows.add(row.toString()));
    }
    rows.sort(null);
    return rows;
  }

  List<String> rowsUnchecked(String query) {
    try {
      return rows(query);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  /** The first rows of a query that does not end, in the order in which they come. */
  public List<String> first(String query, int count) throws Exception {
    List<String> rows = new ArrayList<>();
    try (CloseableIterator<Row> found = run(query).collect()) {
      while (rows.size() < count) {
        rows.add(found.next().toString());
      }
    }
    return rows;
  }

  /** The plan with what the planner reckons each step to have of rows. */
  String costs(String query) {
    return tables.explainSql(query, ExplainDetail.ESTIMATED_COST);
  }

  public String plan(String query) {
    return tables.explainSql(query);
  }
}
