package io.millrace.catalog.server.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.catalog.access.Action;
import io.millrace.catalog.access.SecurableType;
import io.millrace.catalog.lineage.ColumnOrigin;
import io.millrace.catalog.lineage.ColumnPath;
import io.millrace.catalog.lineage.ObjectName;
import io.millrace.catalog.lineage.SinkColumn;
import io.millrace.catalog.lineage.SinkTable;
import io.millrace.catalog.lineage.SourceTable;
import io.millrace.catalog.lineage.StatementLineage;
import io.millrace.catalog.lineage.Transformation;
import io.millrace.catalog.server.access.AccessRules;
import io.millrace.catalog.server.freshness.FreshnessService;
import io.millrace.catalog.server.lineage.DatasetRef;
import io.millrace.catalog.server.lineage.LineageRun;
import io.millrace.catalog.server.lineage.LineageService;
import io.millrace.catalog.server.lineage.LineageService.Around;
import io.millrace.catalog.server.lineage.LineageService.Direction;
import io.millrace.catalog.server.lineage.LineageSettings;
import io.millrace.catalog.server.lineage.LineageStore;
import io.millrace.catalog.server.lineage.OpenLineageService;
import io.millrace.catalog.server.lineage.PublishedSchemas;
import io.millrace.catalog.server.model.Definition;
import io.millrace.catalog.server.model.Definition.TableType;
import io.millrace.catalog.server.model.Principal;
import io.millrace.catalog.server.model.Securable;
import io.millrace.catalog.server.principal.FreshCatalog;
import io.millrace.catalog.server.service.Catalogs;
import io.millrace.catalog.server.service.PipelineTables.Draft;
import io.millrace.catalog.server.service.Tables;
import io.millrace.catalog.server.service.Work;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TestPipelineCatalog {
  @TempDir Path directory;
  private FreshCatalog catalog;
  private LineageService lineage;
  private PipelineCatalog pipelines;

  @BeforeEach
  void open() {
    catalog = new FreshCatalog(directory);
    lineage =
        new LineageService(LineageStore.open(catalog.store, LineageSettings.DEFAULT), catalog.gate);
    pipelines =
        new PipelineCatalog(
            catalog.store,
            catalog.gate,
            lineage,
            new FreshnessService(catalog.store, catalog.gate, FreshnessService.EPOCHS_KEPT));
  }

  @AfterEach
  void close() {
    catalog.close();
  }

  private static Definition.Column column(String name, String type) {
    return new Definition.Column(
        name,
        type,
        type.toUpperCase(Locale.ROOT),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        true,
        Optional.empty(),
        Optional.empty(),
        Map.of(),
        Optional.empty());
  }

  private static Draft draft(String name, String place, List<String> reads, String... columns) {
    return new Draft(
        name,
        reads.isEmpty() ? TableType.STREAMING_TABLE : TableType.MATERIALIZED_VIEW,
        place,
        List.of(columns).stream().map(each -> column(each, "string")).toList(),
        Optional.of("from the pipeline"),
        Map.of("millrace.expectation.known", "a IS NOT NULL"),
        Optional.of("SELECT a"),
        reads,
        reads.isEmpty() ? List.of() : List.of("a"));
  }

  private static final List<Draft> ORDERS =
      List.of(
          draft("silver", "/lake/orders/silver", List.of(), "a", "b"),
          draft("gold", "/lake/orders/gold", List.of("silver"), "a"));

  private Map<String, UUID> register() {
    return pipelines.register("orders", "main", "orders", ORDERS);
  }

  private Securable table(String name) {
    return catalog
        .store
        .state()
        .find(SecurableType.TABLE, List.of("main", "orders", name))
        .orElseThrow();
  }

  @Test
  void aSecondStartChangesNothing() {
    pipelines.prepare();
    Map<String, UUID> ids = register();
    long version = catalog.store.state().version();
    pipelines.prepare();
    assertThat(register()).isEqualTo(ids);
    assertThat(catalog.store.state().version()).isEqualTo(version);
    assertThat(pipelines.pipelines()).containsExactly("orders");

    Definition.Table gold = (Definition.Table) table("gold").definition();
    assertThat(gold.tableType()).isEqualTo(TableType.MATERIALIZED_VIEW);
    assertThat(gold.dependencies())
        .extracting(Definition.Dependency::fullName)
        .containsExactly("main.orders.silver");
    assertThat(gold.constraints()).containsEntry("gold_pk", "PRIMARY KEY (`a`)");
    assertThat(table("silver").properties())
        .isEqualTo(
            Map.of("millrace.pipeline", "orders", "millrace.expectation.known", "a IS NOT NULL"));
  }

  @Test
  void pipelinesOwnTheirTablesAndAdminsReadThemByAGrantThatCanBeTakenAway() {
    register();
    UUID admin = catalog.principal("admin").id();
    UUID pipeline = catalog.principal(PipelineCatalog.PRINCIPAL).id();
    UUID silver = table("silver").id();
    assertThat(table("silver").owner()).isEqualTo(pipeline);
    assertThat(catalog.principal(PipelineCatalog.PRINCIPAL).kind())
        .isEqualTo(Principal.Kind.SERVICE_PRINCIPAL);
    assertThat(AccessRules.isAllowed(catalog.store.state(), admin, Action.SELECT, silver)).isTrue();
    assertThat(AccessRules.isAllowed(catalog.store.state(), admin, Action.MODIFY, silver))
        .isFalse();
    Principal ann = catalog.create(Principal.Kind.USER, "ann@example.com");
    assertThat(AccessRules.isAllowed(catalog.store.state(), ann.id(), Action.DESCRIBE, silver))
        .isFalse();
  }

  @Test
  void whatPeopleHavePutOnATableStays() {
    register();
    Work work = new Work(catalog.store, catalog.gate);
    new Tables(work)
        .alter(
            catalog.admin(),
            "main.orders.silver",
            new Tables.Alteration(
                Optional.of("orders_clean"),
                Optional.empty(),
                Optional.of(Map.of("team", "sales", "millrace.pipeline", "orders")),
                Optional.of("admin"),
                Optional.empty(),
                Optional.empty(),
                Optional.empty()));
    List<Draft> wider =
        List.of(
            draft("silver", "/lake/orders/silver", List.of(), "a", "b", "c"),
            draft("gold", "/lake/orders/gold", List.of("silver"), "a"));
    pipelines.register("orders", "main", "orders", wider);

    Securable renamed = table("orders_clean");
    assertThat(renamed.owner()).isEqualTo(catalog.principal("admin").id());
    assertThat(renamed.properties()).containsEntry("team", "sales");
    assertThat(((Definition.Table) renamed.definition()).columns()).hasSize(3);
    assertThat(((Definition.Table) table("gold").definition()).dependencies())
        .extracting(Definition.Dependency::fullName)
        .containsExactly("main.orders.orders_clean");
  }

  @Test
  void tablesAndPlacesOfOthersAreNotTaken() {
    pipelines.prepare();
    register();
    assertThatThrownBy(
            () ->
                pipelines.register(
                    "second",
                    "main",
                    "orders",
                    List.of(draft("silver", "/lake/second/silver", List.of(), "a"))))
        .isInstanceOfSatisfying(
            MillraceException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.SECURABLE_EXISTS))
        .hasMessageContaining(
            "table main.orders.silver is there already, and is not one of pipeline second");
    assertThatThrownBy(
            () ->
                pipelines.register(
                    "second",
                    "main",
                    "second",
                    List.of(draft("silver", "/lake/orders/silver/in", List.of(), "a"))))
        .isInstanceOfSatisfying(
            MillraceException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.LOCATION_OVERLAPS));
    assertThatThrownBy(
            () ->
                pipelines.register(
                    "second",
                    "main",
                    "second",
                    List.of(draft("silver", "/lake/tables/x", List.of(), "a"))))
        .hasMessageContaining("is where the catalog gives out places for managed tables");
    assertThat(catalog.store.state().find(SecurableType.SCHEMA, List.of("main", "second")))
        .as("all of it or nothing")
        .isEmpty();
  }

  @Test
  void aCatalogOfSomebodyElseTakesAGrant() {
    pipelines.prepare();
    new Catalogs(new Work(catalog.store, catalog.gate))
        .createCatalog(
            catalog.admin(),
            new Catalogs.Creation("shop", Optional.empty(), Map.of(), Optional.empty()));
    assertThatThrownBy(() -> pipelines.register("orders", "shop", "orders", ORDERS))
        .isInstanceOfSatisfying(
            MillraceException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.SECURABLE_NOT_FOUND));
  }

  private static ObjectName name(String dataset) {
    return ObjectName.of("pipeline", "datasets", dataset);
  }

  private static StatementLineage copied(String from, String column, String to) {
    return new StatementLineage(
        false,
        List.of(new SourceTable(name(from), SourceTable.Kind.CATALOG, List.of(column), List.of())),
        List.of(
            new SinkTable(
                name(to),
                SinkTable.Kind.INSERT,
                List.of(
                    SinkColumn.of(
                        "a",
                        List.of(
                            new ColumnOrigin(
                                ColumnPath.of(name(from), column), Transformation.IDENTITY)))),
                List.of())),
        List.of(),
        List.of(),
        List.of(),
        List.of());
  }

  private static DatasetRef dataset(String name, Map<String, UUID> ids) {
    return switch (name) {
      case "topic" -> new DatasetRef.Outside("kafka://127.0.0.1:9092", "orders");
      case "file" -> new DatasetRef.Outside("file", "/sql/data/airports.csv");
      default -> new DatasetRef.Cataloged(ids.get(name));
    };
  }

  @Test
  void lineageGoesWithThePipelineAndEndsWithIt() throws Exception {
    Map<String, UUID> ids = register();
    UUID run = UUID.randomUUID();
    pipelines.started(
        new PipelineCatalog.Run("orders", run, LineageRun.State.RUNNING, Optional.empty()),
        List.of(
            copied("topic", "value", "silver"),
            copied("file", "city", "silver"),
            copied("silver", "b", "gold")),
        name -> dataset(name.name(), ids),
        catalog.clock.instant());
    catalog.clock.advance(Duration.ofSeconds(1));
    pipelines.reached(
        new PipelineCatalog.Run("orders", run, LineageRun.State.RUNNING, Optional.of(7L)),
        Map.of(ids.get("gold"), 3L),
        catalog.clock.instant());
    assertThat(upstream()).hasSize(2);
    assertThat(lineage.readers(catalog.admin(), "main.orders.silver")).hasSize(1);
    List<ObjectNode> events =
        new OpenLineageService(lineage)
            .export(catalog.admin(), Optional.empty(), Instant.EPOCH, 10, Optional.empty())
            .events();
    assertThat(events).isNotEmpty();
    for (ObjectNode event : events) {
      assertThat(PublishedSchemas.problems("2-0-2/OpenLineage.json", event)).isEmpty();
      assertThat(event.toString())
          .contains("kafka://127.0.0.1:9092", "airports.csv", "main.orders.gold");
    }

    catalog.clock.advance(Duration.ofSeconds(1));
    pipelines.ended("orders", catalog.clock.instant());
    pipelines.ended("orders", catalog.clock.instant());
    assertThat(upstream()).hasSize(1);
    assertThat(lineage.readers(catalog.admin(), "main.orders.silver")).isEmpty();
  }

  private List<?> upstream() {
    return lineage
        .around(
            catalog.admin(),
            new Around("main.orders.gold", "a", Direction.UPSTREAM, 5, Optional.empty(), true))
        .nodes();
  }

  @Test
  void aDisabledPrincipalTellsNothing() {
    pipelines.prepare();
    Principal pipeline = catalog.principal(PipelineCatalog.PRINCIPAL);
    catalog.principals.change(
        Principal.Kind.SERVICE_PRINCIPAL,
        pipeline.id(),
        (state, draft) -> draft.withActive(false),
        catalog.admin());
    assertThatThrownBy(this::register)
        .isInstanceOfSatisfying(
            MillraceException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.PERMISSION_DENIED))
        .hasMessageContaining("the service principal millrace-pipelines is disabled");
  }
}
