package io.millrace.jobs.expression;

import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.RuntimeExecutionMode;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.ExecutionOptions;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.table.api.TableResult;
import org.apache.flink.table.api.bridge.java.StreamTableEnvironment;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.runtime.typeutils.InternalTypeInfo;
import org.apache.flink.table.types.DataType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.types.Row;
import org.apache.flink.util.CloseableIterator;

/** Evaluates expressions by Flink itself: one batch job for each list of them. */
final class FlinkReference {

  /** What Flink says: a type for each expression, and for each row a value of each. */
  record Answer(List<DataType> types, List<Row> rows) {}

  private final StreamTableEnvironment environment;

  FlinkReference(RowType type, List<RowData> rows) {
    Configuration configuration = new Configuration();
    configuration.set(ExecutionOptions.RUNTIME_MODE, RuntimeExecutionMode.BATCH);
    StreamExecutionEnvironment streams =
        StreamExecutionEnvironment.getExecutionEnvironment(configuration);
    streams.setParallelism(1);
    environment = StreamTableEnvironment.create(streams);
    environment.createTemporaryView("t", streams.fromCollection(rows, InternalTypeInfo.of(type)));
  }

  LogicalType type(String expression) {
    return typeOf("SELECT " + expression + " FROM t");
  }

  LogicalType groupedType(String aggregate) {
    return typeOf("SELECT " + aggregate + " FROM t GROUP BY inn");
  }

  private LogicalType typeOf(String query) {
    return environment
        .sqlQuery(query)
        .getResolvedSchema()
        .getColumnDataTypes()
        .get(0)
        .getLogicalType();
  }

  Answer evaluate(List<String> expressions) throws Exception {
    TableResult result =
        environment.executeSql("SELECT " + String.join(",\n ", expressions) + " FROM t");
    List<Row> rows = new ArrayList<>();
    try (CloseableIterator<Row> iterator = result.collect()) {
      iterator.forEachRemaining(rows::add);
    }
    return new Answer(result.getResolvedSchema().getColumnDataTypes(), rows);
  }
}
