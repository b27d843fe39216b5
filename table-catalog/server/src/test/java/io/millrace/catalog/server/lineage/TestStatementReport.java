package io.millrace.catalog.server.lineage;

import static io.millrace.catalog.lineage.Transformation.AGGREGATION;
import static io.millrace.catalog.lineage.Transformation.FILTER;
import static io.millrace.catalog.lineage.Transformation.IDENTITY;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.catalog.lineage.ColumnOrigin;
import io.millrace.catalog.lineage.ColumnPath;
import io.millrace.catalog.lineage.ObjectName;
import io.millrace.catalog.lineage.SinkColumn;
import io.millrace.catalog.lineage.SinkTable;
import io.millrace.catalog.lineage.SourceTable;
import io.millrace.catalog.lineage.StatementLineage;
import io.millrace.catalog.server.CatalogScene;
import io.millrace.catalog.server.service.Caller;
import io.millrace.catalog.server.store.StoreSettings;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Statements of the engine, as reports of lineage. */
class TestStatementReport {
  private static final ObjectName EVENTS = ObjectName.of("default", "default", "events");
  private static final ObjectName SILVER = ObjectName.of("main", "s", "silver");
  private static final ObjectName GOLD = ObjectName.of("main", "s", "gold");

  @TempDir private Path folder;
  private CatalogScene scene;

  @BeforeEach
  void open() {
    scene = CatalogScene.open(StoreSettings.embedded(folder));
    scene.table("main.s.silver", "origin", "delay", "place");
    scene.table("main.s.gold", "origin", "total");
  }

  @AfterEach
  void close() {
    scene.close();
  }

  private static StatementLineage statement(
      boolean explained, SinkTable sink, SourceTable... sources) {
    return new StatementLineage(
        explained, List.of(sources), List.of(sink), List.of(), List.of(), List.of(), List.of());
  }

  private static SourceTable source(ObjectName name, String... columns) {
    return new SourceTable(name, SourceTable.Kind.CATALOG, List.of(columns), List.of());
  }

  private Optional<LineageReport> report(String user, StatementLineage statement) {
    Caller caller = scene.as(user);
    return new StatementReport(
            scene.store().state(),
            scene.gate(),
            caller,
            name ->
                name.equals(EVENTS)
                    ? Optional.of(new DatasetRef.Outside("kafka://b:9092", "flights"))
                    : Optional.empty())
        .of(
            statement,
            new LineageReport.Job(
                "millrace", "st", LineageJob.Kind.STATEMENT, false, caller.principal()),
            Optional.empty(),
            scene.clock().instant());
  }

  /** As {@code source column → target column, how}, with names instead of ids. */
  private List<String> flows(Optional<LineageReport> report) {
    return report.orElseThrow().flows().stream()
        .map(
            flow ->
                "%s.%s → %s.%s %s%s"
                    .formatted(
                        name(flow.source()),
                        flow.sourceColumn(),
                        flow.target().map(this::name).orElse(""),
                        flow.targetColumn(),
                        flow.transformation().subtype(),
                        flow.transformation().description().isEmpty()
                            ? ""
                            : " " + flow.transformation().description()))
        .toList();
  }

  private String name(DatasetRef ref) {
    if (ref instanceof DatasetRef.Cataloged cataloged) {
      var state = scene.store().state();
      return state.fullName(state.find(cataloged.securable()).orElseThrow());
    }
    DatasetRef.Outside outside = (DatasetRef.Outside) ref;
    return outside.namespace() + "/" + outside.name();
  }

  private static ColumnOrigin from(
      ObjectName table, String column, io.millrace.catalog.lineage.Transformation as) {
    return new ColumnOrigin(ColumnPath.of(table, column), as);
  }

  private static StatementLineage sums(boolean explained) {
    return statement(
        explained,
        new SinkTable(
            GOLD,
            SinkTable.Kind.INSERT,
            List.of(
                SinkColumn.of(
                    "origin",
                    List.of(from(SILVER, "origin", IDENTITY), from(SILVER, "delay", FILTER))),
                SinkColumn.of(
                    "total",
                    List.of(
                        new ColumnOrigin(
                            new ColumnPath(SILVER, "place", List.of("city")), AGGREGATION),
                        from(SILVER, "delay", FILTER)))),
            List.of()),
        source(SILVER, "origin", "delay", "place"),
        source(EVENTS));
  }

  @Test
  void columnsAreToldOfAndWhatDecidesAboutAllOfThemOnce() {
    assertThat(flows(report("admin", sums(false))))
        .containsExactlyInAnyOrder(
            "kafka://b:9092/flights. → main.s.gold. ",
            "main.s.silver.delay → main.s.gold. FILTER",
            "main.s.silver.origin → main.s.gold.origin IDENTITY",
            "main.s.silver.place → main.s.gold.total AGGREGATION place.city");
  }

  @Test
  void aQueryForAClientReadsAndWritesNothing() {
    assertThat(
            flows(
                report(
                    "admin",
                    statement(
                        false,
                        new SinkTable(null, SinkTable.Kind.RESULT, List.of(), List.of()),
                        source(SILVER, "delay")))))
        .containsExactly("main.s.silver. → . ", "main.s.silver.delay → . ");
  }

  @Test
  void whatIsOnlyExplainedOrReadsNothingIsNotToldOf() {
    assertThat(report("admin", sums(true))).isEmpty();
    assertThat(report("admin", StatementLineage.none())).isEmpty();
  }

  @Test
  void aTableThatTheCallerDoesNotSeeIsANameOfTheEngine() {
    scene.enter("eve");
    assertThat(flows(report("eve", sums(false))))
        .allSatisfy(flow -> assertThat(flow).contains("→ flink/main.s.gold."));
  }
}
