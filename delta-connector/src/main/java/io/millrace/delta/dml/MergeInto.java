package io.millrace.delta.dml;

import static java.util.Objects.requireNonNull;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.delta.DeltaTableSpec;
import io.millrace.delta.dml.MergeClause.When;
import io.millrace.delta.filter.ColumnRef;
import io.millrace.delta.filter.RowFilter;
import io.millrace.delta.kernel.MaintainedTable;
import io.millrace.delta.kernel.TableState;
import io.millrace.delta.source.DeltaSource;
import io.millrace.delta.source.DeltaSourceBuilder;
import io.millrace.delta.source.MetadataColumn;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.table.api.Table;
import org.apache.flink.table.api.bridge.java.StreamTableEnvironment;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.runtime.typeutils.InternalTypeInfo;
import org.apache.flink.table.types.DataType;
import org.apache.flink.table.types.logical.BigIntType;
import org.apache.flink.table.types.logical.IntType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.table.types.logical.VarCharType;
import org.apache.flink.table.types.utils.TypeConversions;
import org.apache.flink.util.CloseableIterator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * MERGE INTO a Delta table, as one batch job: rows of the target are updated, deleted and inserted
 * by what a source, any query of Flink's, has for them. The semantics are delta-spark's ({@code
 * MergeIntoCommand}): of the clauses of a row the first that applies counts, a condition that is
 * NULL is not met, and two rows of the source for one of the target are refused, unless they all
 * delete it. Rows of a table that tracks its rows keep their ids, updated ones too.
 *
 * <pre>{@code
 * MergeInto.table(tables, "/lake/orders", "t")
 *     .using("SELECT * FROM updates", "s")
 *     .on("t.id = s.id")
 *     .when("WHEN MATCHED AND s.gone THEN DELETE")
 *     .when("WHEN MATCHED THEN UPDATE SET amount = s.amount, version = t.version + 1")
 *     .when("WHEN NOT MATCHED THEN INSERT *")
 *     .execute();
 * }</pre>
 *
 * <p>The result is serialisable: if another writer has committed something meanwhile that the
 * statement would have seen, it is run again on the new version, a bounded number of times. Used by
 * one thread.
 */
public final class MergeInto {
  private static final Logger LOG = LoggerFactory.getLogger(MergeInto.class);
  private static final String MERGE = "MERGE";
  private static final int ROUNDS_MAX = 10;

  private final StreamTableEnvironment tables;
  private final String path;
  private final String targetName;
  private final List<MergeClause> clauses = new ArrayList<>();
  private String source = "";
  private String sourceName = "s";
  private String on = "";
  private boolean broadcast = true;

  private MergeInto(StreamTableEnvironment tables, String path, String targetName) {
    this.tables = requireNonNull(tables, "tables is null");
    this.path = requireNonNull(path, "path is null");
    this.targetName = requireNonNull(targetName, "targetName is null");
  }

  /**
   * Begins a MERGE.
   *
   * @param tables in batch mode; knows what the source names
   * @param path folder of the target: an absolute local path or a URI
   * @param name of the target in conditions and expressions
   */
  public static MergeInto table(StreamTableEnvironment tables, String path, String name) {
    return new MergeInto(tables, path, name);
  }

  /**
   * A whole MERGE from texts, for procedures.
   *
   * @param source name of a table or view, or a query
   * @param clauses as {@link MergeClause#parse} reads them, in order
   * @throws MillraceException as {@link #execute}
   */
  public static MergeResult run(
      StreamTableEnvironment tables,
      String targetPath,
      String targetName,
      String source,
      String sourceName,
      String on,
      List<String> clauses) {
    MergeInto merge = table(tables, targetPath, targetName).using(source, sourceName).on(on);
    clauses.forEach(merge::when);
    return merge.execute();
  }

  /**
   * What is merged.
   *
   * @param tableOrQuery name of a table or view as in a query, or a query
   * @param name of the source in conditions and expressions
   */
  public MergeInto using(String tableOrQuery, String name) {
    source = requireNonNull(tableOrQuery, "tableOrQuery is null").strip();
    sourceName = requireNonNull(name, "name is null");
    return this;
  }

  /** The same, with a table that is there already. */
  public MergeInto using(Table table, String name) {
    return using("SELECT * FROM " + table, name);
  }

  /** When a row of the source is for a row of the target. */
  public MergeInto on(String condition) {
    on = requireNonNull(condition, "condition is null").strip();
    return this;
  }

  /**
   * Adds a clause; of several the first that applies to a row counts.
   *
   * @throws MillraceException SQL_SYNTAX
   */
  public MergeInto when(String clause) {
    return when(MergeClause.parse(clause));
  }

  /** Adds a clause; of several the first that applies to a row counts. */
  public MergeInto when(MergeClause clause) {
    clauses.add(requireNonNull(clause, "clause is null"));
    return this;
  }

  /**
   * Joins by moving both sides, for a source too large to be sent to every subtask as a whole,
   * which is what is done otherwise.
   */
  public MergeInto shuffled() {
    broadcast = false;
    return this;
  }

  /**
   * Runs the statement and waits for its end.
   *
   * @throws MillraceException SQL_SYNTAX, COLUMN_NOT_FOUND, TYPE_MISMATCH before anything runs;
   *     MERGE_AMBIGUOUS naming the keys of a row that several rows of the source are for;
   *     CHECK_VIOLATED, NOT_NULL_VIOLATED; TABLE_NOT_FOUND, TABLE_UNSUPPORTED; COMMIT_CONFLICT if
   *     others changed what it reads again and again; PIPELINE_FAILED. Nothing is changed then
   */
  public MergeResult execute() {
    requireWhole();
    for (int round = 1; ; round++) {
      try (MaintainedTable table = MaintainedTable.open(path)) {
        return attempt(table.latest(), round);
      } catch (MillraceException e) {
        if (e.code() != ErrorCode.COMMIT_CONFLICT || round == ROUNDS_MAX) {
          throw e;
        }
        LOG.info("Another writer changed what was read, merging again: {}", e.getMessage());
      }
    }
  }

  private void requireWhole() {
    if (source.isEmpty() || on.isEmpty() || clauses.isEmpty()) {
      throw new MillraceException(
          ErrorCode.SQL_SYNTAX,
          "a MERGE into %s has no %s"
              .formatted(
                  path, source.isEmpty() ? "source" : on.isEmpty() ? "ON condition" : "clause"),
          "name source, condition and at least one WHEN clause");
    }
    MergeSql.misplaced(clauses)
        .ifPresent(
            when -> {
              throw new MillraceException(
                  ErrorCode.SQL_SYNTAX,
                  "a clause WHEN %s of a MERGE has no condition and is not the last of its kind, so"
                          .formatted(when)
                      + " that no other could apply",
                  "give it a condition, or put it behind the others");
            });
  }

  private MergeResult attempt(TableState state, int round) {
    boolean removes = clauses.stream().anyMatch(clause -> clause.when() != When.NOT_MATCHED);
    boolean vectors = state.deletionVectorsEnabled();
    boolean writes = clauses.stream().anyMatch(clause -> clause.kind().writes());
    state.requireModifiable(MERGE, removes, writes || !vectors);
    List<String> views = new ArrayList<>();
    boolean reuse = tables.getConfig().get(PipelineOptions.OBJECT_REUSE);
    StreamExecutionEnvironment environment = null;
    try {
      // Rows that pass through a chain of operators need not be copied for any of ours.
      tables.getConfig().set(PipelineOptions.OBJECT_REUSE, true);
      Table rows = query(isQuery() ? source : "SELECT * FROM " + source);
      RowType sourceType = rowType(rows);
      DataStream<RowData> read = tables.toDataStream(rows, internal(sourceType));
      environment = read.getExecutionEnvironment();
      MergeSql sql =
          new MergeSql(
              targetName,
              sourceName,
              state.rowType(),
              on,
              MergeSql.expanded(clauses, state.rowType(), sourceType.getFieldNames(), sourceName),
              broadcast,
              keepsIds(state));
      SingleOutputStreamOperator<RowData> numbered =
          numbered(read, sourceType, keys(sql, state, sourceType));
      String sourceView = view(numbered, views);
      String targetView = view(target(environment, state, sql), views);
      new MergeTypes(tables, path, state.rowType()).check(sql, targetView, sourceView);
      DataStream<RowData> changed = changes(sql, targetView, sourceView, views);
      String run = UUID.randomUUID().toString();
      DataStream<Map<String, String>> outcome =
          RowLevelJob.of(
              changed,
              List.of(numbered.getSideOutput(SourceRowsOperator.COUNTS)),
              statement(state, sql, writes, run),
              step -> "merge-" + step + "-" + run);
      return result(outcome, round);
    } finally {
      tables.getConfig().set(PipelineOptions.OBJECT_REUSE, reuse);
      if (environment != null && !reuse) {
        environment.getConfig().disableObjectReuse();
      }
      views.forEach(tables::dropTemporaryView);
    }
  }

  /** Whether there are ids, and rows that are written in place of others. */
  private boolean keepsIds(TableState state) {
    return clauses.stream().anyMatch(clause -> clause.kind().writes() && clause.kind().removes())
        && state.trackingColumns().isPresent();
  }

  private boolean isQuery() {
    List<SqlWords.Word> words = new SqlWords(source).words();
    return words.get(0).is("(")
        || List.of("SELECT", "WITH", "VALUES").stream().anyMatch(words.get(0)::is);
  }

  private Table query(String sql) {
    return MergeTypes.query(tables, path, sql);
  }

  private static RowType rowType(Table table) {
    return (RowType) table.getResolvedSchema().toPhysicalRowDataType().getLogicalType();
  }

  /** Rows as Flink has them inside, so that nothing is converted. */
  private static DataType internal(RowType type) {
    return TypeConversions.fromLogicalToDataType(type.copy(false)).bridgedTo(RowData.class);
  }

  private static RowType with(RowType type, RowType.RowField... more) {
    List<RowType.RowField> fields = new ArrayList<>(type.getFields());
    fields.addAll(List.of(more));
    return new RowType(false, fields);
  }

  private static SingleOutputStreamOperator<RowData> numbered(
      DataStream<RowData> source, RowType type, List<SourceBounds.Key> keys) {
    RowType numbered = with(type, new RowType.RowField(MergeSql.NUMBER, new BigIntType(false)));
    return source.transform(
        "merge: source", InternalTypeInfo.of(numbered), new SourceRowsOperator(keys));
  }

  /** By which it can be told that a row of the target has no partner, if that is all it takes. */
  private List<SourceBounds.Key> keys(MergeSql sql, TableState state, RowType sourceType) {
    List<SourceBounds.Key> keys = new ArrayList<>();
    if (sql.has(When.NOT_MATCHED_BY_SOURCE)) {
      return keys;
    }
    sql.equalColumns(targetName, sourceName)
        .forEach(
            (column, with) -> {
              int at = state.rowType().getFieldIndex(column);
              int position = sourceType.getFieldIndex(with);
              if (at >= 0 && position >= 0) {
                LogicalType type = state.rowType().getTypeAt(at);
                LogicalType sourceColumn = sourceType.getTypeAt(position);
                if (SourceBounds.Key.comparable(type, sourceColumn)) {
                  keys.add(
                      new SourceBounds.Key(
                          new ColumnRef(List.of(state.inFiles(column)), type),
                          position,
                          sourceColumn));
                }
              }
            });
    return keys;
  }

  private DataStream<RowData> target(
      StreamExecutionEnvironment environment, TableState state, MergeSql sql) {
    Set<String> columns = sql.targetColumns();
    DeltaSourceBuilder builder = DeltaSource.builder(path).version(state.version());
    for (RowType.RowField field : state.rowType().getFields()) {
      if (columns.contains(field.getName())) {
        builder.column(field.getName(), field.getType());
      }
    }
    builder
        .metadata(MergeSql.FILE, MetadataColumn.FILE_PATH)
        .metadata(MergeSql.POSITION, MetadataColumn.ROW_POSITION);
    if (sql.withIds()) {
      builder.metadata(MergeSql.ROW_ID, MetadataColumn.ROW_ID);
    }
    DeltaSource built = builder.onlyTheseColumns().build();
    return environment.fromSource(
        built, WatermarkStrategy.noWatermarks(), "merge: target", built.getProducedType());
  }

  private String view(DataStream<RowData> rows, List<String> views) {
    String name = "_merge_" + UUID.randomUUID().toString().replace("-", "");
    tables.createTemporaryView(MergeSql.quoted(name), rows);
    views.add(MergeSql.quoted(name));
    return MergeSql.quoted(name);
  }

  /** Rows of the table and their place, kind, number and id; the same for all parts of the job. */
  private DataStream<RowData> changes(
      MergeSql sql, String targetView, String sourceView, List<String> views) {
    List<RowType.RowField> fields = new ArrayList<>();
    for (RowType.RowField field : sql.columns().getFields()) {
      fields.add(new RowType.RowField(field.getName(), field.getType().copy(true)));
    }
    RowType type =
        with(
            new RowType(false, fields),
            new RowType.RowField(MergeSql.FILE, VarCharType.STRING_TYPE),
            new RowType.RowField(MergeSql.POSITION, new BigIntType()),
            new RowType.RowField(MergeSql.KIND, new IntType()),
            new RowType.RowField(MergeSql.NUMBER, new BigIntType()));
    int number = type.getFieldCount() - 1;
    if (sql.withIds()) {
      type = with(type, new RowType.RowField(MergeSql.ROW_ID, new BigIntType()));
    }
    DataStream<RowData> found =
        tables.toDataStream(query(sql.matches(targetView, sourceView)), internal(type));
    if (!sql.has(When.NOT_MATCHED)) {
      return found;
    }
    DataStream<RowData> pairs =
        found
            .<RowData>flatMap(
                (row, out) -> {
                  if (!row.isNullAt(number)) {
                    out.collect(GenericRowData.of(row.getLong(number)));
                  }
                })
            .returns(
                InternalTypeInfo.of(
                    RowType.of(
                        false,
                        new LogicalType[] {new BigIntType()},
                        new String[] {MergeSql.NUMBER})))
            .setParallelism(found.getParallelism());
    DataStream<RowData> inserted =
        tables.toDataStream(query(sql.inserts(sourceView, view(pairs, views))), internal(type));
    return sql.insertsOnly() ? inserted : found.union(inserted);
  }

  private Statement statement(TableState state, MergeSql sql, boolean writes, String run) {
    Map<String, String> parameters = new HashMap<>();
    parameters.put("predicate", StatementCommit.json(List.of(on)));
    parameters.put("matchedPredicates", described(When.MATCHED));
    parameters.put("notMatchedPredicates", described(When.NOT_MATCHED));
    parameters.put("notMatchedBySourcePredicates", described(When.NOT_MATCHED_BY_SOURCE));
    boolean alwaysDeletes =
        clauses.stream()
            .filter(clause -> clause.when() == When.MATCHED)
            .findFirst()
            .map(
                clause ->
                    clause.condition().isEmpty() && clause.action() instanceof MergeClause.Delete)
            .orElse(false);
    int columns = state.rowType().getFieldCount();
    return new Statement(
        MERGE,
        new DeltaTableSpec(path, path, "dml", state.rowType(), List.of(), state.properties())
            .partitionedBy(state.partitionColumns()),
        parameters,
        new ReadSet(state.version(), RowFilter.TRUE, false),
        RowShape.mixed(columns, sql.withIds() ? columns + 4 : -1),
        state.deletionVectorsEnabled(),
        state.hasChangeDataFeed()
            && !sql.insertsOnly()
            && (writes || !state.deletionVectorsEnabled()),
        writes,
        !alwaysDeletes,
        sql.keyColumns(),
        state.trackingColumns().orElse(null),
        run,
        System.currentTimeMillis());
  }

  private String described(When when) {
    return StatementCommit.json(MergeClause.described(clauses, when));
  }

  private MergeResult result(DataStream<Map<String, String>> outcome, int round) {
    try (CloseableIterator<Map<String, String>> elements =
        outcome.executeAndCollect("MERGE INTO " + path)) {
      Map<String, String> numbers = new HashMap<>(elements.next());
      String version = numbers.remove(CommitOperator.VERSION);
      Map<String, Long> metrics = new HashMap<>();
      numbers.forEach((name, value) -> metrics.put(name, Long.valueOf(value)));
      return new MergeResult(
          version == null ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(version)),
          metrics,
          round);
    } catch (Exception e) {
      MillraceException known = MillraceException.in(e);
      throw known != null
          ? known
          : new MillraceException(
              ErrorCode.PIPELINE_FAILED,
              "MERGE INTO %s failed: %s".formatted(path, e.getMessage()),
              "see the log of the job",
              e);
    }
  }
}
