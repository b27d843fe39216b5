package io.millrace.gateway.demo;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.gateway.status.PipelineStatus;
import io.millrace.gateway.status.PipelineStatus.Balance;
import io.millrace.gateway.status.PipelineStatus.TableStatus;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TestProgressView {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final PrintStream out = new PrintStream(bytes, true, UTF_8);

  @Test
  void aLogGetsALineEveryFewSeconds() {
    ProgressView view = new ProgressView(out, false);

    view.show(progress(0, 0));
    view.show(progress(1, 500));
    view.show(progress(4, 2_000));

    assertThat(bytes.toString(UTF_8).lines())
        .containsExactly(
            "   0.0 s  produced 0 (0/s)  bronze 1,500 (400/s)  lag 0  fresh p50 0.90 s p99 1.25 s"
                + "  balance OK",
            "   4.0 s  produced 2,000 (500/s)  bronze 1,500 (400/s)  lag 1,000  fresh p50 0.90 s"
                + " p99 1.25 s  balance OK");
  }

  @Test
  void aTerminalIsDrawnOver() {
    ProgressView view = new ProgressView(out, true);

    view.show(progress(0, 0));
    view.show(progress(1, 500));

    String text = bytes.toString(UTF_8);
    assertThat(text).contains("\033[5A");
    assertThat(text)
        .contains(
            "  bronze                bronze     [###############---------------]       1,500  400/s\n");
  }

  @Test
  void saysThatABalanceIsBroken() {
    PipelineStatus status = status(new Balance(10, 8, 1, 0, 0));

    new ProgressView(out, false)
        .show(new Progress(0, 10, 10, 10, 1, Optional.empty(), Optional.of(status)));

    assertThat(bytes.toString(UTF_8))
        .contains("fresh -")
        .contains("balance BROKEN Balance[in=10, out=8, dropped=1, quarantined=0, deduplicated=0]");
  }

  private static Progress progress(double seconds, long produced) {
    return new Progress(
        seconds,
        3_000,
        produced,
        Math.max(0, produced - 1_000),
        3,
        Optional.of(new Freshness.Percentiles(900, 1_250, 1_300, 10)),
        Optional.of(status(new Balance(10, 8, 0, 1, 1))));
  }

  private static PipelineStatus status(Balance balance) {
    Instant now = Instant.EPOCH;
    return new PipelineStatus(
        "flights",
        PipelineStatus.State.RUNNING,
        1,
        now,
        now,
        3,
        Duration.ofSeconds(1),
        0,
        balance,
        List.of(new TableStatus("bronze", "bronze", 3, 1_500, 400, null, 1, 1, null)),
        List.of(),
        null);
  }
}
