package io.millrace.catalog.server.lineage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.catalog.access.Privilege;
import io.millrace.catalog.access.SecurableType;
import io.millrace.catalog.server.CatalogScene;
import io.millrace.catalog.server.lineage.LineageService.Around;
import io.millrace.catalog.server.lineage.LineageService.Direction;
import io.millrace.catalog.server.model.Definition;
import io.millrace.catalog.server.model.Securable;
import io.millrace.catalog.server.service.Caller;
import io.millrace.catalog.server.store.StoreSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What comes from what, as told by jobs: kept, asked and hidden; on every database. */
abstract class LineageContract {
  private static final DatasetRef TOPIC = new DatasetRef.Outside("kafka://broker:9092", "flights");
  private static final Transformation SAME =
      new Transformation(Transformation.Kind.DIRECT, "IDENTITY", "", false);
  private static final Transformation SUM =
      new Transformation(Transformation.Kind.DIRECT, "AGGREGATION", "SUM(delay)", false);
  private static final Transformation GROUP =
      new Transformation(Transformation.Kind.INDIRECT, "GROUP_BY", "", false);

  @TempDir protected Path folder;
  private CatalogScene scene;
  private LineageStore store;
  private LineageService lineage;
  private DatasetRef bronze;
  private DatasetRef silver;
  private DatasetRef gold;

  /** An empty database; the same one for the length of a test. */
  protected abstract StoreSettings settings();

  @BeforeEach
  void open() {
    scene = CatalogScene.open(settings());
    bronze = ref(scene.table("main.s.bronze", "value"));
    silver = ref(scene.table("main.s.silver", "origin", "delay", "secret"));
    gold = ref(scene.table("main.s.gold", "origin", "total_delay"));
    reopen(LineageSettings.DEFAULT);
  }

  private void reopen(LineageSettings settings) {
    store = LineageStore.open(scene.store(), settings);
    lineage = new LineageService(store, scene.gate());
  }

  @AfterEach
  void close() {
    scene.close();
  }

  private static DatasetRef ref(Securable table) {
    return new DatasetRef.Cataloged(table.id());
  }

  private Caller admin() {
    return scene.as("admin");
  }

  private LineageReport report(
      String job,
      UUID run,
      LineageRun.State state,
      LineageReport.Scope scope,
      Map<DatasetRef, Long> versions,
      Flow... flows) {
    return new LineageReport(
        new LineageReport.Job("millrace", job, LineageJob.Kind.PIPELINE, true, admin().principal()),
        scene.clock().instant(),
        Optional.of(new LineageReport.Run(run, state, "", Optional.of(7L))),
        List.of(flows),
        versions,
        scope);
  }

  private void told(String job, Flow... flows) {
    lineage.record(
        admin(),
        report(
            job,
            new UUID(0, job.hashCode()),
            LineageRun.State.RUNNING,
            LineageReport.Scope.COMPLETE,
            Map.of(),
            flows));
  }

  private void flightsAreTold() {
    told(
        "flights",
        Flow.of(TOPIC, "value", bronze, "value", SAME),
        Flow.of(TOPIC, "origin", silver, "origin", SAME),
        Flow.of(TOPIC, "delay", silver, "delay", SAME),
        Flow.of(silver, "origin", gold, "origin", SAME),
        Flow.of(silver, "delay", gold, "total_delay", SUM),
        Flow.of(silver, "origin", gold, "", GROUP));
  }

  private static Around around(String table, String column, Direction direction) {
    return new Around(table, column, direction, LineageService.DEPTH_MAX, Optional.empty(), false);
  }

  private static List<String> names(LineageSubgraph graph) {
    return graph.nodes().stream()
        .map(node -> node.column().isEmpty() ? node.name() : node.name() + "." + node.column())
        .sorted()
        .toList();
  }

  @Test
  void tablesAreFoundUpstreamAndDownstreamToTheDepthThatIsAskedFor() {
    flightsAreTold();

    assertThat(names(lineage.around(admin(), around("main.s.gold", "", Direction.UPSTREAM))))
        .containsExactly("flights", "main.s.gold", "main.s.silver");
    assertThat(
            names(
                lineage.around(
                    admin(),
                    new Around("main.s.gold", "", Direction.UPSTREAM, 1, Optional.empty(), false))))
        .containsExactly("main.s.gold", "main.s.silver");
    assertThat(
            names(
                lineage.around(
                    admin(), (DatasetRef.Outside) TOPIC, around("", "", Direction.DOWNSTREAM))))
        .containsExactly("flights", "main.s.bronze", "main.s.gold", "main.s.silver");
    assertThat(names(lineage.around(admin(), around("main.s.silver", "", Direction.BOTH))))
        .containsExactly("flights", "main.s.gold", "main.s.silver");
    assertThatThrownBy(() -> new Around("t", "", Direction.BOTH, 51, Optional.empty(), false))
        .hasMessage(
            "ARGUMENT_INVALID: depth is 51, expected 1 to 50\n"
                + "  Remedy: ask for fewer steps, and go on from the last nodes");
  }

  @Test
  void aColumnComesFromColumnsAndFromWhatDecidesAboutItsRows() {
    flightsAreTold();

    LineageSubgraph all =
        lineage.around(admin(), around("main.s.gold", "TOTAL_DELAY", Direction.UPSTREAM));
    assertThat(names(all))
        .containsExactly(
            "flights.delay",
            "flights.origin",
            "main.s.gold.TOTAL_DELAY",
            "main.s.silver.delay",
            "main.s.silver.origin");
    assertThat(all.links())
        .filteredOn(link -> link.subtype().equals("AGGREGATION"))
        .singleElement()
        .satisfies(
            link -> {
              assertThat(link.kind()).isEqualTo(Transformation.Kind.DIRECT);
              assertThat(link.description()).isEqualTo("SUM(delay)");
              assertThat(link.job().orElseThrow().name()).isEqualTo("flights");
              assertThat(link.job().orElseThrow().running()).isTrue();
              assertThat(link.job().orElseThrow().epoch()).contains(7L);
            });
    assertThat(
            names(
                lineage.around(
                    admin(),
                    new Around(
                        "main.s.gold",
                        "total_delay",
                        Direction.UPSTREAM,
                        50,
                        Optional.empty(),
                        true))))
        .as("values only")
        .containsExactly("flights.delay", "main.s.gold.total_delay", "main.s.silver.delay");
    assertThat(
            names(lineage.around(admin(), around("main.s.silver", "origin", Direction.DOWNSTREAM))))
        .as("what decides about the table leads to it as a whole")
        .containsExactly("main.s.gold", "main.s.gold.origin", "main.s.silver.origin");
    assertThatThrownBy(
            () -> lineage.around(admin(), around("main.s.gold", "nope", Direction.UPSTREAM)))
        .hasMessage(
            "COLUMN_NOT_FOUND: table main.s.gold has no column nope\n"
                + "  Remedy: name one of its columns");
  }

  @Test
  void aRenameLosesNothingAndARestartNeither() {
    flightsAreTold();
    LineageSubgraph before = lineage.around(admin(), around("main.s.gold", "", Direction.UPSTREAM));
    Securable table = scene.find(SecurableType.TABLE, "main.s.silver");
    scene.replace(table.withName("cleaned", scene.stamp()));

    assertThat(names(lineage.around(admin(), around("main.s.gold", "", Direction.UPSTREAM))))
        .containsExactly("flights", "main.s.cleaned", "main.s.gold");
    scene.restart();
    reopen(LineageSettings.DEFAULT);
    LineageSubgraph after = lineage.around(admin(), around("main.s.gold", "", Direction.UPSTREAM));
    assertThat(names(after)).containsExactly("flights", "main.s.cleaned", "main.s.gold");
    assertThat(after.links()).containsExactlyInAnyOrderElementsOf(before.links().stream().toList());
  }

  @Test
  void whatAJobDoesNoMoreIsOverAndCanBeAskedForAsOfThen() {
    flightsAreTold();
    Instant then = scene.clock().instant();
    scene.clock().advance(Duration.ofHours(1));
    told("flights", Flow.of(bronze, "value", gold, "origin", SAME));

    assertThat(names(lineage.around(admin(), around("main.s.gold", "", Direction.UPSTREAM))))
        .containsExactly("flights", "main.s.bronze", "main.s.gold");
    assertThat(
            names(
                lineage.around(
                    admin(),
                    new Around(
                        "main.s.gold", "", Direction.UPSTREAM, 50, Optional.of(then), false))))
        .containsExactly("flights", "main.s.gold", "main.s.silver");
    assertThat(
            names(
                lineage.around(
                    admin(),
                    new Around(
                        "main.s.gold",
                        "",
                        Direction.UPSTREAM,
                        50,
                        Optional.of(then.minusSeconds(1)),
                        false))))
        .as("before anything was told")
        .containsExactly("main.s.gold");
    assertThat(names(lineage.around(admin(), around("main.s.silver", "", Direction.UPSTREAM))))
        .as("of tables that the report does not name nothing is said")
        .containsExactly("flights", "main.s.silver");
  }

  @Test
  void anOldReportThatComesLateDoesNotBringBackWhatIsOver() {
    LineageReport old =
        report(
            "flights",
            new UUID(0, 1),
            LineageRun.State.RUNNING,
            LineageReport.Scope.COMPLETE,
            Map.of(),
            Flow.of(silver, gold));
    lineage.record(admin(), old);
    scene.clock().advance(Duration.ofHours(1));
    told("flights", Flow.of(bronze, gold));

    lineage.record(admin(), old);

    assertThat(names(lineage.around(admin(), around("main.s.gold", "", Direction.UPSTREAM))))
        .containsExactly("main.s.bronze", "main.s.gold");
  }

  @Test
  void aReportThatComesTwiceChangesNothing() {
    flightsAreTold();
    long version = store.graph().version();
    int edges = store.graph().edgeCount();

    flightsAreTold();

    assertThat(store.graph().version()).isEqualTo(version);
    assertThat(store.graph().edgeCount()).isEqualTo(edges).isEqualTo(9);
  }

  @Test
  void whatAViewerMayNotSeeIsANodeWithoutAName() {
    flightsAreTold();
    scene.enter("ann", "bob");
    for (String user : List.of("ann", "bob")) {
      scene.grant(user, SecurableType.TABLE, "main.s.gold", Privilege.SELECT);
    }

    LineageSubgraph seen =
        lineage.around(scene.as("ann"), around("main.s.gold", "", Direction.UPSTREAM));

    assertThat(seen.nodes()).hasSize(3);
    assertThat(seen.links()).as("edges are kept").hasSize(2);
    assertThat(seen.nodes().get(0).name()).isEqualTo("main.s.gold");
    assertThat(seen.nodes().subList(1, 3))
        .allSatisfy(
            node -> {
              assertThat(node.type()).isEqualTo(LineageNode.Type.RESTRICTED);
              assertThat(node.name()).isEmpty();
              assertThat(node.owner()).isEmpty();
              assertThat(node.id()).matches("restricted-[0-9a-f]{32}");
            });
    assertThat(seen.toString())
        .doesNotContain("silver")
        .doesNotContain("flights")
        .doesNotContain("kafka")
        .doesNotContain(scene.find(SecurableType.TABLE, "main.s.silver").id().toString());
    assertThat(seen.links()).allSatisfy(link -> assertThat(link.job()).isEmpty());
    LineageSubgraph again =
        lineage.around(scene.as("ann"), around("main.s.gold", "", Direction.UPSTREAM));
    assertThat(again).as("the same ids for the same viewer").isEqualTo(seen);
    LineageSubgraph others =
        lineage.around(scene.as("bob"), around("main.s.gold", "", Direction.UPSTREAM));
    assertThat(others.nodes().get(1).id())
        .as("others for another")
        .isNotEqualTo(seen.nodes().get(1).id());
    scene.restart();
    reopen(LineageSettings.DEFAULT);
    assertThat(lineage.around(scene.as("ann"), around("main.s.gold", "", Direction.UPSTREAM)))
        .as("and after a restart")
        .isEqualTo(seen);
  }

  @Test
  void expressionsAreShownOnlyToWhoSeesAllThatTheyMayName() {
    told(
        "joined",
        Flow.of(
            silver,
            "delay",
            gold,
            "total_delay",
            new Transformation(Transformation.Kind.DIRECT, "", "delay + hidden_one", false)),
        Flow.of(bronze, "hidden_one", gold, "total_delay", SAME));
    scene.enter("ann");
    scene.grant("ann", SecurableType.TABLE, "main.s.gold", Privilege.SELECT);
    scene.grant("ann", SecurableType.TABLE, "main.s.silver", Privilege.SELECT);
    Around query = around("main.s.gold", "total_delay", Direction.UPSTREAM);

    assertThat(lineage.around(scene.as("ann"), query).toString()).doesNotContain("hidden_one");
    assertThat(lineage.around(admin(), query).links().toString()).contains("delay + hidden_one");
  }

  @Test
  void literalsOfExpressionsAreNotKept() {
    assertThat(
            new Transformation(
                    Transformation.Kind.DIRECT,
                    "",
                    "IF(region = 'it''s a secret', price2 * 1.19, \"x\") + 42",
                    true)
                .description())
        .isEqualTo("IF(region = ?, price2 * ?, ?) + ?");
    assertThat(
            new Transformation(Transformation.Kind.DIRECT, "", "token = 'cut off", true)
                .description())
        .isEqualTo("token = ?");
  }

  @Test
  void hiddenAndMissingTablesAreToldOfInTheSameWords() {
    flightsAreTold();
    scene.enter("eve");

    assertThatThrownBy(
            () -> lineage.around(scene.as("eve"), around("main.s.gold", "", Direction.UPSTREAM)))
        .isInstanceOfSatisfying(
            MillraceException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.SECURABLE_NOT_FOUND))
        .hasMessageContaining("there is no table main.s.gold that you may see");
    assertThatThrownBy(
            () -> lineage.around(scene.as("eve"), around("main.s.none", "", Direction.UPSTREAM)))
        .hasMessageContaining("there is no table main.s.none that you may see");
    assertThatThrownBy(
            () ->
                lineage.around(
                    scene.as("eve"),
                    (DatasetRef.Outside) TOPIC,
                    around("", "", Direction.DOWNSTREAM)))
        .hasMessageContaining(
            "there is no lineage of flights in kafka://broker:9092 that you may see");
  }

  @Test
  void aDroppedTableIsShownToAdminsByItsLastName() {
    flightsAreTold();
    scene.drop(scene.find(SecurableType.TABLE, "main.s.silver"));
    scene.enter("ann");
    scene.grant("ann", SecurableType.SCHEMA, "main.s", Privilege.SELECT);

    assertThat(lineage.around(admin(), around("main.s.gold", "", Direction.UPSTREAM)).nodes())
        .anySatisfy(
            node -> {
              assertThat(node.type()).isEqualTo(LineageNode.Type.DROPPED);
              assertThat(node.name()).isEqualTo("main.s.silver");
            });
    assertThat(
            lineage
                .around(scene.as("ann"), around("main.s.gold", "", Direction.UPSTREAM))
                .toString())
        .doesNotContain("silver");
  }

  @Test
  void allWaysFromOneColumnToAnotherAreFoundTheShortestFirst() {
    told(
        "flights",
        Flow.of(bronze, "value", silver, "delay", SAME),
        Flow.of(silver, "delay", gold, "total_delay", SUM),
        Flow.of(bronze, "value", gold, "total_delay", SAME),
        Flow.of(bronze, "value", silver, "origin", SAME),
        Flow.of(silver, "origin", gold, "", GROUP));

    LineagePaths paths =
        lineage.paths(admin(), "main.s.bronze", "value", "main.s.gold", "total_delay");

    assertThat(paths.paths()).extracting(List::size).containsExactly(2, 3, 3);
    assertThat(paths.truncated()).isFalse();
    assertThat(lineage.paths(admin(), "main.s.gold", "", "main.s.bronze", "").paths())
        .as("against the flow")
        .isEmpty();
    assertThatThrownBy(() -> lineage.paths(admin(), "main.s.gold", "x", "main.s.bronze", ""))
        .hasMessageContaining("a path goes from a table to a table, or from a column to a column");
  }

  @Test
  void pathsThroughADenseGraphAreCutAndTheAnswerSaysSo() {
    List<DatasetRef> layer = new ArrayList<>(List.of(bronze));
    List<Flow> flows = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      List<DatasetRef> next = new ArrayList<>();
      for (int j = 0; j < 6; j++) {
        next.add(new DatasetRef.Outside("dense", i + "-" + j));
      }
      for (DatasetRef from : layer) {
        next.forEach(to -> flows.add(Flow.of(from, to)));
      }
      layer = next;
    }
    layer.forEach(from -> flows.add(Flow.of(from, gold)));
    told("dense", flows.toArray(Flow[]::new));

    LineagePaths paths = lineage.paths(admin(), "main.s.bronze", "", "main.s.gold", "");

    assertThat(paths.truncated()).isTrue();
    assertThat(paths.paths()).hasSizeLessThanOrEqualTo(100);
  }

  @Test
  void impactNamesTablesViewsJobsPoliciesAndOwners() {
    flightsAreTold();
    Securable mask =
        scene.add(
            "main.s.hide",
            SecurableType.FUNCTION,
            new Definition.SqlFunction(
                List.of(new Definition.Parameter("v", "string", Optional.empty())),
                "string",
                "'***'",
                Optional.empty()));
    Securable table = scene.find(SecurableType.TABLE, "main.s.silver");
    Definition.Table definition = (Definition.Table) table.definition();
    scene.replace(
        table.withDefinition(
            definition
                .withColumns(
                    definition.columns().stream()
                        .map(
                            column ->
                                column.name().equals("secret")
                                    ? column.withMask(
                                        Optional.of(
                                            new Definition.Policy(mask.id(), List.of("ORIGIN"))))
                                    : column)
                        .toList())
                .withConstraints(Map.of("known", "Origin IS NOT NULL", "other", "originally > 1"))
                .withRowFilter(Optional.of(new Definition.Policy(mask.id(), List.of("origin")))),
            scene.stamp()));
    scene.view("main.s.late", "SELECT * FROM main.s.gold", "main.s.gold");
    scene.view("main.s.later", "SELECT * FROM main.s.late", "MAIN.S.LATE");

    Impact impact = lineage.impact(admin(), "main.s.silver", "origin");

    assertThat(impact.affected())
        .extracting(
            each ->
                each.distance()
                    + " "
                    + each.reason()
                    + " "
                    + each.node().name()
                    + (each.node().column().isEmpty() ? "" : "." + each.node().column())
                    + each.detail().map(detail -> " " + detail).orElse(""))
        .containsExactlyInAnyOrder(
            "0 CONSTRAINT main.s.silver.origin known",
            "0 ROW_FILTER main.s.silver.origin main.s.hide",
            "0 COLUMN_MASK main.s.silver.secret main.s.hide",
            "1 VALUES main.s.gold.origin",
            "1 DECIDES main.s.gold",
            "2 VIEW main.s.late",
            "3 VIEW main.s.later")
        .as("each once")
        .hasSize(7);
    assertThat(impact.running())
        .extracting(each -> each.source().name() + " " + each.job().orElseThrow().name())
        .containsExactly("main.s.silver flights");
    assertThat(impact.owners()).containsExactly("admin");
    assertThat(impact.restricted()).isZero();

    Impact ofMask = lineage.impactOfFunction(admin(), "main.s.hide");
    assertThat(ofMask.affected())
        .extracting(each -> each.reason() + " " + each.node().name())
        .containsExactlyInAnyOrder("ROW_FILTER main.s.silver", "COLUMN_MASK main.s.silver");

    scene.enter("ann");
    scene.grant("ann", SecurableType.TABLE, "main.s.silver", Privilege.SELECT);
    Impact seen = lineage.impact(scene.as("ann"), "main.s.silver", "");
    assertThat(seen.restricted()).as("gold, and two views").isEqualTo(3);
    assertThat(seen.toString()).doesNotContain("gold").doesNotContain("late");
  }

  @Test
  void whoReadsATableNowIsWhoRunsAndWasHeardOf() {
    flightsAreTold();
    lineage.record(
        admin(),
        report(
            "looked once",
            new UUID(0, 5),
            LineageRun.State.COMPLETE,
            LineageReport.Scope.COMPLETE,
            Map.of(),
            Flow.read(silver, "delay")));

    assertThat(lineage.readers(admin(), "main.s.silver"))
        .singleElement()
        .satisfies(
            reader -> {
              assertThat(reader.job().orElseThrow().name()).isEqualTo("flights");
              assertThat(reader.columns()).containsExactly("delay", "origin");
            });
    scene.clock().advance(Duration.ofMinutes(59));
    assertThat(lineage.readers(admin(), "main.s.silver")).hasSize(1);
    scene.clock().advance(Duration.ofMinutes(2));
    assertThat(lineage.readers(admin(), "main.s.silver")).as("silent for an hour").isEmpty();
    told("flights");
    assertThat(lineage.readers(admin(), "main.s.silver")).as("heard of again").hasSize(1);
  }

  @Test
  void tablesThatNobodyReadsAreOrphans() {
    flightsAreTold();
    scene.table("main.s.forgotten", "a");
    scene.table("main.s.viewed", "a");
    scene.view("main.s.v", "SELECT a FROM main.s.viewed", "main.s.viewed");

    List<LineageService.Orphan> orphans = lineage.orphans(admin(), CatalogScene.START);

    assertThat(orphans)
        .extracting(orphan -> orphan.table().name())
        .containsExactly("main.s.bronze", "main.s.forgotten", "main.s.gold", "main.s.v");
    assertThat(orphans.get(0).lastWritten()).contains(CatalogScene.START);
    assertThat(orphans.get(1).lastWritten()).isEmpty();
    assertThat(lineage.orphans(scene.as("eve"), CatalogScene.START)).isEmpty();
  }

  @Test
  void aVersionOfATableLeadsToTheRunThatWroteIt() {
    lineage.record(
        admin(),
        report(
            "flights",
            new UUID(0, 1),
            LineageRun.State.RUNNING,
            LineageReport.Scope.COMPLETE,
            Map.of(gold, 4L),
            Flow.of(silver, gold)));
    lineage.record(
        admin(),
        report(
            "flights",
            new UUID(0, 1),
            LineageRun.State.RUNNING,
            LineageReport.Scope.PARTIAL,
            Map.of(gold, 9L)));
    scene.restart();
    reopen(LineageSettings.DEFAULT);

    assertThat(lineage.provenance(admin(), "main.s.gold", 6))
        .singleElement()
        .satisfies(
            made -> {
              assertThat(made.job().orElseThrow().runId()).contains(new UUID(0, 1));
              assertThat(made.sources())
                  .extracting(LineageNode::name)
                  .containsExactly("main.s.silver");
            });
    assertThat(lineage.provenance(admin(), "main.s.gold", 3)).isEmpty();
    assertThat(lineage.provenance(admin(), "main.s.gold", 10)).isEmpty();
  }

  @Test
  void lineageIsToldOnlyByWhoMayWriteTheTable() {
    scene.enter("ann");
    scene.grant("ann", SecurableType.TABLE, "main.s.gold", Privilege.SELECT);
    scene.grant("ann", SecurableType.TABLE, "main.s.silver", Privilege.SELECT);
    LineageReport report =
        new LineageReport(
            new LineageReport.Job(
                "mine", "job", LineageJob.Kind.JOB, false, scene.as("ann").principal()),
            scene.clock().instant(),
            Optional.empty(),
            List.of(Flow.of(silver, gold)),
            Map.of(),
            LineageReport.Scope.COMPLETE);

    assertThatThrownBy(() -> lineage.record(scene.as("ann"), report))
        .hasMessageContaining(
            "PERMISSION_DENIED: MODIFY needs MODIFY on table main.s.gold, or ownership of it");
    assertThat(store.graph().edgeCount()).isZero();
    scene.grant("ann", SecurableType.TABLE, "main.s.gold", Privilege.SELECT, Privilege.MODIFY);
    lineage.record(scene.as("ann"), report);
    assertThat(store.graph().edgeCount()).isEqualTo(1);
  }

  @Test
  void lineageIsKeptForAYearAfterItWasLastSo() {
    flightsAreTold();
    scene.clock().advance(Duration.ofDays(364));
    store.prune();
    assertThat(store.graph().edgeCount()).isEqualTo(9);
    told("other", Flow.of(silver, gold));
    scene.clock().advance(Duration.ofDays(2));

    store.prune();

    assertThat(store.graph().edgeCount()).isEqualTo(1);
    assertThat(store.graph().jobs()).extracting(LineageJob::name).containsExactly("other");
    scene.restart();
    reopen(LineageSettings.DEFAULT);
    assertThat(store.graph().edgeCount()).as("in the database, too").isEqualTo(1);
    assertThat(store.graph().datasets()).hasSize(2);
    assertThat(store.graph().runs()).hasSize(1);
  }

  @Test
  void anotherInstanceKnowsOfAReportBeforeItTakesOneItself() {
    LineageStore other = LineageStore.open(scene.store(), LineageSettings.DEFAULT);
    flightsAreTold();
    new LineageService(other, scene.gate())
        .record(
            admin(),
            report(
                "other",
                new UUID(0, 9),
                LineageRun.State.RUNNING,
                LineageReport.Scope.COMPLETE,
                Map.of(gold, 1L),
                Flow.of(bronze, gold)));

    assertThat(other.graph().edgeCount()).isEqualTo(10);
    long until = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    while (store.graph().edgeCount() < 10 && System.nanoTime() < until) {
      Thread.onSpinWait();
    }
    assertThat(names(lineage.around(admin(), around("main.s.gold", "", Direction.UPSTREAM))))
        .as("and the first one knows soon")
        .containsExactly("flights", "main.s.bronze", "main.s.gold", "main.s.silver");
    assertThat(store.graph().version()).isEqualTo(other.graph().version());
    assertThat(lineage.around(admin(), around("main.s.gold", "", Direction.UPSTREAM)))
        .isEqualTo(
            new LineageService(other, scene.gate())
                .around(admin(), around("main.s.gold", "", Direction.UPSTREAM)));
  }

  @Test
  void whatOneInstanceHasDeletedAnotherOneForgetsToo() {
    told("old", Flow.of(bronze, silver));
    LineageStore other = LineageStore.open(scene.store(), LineageSettings.DEFAULT);
    scene.clock().advance(Duration.ofDays(366));
    store.prune();
    assertThat(store.graph().edgeCount()).isZero();

    new LineageService(other, scene.gate())
        .record(
            admin(),
            report(
                "new",
                new UUID(0, 9),
                LineageRun.State.RUNNING,
                LineageReport.Scope.COMPLETE,
                Map.of(),
                Flow.of(silver, gold)));

    scene.restart();
    reopen(LineageSettings.DEFAULT);
    assertThat(names(lineage.around(admin(), around("main.s.gold", "", Direction.UPSTREAM))))
        .as("silver was deleted, and is known again")
        .containsExactly("main.s.gold", "main.s.silver");
    assertThat(store.graph().datasets()).hasSize(2);
  }

  @Test
  void moreThanIsKeptIsRefused() {
    reopen(new LineageSettings(Duration.ofDays(365), Duration.ofHours(1), 3, 4));

    assertThatThrownBy(this::flightsAreTold)
        .hasMessage(
            "LIMIT_EXCEEDED: a report of lineage has 6 flows, more than 4\n"
                + "  Remedy: report columns that decide about all others once, as of the dataset");
    told("a", Flow.of(bronze, silver), Flow.of(silver, gold));
    assertThatThrownBy(() -> told("b", Flow.of(bronze, silver), Flow.of(silver, gold)))
        .hasMessage(
            "LIMIT_EXCEEDED: there would be 4 edges of lineage, more than 3\n"
                + "  Remedy: raise lineage.edges-max, or keep lineage for less than 365 days");
    assertThat(store.graph().edgeCount()).isEqualTo(2);
  }
}
