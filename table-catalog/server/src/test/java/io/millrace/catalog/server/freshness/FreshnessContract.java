package io.millrace.catalog.server.freshness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.catalog.access.Privilege;
import io.millrace.catalog.access.SecurableType;
import io.millrace.catalog.server.CatalogScene;
import io.millrace.catalog.server.store.StoreSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How fresh tables are, and whether their rows balance; on every database. */
abstract class FreshnessContract {
  private static final Instant START = CatalogScene.START;

  @TempDir protected Path folder;
  private CatalogScene scene;
  private FreshnessService freshness;

  /** An empty database; the same one for the length of a test. */
  protected abstract StoreSettings settings();

  @BeforeEach
  void open() {
    scene = CatalogScene.open(settings());
    scene.table("main.s.silver", "a");
    scene.table("main.s.gold", "a");
    scene.enter("ann", "bob");
    scene.grant("ann", SecurableType.SCHEMA, "main.s", Privilege.SELECT, Privilege.MODIFY);
    freshness = new FreshnessService(scene.store(), scene.gate(), 3);
  }

  @AfterEach
  void close() {
    scene.close();
  }

  private static EpochReport report(String table, long epoch, long version, RowCounts rows) {
    return new EpochReport(
        table,
        "flights",
        epoch,
        version,
        START.minusSeconds(2),
        Optional.of(START.minusSeconds(5)),
        Optional.of(rows));
  }

  private TableEpoch last(String table) {
    return freshness.find(scene.as("ann"), table).orElseThrow().last();
  }

  @Test
  void lagGrowsUntilThePipelineTellsOfTheNextEpoch() {
    freshness.report(
        scene.as("ann"), List.of(report("main.s.silver", 1, 1, new RowCounts(10, 7, 1, 1, 1))));

    Freshness now = freshness.find(scene.as("ann"), "MAIN.s.silver").orElseThrow();
    assertThat(now.table()).isEqualTo("main.s.silver");
    assertThat(now.behind()).contains(Duration.ofSeconds(5));
    assertThat(now.sinceCommit()).isEqualTo(Duration.ofSeconds(2));
    assertThat(now.last().balance()).isEqualTo(TableEpoch.Balance.BALANCED);
    scene.clock().advance(Duration.ofMinutes(1));
    assertThat(freshness.find(scene.as("ann"), "main.s.silver").orElseThrow().behind())
        .contains(Duration.ofSeconds(65));
    scene.clock().set(START.minus(Duration.ofHours(1)));
    assertThat(freshness.find(scene.as("ann"), "main.s.silver").orElseThrow().sinceCommit())
        .as("a clock that is behind")
        .isEqualTo(Duration.ZERO);
    assertThat(freshness.find(scene.as("ann"), "main.s.gold")).isEmpty();
  }

  @Test
  void rowsAreSummedOnceHoweverOftenAnEpochIsTold() {
    EpochReport first = report("main.s.silver", 1, 1, new RowCounts(10, 9, 1, 0, 0));
    EpochReport second = report("main.s.silver", 2, 2, new RowCounts(5, 3, 0, 1, 0));
    freshness.report(scene.as("ann"), List.of(first));
    freshness.report(scene.as("ann"), List.of(second));
    freshness.report(scene.as("ann"), List.of(first));
    freshness.report(scene.as("ann"), List.of(second));

    TableEpoch last = last("main.s.silver");
    assertThat(last.total()).isEqualTo(new RowCounts(15, 12, 1, 1, 0));
    assertThat(last.balance()).as("a row is missing").isEqualTo(TableEpoch.Balance.IMBALANCED);
    assertThat(last.rows().orElseThrow().difference()).isEqualTo(1);
    assertThat(last.imbalances()).isEqualTo(1);
    assertThat(last.number()).isEqualTo(2);

    EpochReport anew = report("main.s.silver", 1, 3, new RowCounts(1, 1, 0, 0, 0));
    freshness.report(scene.as("ann"), List.of(anew));
    assertThat(last("main.s.silver").total().in())
        .as("a pipeline that begins anew counts from one, and writes a new version")
        .isEqualTo(16);
  }

  @Test
  void aTableWhoseRowsAreNotCountedHasFreshnessAllTheSame() {
    freshness.report(
        scene.as("ann"),
        List.of(
            new EpochReport(
                "main.s.gold", "flights", 4, 9, START, Optional.empty(), Optional.empty())));

    Freshness gold = freshness.find(scene.as("ann"), "main.s.gold").orElseThrow();
    assertThat(gold.behind()).isEmpty();
    assertThat(gold.last().balance()).isEqualTo(TableEpoch.Balance.NOT_COUNTED);
    assertThat(gold.last().total()).isEqualTo(RowCounts.NONE);
  }

  @Test
  void theLastEpochsAreKept() {
    for (int i = 1; i <= 5; i++) {
      freshness.report(
          scene.as("ann"), List.of(report("main.s.silver", i, i, new RowCounts(i, i, 0, 0, 0))));
    }

    assertThat(freshness.history(scene.as("ann"), "main.s.silver", 10))
        .extracting(TableEpoch::epoch)
        .containsExactly(5L, 4L, 3L);
    assertThat(freshness.history(scene.as("ann"), "main.s.silver", 1)).hasSize(1);
    assertThat(last("main.s.silver").total().in()).as("of all").isEqualTo(15);
    scene.restart();
    freshness = new FreshnessService(scene.store(), scene.gate(), 3);
    assertThat(freshness.history(scene.as("ann"), "main.s.silver", 10)).hasSize(3);
    scene.drop(scene.find(SecurableType.TABLE, "main.s.silver"));
    scene.table("main.s.silver", "a");
    assertThat(freshness.find(scene.as("ann"), "main.s.silver"))
        .as("another table of the same name")
        .isEmpty();
  }

  @Test
  void onlyWhoMayModifyTellsAndOnlyWhoMaySeeIsTold() {
    scene.grant("bob", SecurableType.TABLE, "main.s.silver", Privilege.SELECT);
    EpochReport report = report("main.s.silver", 1, 1, RowCounts.NONE);

    assertThatThrownBy(() -> freshness.report(scene.as("bob"), List.of(report)))
        .hasMessageContaining(
            "PERMISSION_DENIED: MODIFY needs MODIFY on table main.s.silver, or ownership of it");
    assertThatThrownBy(() -> freshness.report(scene.as("eve"), List.of(report)))
        .hasMessageContaining("there is no table main.s.silver that you may see");
    assertThatThrownBy(() -> freshness.find(scene.as("eve"), "main.s.silver"))
        .hasMessageContaining("there is no table main.s.silver that you may see");
    assertThatThrownBy(() -> freshness.history(scene.as("bob"), "main.s.gold", 1))
        .hasMessageContaining("there is no table main.s.gold that you may see");
    EpochReport other = report("main.s.none", 1, 1, RowCounts.NONE);
    assertThatThrownBy(() -> freshness.report(scene.as("ann"), List.of(report, other)))
        .hasMessageContaining("there is no table main.s.none that you may see");
    assertThat(freshness.find(scene.as("bob"), "main.s.silver")).as("all or none").isEmpty();
  }

  @Test
  void countsBelowZeroAreRefused() {
    assertThatThrownBy(() -> new RowCounts(1, -1, 0, 0, 0))
        .hasMessage(
            "ARGUMENT_INVALID: rows are counted in 1, out -1, dropped 0, quarantined 0,"
                + " deduplicated 0\n  Remedy: count from zero on");
    assertThatThrownBy(() -> report("main.s.silver", -1, 0, RowCounts.NONE))
        .hasMessageContaining("epoch is -1, version is 0");
  }
}
