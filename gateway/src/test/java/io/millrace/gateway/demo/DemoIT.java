package io.millrace.gateway.demo;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.gateway.Home;
import io.millrace.gateway.pipeline.HostedPipelines;
import io.millrace.gateway.pipeline.StopRequest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The whole way, from the source file to a verified table, with a stop in between. */
class DemoIT {
  private static final int EVENTS = 12_000;

  @TempDir Path directory;
  private final ByteArrayOutputStream said = new ByteArrayOutputStream();

  @Test
  @Timeout(value = 5, unit = TimeUnit.MINUTES)
  void whatWasStoppedGoesOnAndEveryRowIsVerified() throws Exception {
    boolean ended = run(4_000, new StopWhenProducing());

    assertThat(ended).as(text()).isFalse();
    assertThat(text()).contains("goes on where it was");

    ended = run(0, new Never());

    assertThat(ended).as(text()).isTrue();
    assertThat(text()).contains("\nverified: true\n").contains("\nbalance OK\n");
    JsonNode figures = figures();
    assertThat(figures.get("verified").asBoolean()).isTrue();
    assertThat(figures.get("published_before").asLong()).isPositive();
    assertThat(figures.get("published_before").asLong() + figures.get("acknowledged").asLong())
        .isEqualTo(EVENTS);
    assertThat(figures.get("verification")).hasSize(FlightOracle.tables().size());
    assertThat(figures.get("verification").get(1).get("expected").asLong()).isPositive();
  }

  private boolean run(double rate, StopRequest stop) throws InterruptedException {
    DemoOptions options =
        new DemoOptions(EVENTS, rate, 10, 7, true, false, directory.resolve("demo"), figuresFile());
    return new Demo(
            options,
            DemoDirectory.prepare(options),
            Home.fromLauncher(),
            new HostedPipelines(),
            new PrintStream(said, true, UTF_8),
            false,
            stop)
        .run();
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
