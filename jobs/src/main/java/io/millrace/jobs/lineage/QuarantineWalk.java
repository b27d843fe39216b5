package io.millrace.jobs.lineage;

import io.millrace.catalog.lineage.ColumnOrigin;
import io.millrace.catalog.lineage.ColumnPath;
import io.millrace.catalog.lineage.ObjectName;
import io.millrace.catalog.lineage.SinkColumn;
import io.millrace.catalog.lineage.SinkTable;
import io.millrace.catalog.lineage.SourceTable;
import io.millrace.catalog.lineage.StatementLineage;
import io.millrace.catalog.lineage.Transformation;
import io.millrace.jobs.kafka.KafkaColumns;
import io.millrace.jobs.language.Dataset;
import io.millrace.jobs.language.SourceFunction;
import io.millrace.jobs.operators.Provenance;
import io.millrace.jobs.plan.PipelinePlan;
import io.millrace.jobs.plan.PlanNode;
import io.millrace.jobs.project.PipelineGraph;
import io.millrace.quality.QuarantineSchema;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * What a quarantine table holds: the records of the topics that the refusing datasets are made of,
 * or, where a dataset has none, its rows. What the rules look at decides which they are.
 */
final class QuarantineWalk {
  /** Columns of a record and of the table. */
  private static final Map<String, List<String>> RECORD =
      Map.of(
          KafkaColumns.VALUE, List.of(name(QuarantineSchema.RAW), name(QuarantineSchema.RAW_BYTES)),
          KafkaColumns.TOPIC, List.of(name(QuarantineSchema.KAFKA_TOPIC)),
          KafkaColumns.PARTITION, List.of(name(QuarantineSchema.KAFKA_PARTITION)),
          KafkaColumns.OFFSET, List.of(name(QuarantineSchema.KAFKA_OFFSET)),
          KafkaColumns.TIMESTAMP, List.of(name(QuarantineSchema.KAFKA_TS)));

  private final PipelineGraph graph;
  private final PipelinePlan plan;
  private final DatasetWalk walk;

  QuarantineWalk(PipelineGraph graph, PipelinePlan plan, DatasetWalk walk) {
    this.graph = graph;
    this.plan = plan;
    this.walk = walk;
  }

  private static String name(int column) {
    return QuarantineSchema.ROW_TYPE.getFieldNames().get(column);
  }

  StatementLineage of(String table) {
    Map<String, Set<ColumnOrigin>> direct = new TreeMap<>();
    Set<ColumnOrigin> deciding = new LinkedHashSet<>();
    Set<String> gaps = new LinkedHashSet<>();
    for (Dataset dataset : graph.datasets()) {
      if (!refuses(dataset, table)) {
        continue;
      }
      StatementLineage rules =
          walk.planned(
              dataset,
              () ->
                  "SELECT %s FROM (\n%s\n)"
                      .formatted(
                          String.join(", ", walk.conditions(dataset)), dataset.query().flinkSql()));
      gaps.addAll(rules.gaps());
      DatasetWalk.origins(rules)
          .forEach(
              origin ->
                  deciding.add(
                      origin.transformation().isDirect()
                          ? new ColumnOrigin(origin.source(), Transformation.FILTER)
                          : origin));
      if (knowsItsRecords(dataset)) {
        records(dataset, direct);
      } else {
        rows(dataset, direct);
      }
    }
    List<SinkColumn> columns = new ArrayList<>();
    Set<ObjectName> read = new TreeSet<>();
    for (String column : QuarantineSchema.ROW_TYPE.getFieldNames()) {
      Set<ColumnOrigin> origins = new LinkedHashSet<>(direct.getOrDefault(column, Set.of()));
      origins.addAll(deciding);
      origins.forEach(origin -> read.add(origin.source().table()));
      columns.add(SinkColumn.of(column, origins));
    }
    return new StatementLineage(
        false,
        read.stream().map(each -> source(each, columns)).toList(),
        List.of(
            new SinkTable(
                PipelineLineage.nameOf(table), SinkTable.Kind.INSERT, columns, List.of())),
        List.of(),
        List.of(),
        List.of(),
        List.copyOf(gaps));
  }

  /** Whether a dataset has an operator that refuses rows into a table. */
  private boolean refuses(Dataset dataset, String table) {
    return plan.nodes().stream()
        .anyMatch(
            node ->
                (node instanceof PlanNode.ParseJson parse
                        && parse.dataset().equals(dataset.name())
                        && parse.quarantine().equals(Optional.of(table)))
                    || (node instanceof PlanNode.Check check
                        && check.dataset().equals(dataset.name())
                        && check.quarantine().equals(Optional.of(table))));
  }

  /** Whether rows of a dataset say which record they came from; what refuses them says it. */
  private boolean knowsItsRecords(Dataset dataset) {
    for (PlanNode node : plan.nodes()) {
      if (node instanceof PlanNode.ParseJson parse && parse.dataset().equals(dataset.name())) {
        return true;
      }
      if (node instanceof PlanNode.Check check && check.dataset().equals(dataset.name())) {
        return check.provenance().raw() != Provenance.ABSENT;
      }
    }
    return false;
  }

  /** The refused row as a document. */
  private void rows(Dataset dataset, Map<String, Set<ColumnOrigin>> direct) {
    Set<ColumnOrigin> row =
        direct.computeIfAbsent(name(QuarantineSchema.RAW), absent -> new LinkedHashSet<>());
    for (ColumnOrigin origin :
        DatasetWalk.origins(walk.planned(dataset, dataset.query()::flinkSql))) {
      row.add(
          origin.transformation().isDirect()
              ? new ColumnOrigin(origin.source(), Transformation.TRANSFORMATION)
              : origin);
    }
  }

  private void records(Dataset dataset, Map<String, Set<ColumnOrigin>> direct) {
    List<SourceFunction> topics =
        Stream.concat(Stream.of(dataset), graph.ancestors(dataset.name()).stream())
            .flatMap(each -> each.query().sources().values().stream())
            .filter(SourceFunction.ReadKafka.class::isInstance)
            .distinct()
            .toList();
    for (SourceFunction topic : topics) {
      ObjectName from = walk.nameOf(topic);
      RECORD.forEach(
          (column, written) -> {
            // A text, or bytes that are no text: the value is in one of two columns.
            Transformation how =
                written.size() > 1 ? Transformation.TRANSFORMATION : Transformation.IDENTITY;
            for (String each : written) {
              direct
                  .computeIfAbsent(each, absent -> new LinkedHashSet<>())
                  .add(new ColumnOrigin(ColumnPath.of(from, column), how));
            }
          });
    }
  }

  private static SourceTable source(ObjectName name, List<SinkColumn> columns) {
    List<String> read =
        columns.stream()
            .flatMap(column -> Stream.concat(column.direct().stream(), column.indirect().stream()))
            .filter(origin -> origin.source().table().equals(name))
            .map(origin -> origin.source().column())
            .distinct()
            .toList();
    return new SourceTable(name, SourceTable.Kind.CATALOG, read, List.of());
  }
}
