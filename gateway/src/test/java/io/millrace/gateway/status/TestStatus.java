package io.millrace.gateway.status;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.millrace.gateway.Golden;
import io.millrace.gateway.status.PipelineStatus.Balance;
import io.millrace.gateway.status.PipelineStatus.ExpectationStatus;
import io.millrace.gateway.status.PipelineStatus.Failure;
import io.millrace.gateway.status.PipelineStatus.Freshness;
import io.millrace.gateway.status.PipelineStatus.State;
import io.millrace.gateway.status.PipelineStatus.TableStatus;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TestStatus {
  private static final Instant STARTED = Instant.parse("2026-11-22T10:00:00Z");

  @TempDir Path directory;

  @Test
  void aRunningPipelineReadsAsATable() {
    Golden.assertMatches("status/running.txt", text(StatusReading.of(orders(State.RUNNING), true)));
  }

  @Test
  void aPipelineWhoseProcessIsGoneIsNotRunning() {
    Golden.assertMatches("status/gone.txt", text(StatusReading.of(orders(State.RUNNING), false)));
  }

  @Test
  void aPipelineThatJustStartedHasNothingToShowYet() {
    PipelineStatus fresh =
        new PipelineStatus(
            "orders",
            State.RUNNING,
            1,
            STARTED,
            STARTED,
            0,
            Duration.ofMillis(500),
            3_000_000,
            null,
            List.of(new TableStatus("bronze", "bronze", -1, 0, 0, null, 0, 0, null)),
            List.of(),
            null);
    Golden.assertMatches("status/fresh.txt", text(StatusReading.of(fresh, true)));
  }

  @Test
  void aFailedPipelineSaysWhy() {
    Golden.assertMatches("status/failed.txt", text(StatusReading.of(orders(State.FAILED), false)));
  }

  @Test
  void anImbalanceIsShouted() {
    assertThat(StatusTable.text(new Balance(10, 7, 0, 2, 0)))
        .isEqualTo("balance BROKEN (in 10 ≠ out 7 + quarantined 2)");
  }

  @Test
  void aRuleThatWasBrokenOnceNeverReadsAsPerfect() {
    PipelineStatus status =
        new PipelineStatus(
            "p",
            State.RUNNING,
            1,
            STARTED,
            STARTED,
            1,
            Duration.ofSeconds(1),
            0,
            null,
            List.of(new TableStatus("t", "silver", 1, 1, 0, null, 1, 1, null)),
            List.of(new ExpectationStatus("t", "r", "drop", 999_999_999, 1)),
            null);
    assertThat(text(StatusReading.of(status, true))).contains("r 99.99 % DROP");
  }

  @Test
  void aStatusSurvivesItsFile() {
    StatusDirectory statuses = new StatusDirectory(directory.resolve("status"));
    for (State state : State.values()) {
      PipelineStatus written = orders(state);
      statuses.write(written);
      assertThat(statuses.find("orders")).contains(written);
    }
  }

  @Test
  void readersNeverMeetHalfAFile() throws Exception {
    StatusDirectory statuses = new StatusDirectory(directory);
    statuses.write(orders(State.RUNNING));
    Thread writer =
        new Thread(
            () -> {
              for (int i = 0; i < 500; i++) {
                statuses.write(orders(State.RUNNING));
              }
            });
    writer.start();
    while (writer.isAlive()) {
      assertThat(statuses.list())
          .singleElement()
          .satisfies(reading -> assertThat(reading.problem()).isEmpty());
    }
    writer.join();
  }

  @Test
  void whetherThePipelineRunsIsItsProcessToSay() {
    StatusDirectory statuses = new StatusDirectory(directory);
    long self = ProcessHandle.current().pid();
    statuses.write(withProcess("mine", self, Instant.now()));
    // The number of a process that had it long before this one started.
    statuses.write(withProcess("reused", self, Instant.parse("2020-01-01T00:00:00Z")));
    statuses.write(withProcess("gone", 4_194_305, Instant.now()));
    assertThat(statuses.list())
        .extracting(StatusReading::name, StatusReading::stateText)
        .containsExactly(
            tuple("gone", "NOT RUNNING"), tuple("mine", "RUNNING"), tuple("reused", "NOT RUNNING"));
  }

  @Test
  void aFileThatCannotBeReadIsShownAndHidesNoOther() throws Exception {
    StatusDirectory statuses = new StatusDirectory(directory);
    statuses.write(orders(State.FINISHED));
    Files.writeString(directory.resolve("broken.json"), "{\"name\": \"broken\"");
    Files.writeString(directory.resolve("empty.json"), "{}");
    assertThat(statuses.list())
        .extracting(StatusReading::stateText)
        .containsExactly("UNREADABLE", "UNREADABLE", "FINISHED");
    assertThat(text(statuses.list().get(1)))
        .isEqualTo("empty  UNREADABLE  field tables is missing\n");
  }

  @Test
  void noDirectoryMeansNoPipelines() {
    assertThat(new StatusDirectory(directory.resolve("absent")).list()).isEmpty();
  }

  @Test
  void aRunThatCannotCommitSaysWhy() {
    Golden.assertMatches(
        "status/retrying.txt", text(StatusReading.of(orders(State.RETRYING), true)));
    assertThat(StatusReading.of(orders(State.RETRYING), false).stateText())
        .isEqualTo("NOT RUNNING");
  }

  @Test
  void aFailureNeedsTheFailedState() {
    assertThatThrownBy(
            () ->
                new PipelineStatus(
                    "p",
                    State.FAILED,
                    1,
                    STARTED,
                    STARTED,
                    0,
                    Duration.ofSeconds(1),
                    0,
                    null,
                    List.of(),
                    List.of(),
                    null))
        .hasMessage("state is FAILED, failure is null");
  }

  @Test
  void jsonNamesItsUnits() throws Exception {
    byte[] json =
        PipelineStatusJson.toJson(orders(State.RUNNING))
            .toPrettyString()
            .getBytes(StandardCharsets.UTF_8);
    Golden.assertMatches("status/running.json", new String(json, StandardCharsets.UTF_8));
    assertThat(PipelineStatusJson.fromJson(json)).isEqualTo(orders(State.RUNNING));
  }

  private static PipelineStatus withProcess(String name, long pid, Instant started) {
    return new PipelineStatus(
        name,
        State.RUNNING,
        pid,
        started,
        started,
        0,
        Duration.ofSeconds(1),
        0,
        null,
        List.of(),
        List.of(),
        null);
  }

  private static PipelineStatus orders(State state) {
    @Nullable Failure failure =
        state == State.FAILED
            ? new Failure(
                "EXPECTATION_FAILED", "silver_orders: has_id failed for orders-0 offset 17")
            : state == State.RETRYING
                ? new Failure("DISK_FULL", "pipeline orders cannot write, the disk is full")
                : null;
    return new PipelineStatus(
        "orders",
        state,
        4711,
        STARTED,
        Instant.parse("2026-11-22T10:15:30Z"),
        81_214,
        Duration.ofSeconds(2),
        1_204,
        new Balance(12_004, 11_981, 0, 23, 0),
        List.of(
            new TableStatus(
                "bronze_orders",
                "bronze",
                81_213,
                12_004_000,
                6_012.4,
                new Freshness(700, 1_200, 690),
                41,
                3_936_000_000L,
                null),
            new TableStatus(
                "silver_orders",
                "silver",
                81_213,
                11_981_000,
                5_998,
                new Freshness(1_100, 1_900, 1_040),
                41,
                1_968_000_000L,
                new Balance(12_004, 11_981, 0, 23, 0)),
            new TableStatus(
                "gold_revenue_5m",
                "gold",
                812,
                3_120,
                12,
                new Freshness(1_200, 2_100, 1_150),
                8,
                96_000,
                null)),
        List.of(
            new ExpectationStatus("silver_orders", "valid_amount", "quarantine", 11_981, 23),
            new ExpectationStatus("silver_orders", "known_currency", "warn", 12_002, 2),
            new ExpectationStatus("gold_revenue_5m", "positive", "warn", 3_120, 0)),
        failure);
  }

  private static String text(StatusReading reading) {
    return String.join("\n", StatusTable.render(reading)) + "\n";
  }
}
