package io.millrace.gateway.demo;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.gateway.Home;
import io.millrace.gateway.pipeline.HostedPipelines;
import io.millrace.gateway.pipeline.StopRequest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The whole way, from the source file to a verified table, with a stop in between. */
class DemoIT {
  private static final int EVENTS = 12_000;
  private static final double POISON_PERCENT = 10;
  private static final long SEED = 7;

  @TempDir Path directory;
  private final ByteArrayOutputStream said = new ByteArrayOutputStream();

  @Test
  @Timeout(value = 5, unit = TimeUnit.MINUTES)
  void whatWasStoppedGoesOnAndEveryRowIsVerified() throws Exception {
    boolean ended = demo(4_000, new KernelRows(), new StopWhenProducing()).run();

    assertThat(ended).as(text()).isFalse();
    assertThat(text()).contains("goes on where it was");

    assertThatThrownBy(() -> demo(0, new OneRowTwice("airport_totals"), new Never()).run())
        .isInstanceOfSatisfying(
            MillraceException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.VERIFICATION_FAILED);
              assertThat(e.problem()).isEqualTo("not what they must be: airport_totals");
            });
    assertThat(text()).contains("\nverified: false\n").contains("\nbalance OK\n");
    JsonNode figures = figures();
    assertThat(figures.get("verified").asBoolean()).isFalse();
    assertThat(figures.get("published_before").asLong()).isPositive();
    assertThat(figures.get("published_before").asLong() + figures.get("acknowledged").asLong())
        .isEqualTo(EVENTS);

    // The tables themselves are right: it was the reader that lied.
    List<TableResult> results =
        new Verification(FlightFiles.PROJECT, new KernelRows())
            .run(
                new PoisonPlan(SEED, POISON_PERCENT),
                EVENTS,
                directory.resolve("demo/tables/flights"),
                directory.resolve("scratch"),
                new PrintStream(said, true, UTF_8));
    assertThat(results)
        .as(text())
        .hasSize(7)
        .allMatch(TableResult::verified)
        .allMatch(result -> result.actual() > 0);
  }

  private Demo demo(double rate, TableRows rows, StopRequest stop) {
    DemoOptions options =
        new DemoOptions(
            EVENTS,
            rate,
            POISON_PERCENT,
            SEED,
            true,
            false,
            directory.resolve("demo"),
            figuresFile());
    return new Demo(
        options,
        DemoDirectory.prepare(options),
        Home.fromLauncher(),
        new HostedPipelines(),
        rows,
        new PrintStream(said, true, UTF_8),
        false,
        stop);
  }

  /** Reads what is there, and the first row of one table twice. */
  private record OneRowTwice(String table) implements TableRows {
    @Override
    public void read(Path folder, List<String> columns, Consumer<@Nullable Object[]> row) {
      boolean[] lied = {!folder.endsWith(table)};
      new KernelRows()
          .read(
              folder,
              columns,
              values -> {
                row.accept(values);
                if (!lied[0]) {
                  lied[0] = true;
                  row.accept(values);
                }
              });
    }
  }

  private Path figuresFile() {
    return directory.resolve("figures.json");
  }

  private JsonNode figures() throws IOException {
    return new ObjectMapper().readTree(figuresFile().toFile());
  }

  private String text() {
    return said.toString(UTF_8);
  }

  /** Asks to stop at the first line that tells of committed events. */
  private final class StopWhenProducing implements StopRequest {
    @Override
    public boolean asked() {
      return text().contains("fresh p50");
    }

    @Override
    public boolean await(Duration timeout) throws InterruptedException {
      TimeUnit.NANOSECONDS.sleep(timeout.toNanos());
      return asked();
    }
  }

  private static final class Never implements StopRequest {
    @Override
    public boolean asked() {
      return false;
    }

    @Override
    public boolean await(Duration timeout) throws InterruptedException {
      TimeUnit.NANOSECONDS.sleep(timeout.toNanos());
      return false;
    }
  }
}
