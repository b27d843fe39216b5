package io.millrace.jobs.plan;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.delta.row.FlatRow;
import io.millrace.delta.row.FlatRowTypeInfo;
import io.millrace.jobs.language.Dataset;
import io.millrace.jobs.language.Suggestion;
import io.millrace.jobs.operators.Provenance;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichMapFunction;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.table.api.EnvironmentSettings;
import org.apache.flink.table.api.Schema;
import org.apache.flink.table.api.Table;
import org.apache.flink.table.api.TableException;
import org.apache.flink.table.api.ValidationException;
import org.apache.flink.table.api.bridge.java.StreamTableEnvironment;
import org.apache.flink.table.connector.ChangelogMode;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.conversion.RowRowConverter;
import org.apache.flink.table.runtime.typeutils.ExternalTypeInfo;
import org.apache.flink.table.types.DataType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.table.types.utils.TypeConversions;
import org.apache.flink.types.Row;

/**
 * The second way: a dataset's query as it stands, run by Flink's planner over the streams of the
 * datasets that it reads. What comes out is a stream again, so that Flink cannot plan a dataset a
 * second time for a second reader.
 */
public final class FlinkPlanner {
  private final StreamTableEnvironment tables;
  private final Set<String> views = new HashSet<>();

  public FlinkPlanner(StreamExecutionEnvironment environment) {
    this.tables =
        StreamTableEnvironment.create(
            environment, EnvironmentSettings.newInstance().inStreamingMode().build());
    tables.getConfig().set("table.local-time-zone", "UTC");
    // A partition without records would hold back the windows of all the others for ever.
    tables.getConfig().set("table.exec.source.idle-timeout", "30 s");
  }

  /**
   * What a dataset's query gives: columns, and whether its rows are updated.
   *
   * @throws MillraceException with the place in the file if Flink refuses the query
   */
  static Relation describe(Dataset dataset, List<FlinkInput> inputs, String reason) {
    StreamExecutionEnvironment environment = StreamExecutionEnvironment.getExecutionEnvironment();
    FlinkPlanner planner = new FlinkPlanner(environment);
    String sql = dataset.query().flinkSql();
    Table table;
    boolean updates = false;
    try {
      table =
          planner.query(
              sql,
              inputs,
              input ->
                  environment
                      .fromData(List.of(), rowInfo(visible(input.relation())))
                      .returns(rowInfo(visible(input.relation()))));
    } catch (ValidationException | TableException e) {
      List<String> known = new ArrayList<>();
      inputs.forEach(
          input -> input.relation().columns().forEach(column -> known.add(column.name())));
      throw dataset.query().body().explain(e, known);
    }
    try {
      planner.tables.toDataStream(table);
    } catch (TableException | ValidationException e) {
      updates = true;
    }
    if (updates && dataset.primaryKey().isEmpty()) {
      throw new MillraceException(
          ErrorCode.PRIMARY_KEY_MISSING,
          "%s: the rows of %s are updated, and nothing says by which columns"
              .formatted(dataset.position(), dataset.name()),
          "declare PRIMARY KEY (…) in its column list, or"
              + " TBLPROPERTIES ('primary-key' = 'a, b')");
    }
    RowType type =
        (RowType) table.getResolvedSchema().toPhysicalRowDataType().getLogicalType().copy(false);
    for (String column : updates ? dataset.primaryKey() : List.<String>of()) {
      if (!type.getFieldNames().contains(column)) {
        throw new MillraceException(
            ErrorCode.COLUMN_NOT_FOUND,
            "%s: the primary key of %s names '%s', which its query does not select"
                .formatted(dataset.position(), dataset.name(), column),
            Suggestion.remedy(column, type.getFieldNames(), "it selects"));
      }
    }
    PlanNode node =
        new PlanNode.FlinkQuery(
            dataset.name(),
            sql,
            inputs,
            type,
            updates,
            updates ? dataset.primaryKey() : List.of(),
            reason);
    List<RelationColumn> columns = new ArrayList<>();
    for (int i = 0; i < type.getFieldCount(); i++) {
      columns.add(RelationColumn.plain(type.getFieldNames().get(i), type.getTypeAt(i), i));
    }
    return new Relation(
        node,
        columns,
        Provenance.NONE,
        updates,
        updates ? dataset.primaryKey() : List.of(),
        List.of());
  }

  /** The stream of a query's result. */
  public DataStream<RowData> translate(
      PlanNode.FlinkQuery node, Function<PlanNode, DataStream<RowData>> streams) {
    Table table =
        query(
            node.sql(),
            node.tables(),
            input -> {
              RowType type = visible(input.relation());
              return streams
                  .apply(input.relation().node())
                  .map(new ToRow(input.relation(), type))
                  .returns(rowInfo(type))
                  .name(input.name() + ": for Flink SQL")
                  .uid(node.name() + "/" + input.name());
            });
    DataType external = TypeConversions.fromLogicalToDataType(node.rowType());
    DataStream<Row> rows =
        node.updates() ? tables.toChangelogStream(table) : tables.toDataStream(table, external);
    return rows.map(new FromRow(node.rowType()))
        .returns(new FlatRowTypeInfo(node.rowType()))
        .name(node.name())
        .uid(node.name());
  }

  private Table query(
      String sql, List<FlinkInput> inputs, Function<FlinkInput, DataStream<Row>> streams) {
    for (FlinkInput input : inputs) {
      Relation relation = input.relation();
      if (views.add(input.name())) {
        Table table =
            relation.updates()
                ? tables.fromChangelogStream(
                    streams.apply(input), schema(relation), ChangelogMode.upsert())
                : tables.fromDataStream(streams.apply(input), schema(relation));
        tables.createTemporaryView("`" + input.name().replace("`", "``") + "`", table);
      }
    }
    return tables.sqlQuery(sql);
  }

  private static Schema schema(Relation relation) {
    Schema.Builder schema = Schema.newBuilder();
    for (RelationColumn column : relation.columns()) {
      LogicalType type = column.type();
      if (relation.key().contains(column.name())) {
        type = type.copy(false);
      }
      schema.column(column.name(), TypeConversions.fromLogicalToDataType(type));
    }
    if (relation.updates()) {
      schema.primaryKey(relation.key());
    }
    if (!relation.watermark().isEmpty()) {
      schema.watermark(relation.watermark().get(0), relation.watermark().get(1));
    }
    return schema.build();
  }

  private static RowType visible(Relation relation) {
    List<RowType.RowField> fields = new ArrayList<>();
    for (RelationColumn column : relation.columns()) {
      LogicalType type = column.type();
      if (relation.key().contains(column.name())) {
        type = type.copy(false);
      }
      fields.add(new RowType.RowField(column.name(), type));
    }
    return new RowType(false, fields);
  }

  private static TypeInformation<Row> rowInfo(RowType type) {
    return ExternalTypeInfo.of(TypeConversions.fromLogicalToDataType(type));
  }

  /** A row of ours as a row of the Table API. */
  private static final class ToRow extends RichMapFunction<RowData, Row> {
    private static final long serialVersionUID = 1;

    private final RowType type;
    private final Object[] paths;
    private transient RowRowConverter converter;

    ToRow(Relation relation, RowType type) {
      this.type = type;
      this.paths = relation.columns().stream().map(ToRow::path).toArray();
    }

    /** An Integer for a plain column, an array of the same for a structure. */
    private static Object path(RelationColumn column) {
      return column.isStructure()
          ? column.fields().stream().map(ToRow::path).toArray()
          : (Object) column.position();
    }

    @Override
    public void open(OpenContext context) {
      converter = RowRowConverter.create(TypeConversions.fromLogicalToDataType(type));
      converter.open(Thread.currentThread().getContextClassLoader());
    }

    @Override
    public Row map(RowData row) {
      GenericRowData internal = build(row, type, paths);
      internal.setRowKind(row.getRowKind());
      return converter.toExternal(internal);
    }

    private static GenericRowData build(RowData row, RowType type, Object[] paths) {
      GenericRowData result = new GenericRowData(paths.length);
      for (int i = 0; i < paths.length; i++) {
        LogicalType field = type.getTypeAt(i);
        result.setField(
            i,
            paths[i] instanceof Object[] nested
                ? build(row, (RowType) field, nested)
                : RowData.createFieldGetter(field, (Integer) paths[i]).getFieldOrNull(row));
      }
      return result;
    }
  }

  /** A row of the Table API as one of ours. */
  private static final class FromRow extends RichMapFunction<Row, RowData> {
    private static final long serialVersionUID = 1;

    private final RowType type;
    private transient RowRowConverter converter;
    private transient FlatRow flat;

    FromRow(RowType type) {
      this.type = type;
    }

    @Override
    public void open(OpenContext context) {
      converter = RowRowConverter.create(TypeConversions.fromLogicalToDataType(type));
      converter.open(Thread.currentThread().getContextClassLoader());
      flat = new FlatRow(type);
    }

    @Override
    public RowData map(Row row) {
      RowData internal = converter.toInternal(row);
      flat.copyFrom(internal);
      flat.setRowKind(row.getKind());
      return flat;
    }
  }
}
