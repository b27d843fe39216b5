package io.millrace.delta.dml;

import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.apache.flink.api.common.functions.Partitioner;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.table.data.RowData;

/** The operators behind the rows that a statement found: the same for all statements. */
public final class RowLevelJob {
  private RowLevelJob() {}

  /**
   * Writes, removes and commits what rows say.
   *
   * @param rows as the statement's shape describes them
   * @param uids makes the uid of an operator from the name of a step
   * @return the numbers of the operation, in one element
   */
  public static DataStream<Map<String, String>> of(
      DataStream<RowData> rows, Statement statement, UnaryOperator<String> uids) {
    return of(rows, List.of(), statement, uids);
  }

  static DataStream<Map<String, String>> of(
      DataStream<RowData> rows,
      List<DataStream<Tuple2<String, byte[]>>> more,
      Statement statement,
      UnaryOperator<String> uids) {
    String name = statement.table().name() + ": " + statement.operation().toLowerCase() + ": ";
    SingleOutputStreamOperator<Tuple2<String, byte[]>> changed =
        rows.transform(name + "rows", JobPart.TYPE, new ChangedRowsOperator(statement))
            .setParallelism(rows.getParallelism())
            .uid(uids.apply("rows"));
    DataStream<Tuple2<String, byte[]>> parts = changed;
    if (!statement.vectors() || statement.listsChanges()) {
      parts =
          changed
              .partitionCustom(new ByPath(), part -> part.f0)
              .transform(name + "rewrite", JobPart.TYPE, new RewriteOperator(statement))
              .uid(uids.apply("rewrite"));
    }
    for (DataStream<Tuple2<String, byte[]>> other : more) {
      parts = parts.union(other);
    }
    return parts
        .global()
        .transform(name + "commit", CommitOperator.OUTCOME, new CommitOperator(statement))
        .setParallelism(1)
        .setMaxParallelism(1)
        .uid(uids.apply("commit"));
  }

  /** A file is rewritten by one subtask. */
  private static final class ByPath implements Partitioner<String> {
    private static final long serialVersionUID = 1L;

    @Override
    public int partition(String path, int subtasks) {
      return Math.floorMod(path.hashCode(), subtasks);
    }
  }
}
