package io.millrace.gateway.demo;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TestFreshness {
  private final Freshness freshness = new Freshness();

  @Test
  void nothingIsMeasuredBeforeAnEventIsVisible() {
    freshness.produced(0, 1_000);
    freshness.visible(partition -> 0, 5_000);

    assertThat(freshness.overall()).isEmpty();
  }

  @Test
  void measuresFromProductionToVisibility() {
    for (long i = 0; i < 101 * 100; i++) {
      freshness.produced(i, 1_000 + i / 101);
    }

    freshness.visible(partition -> Long.MAX_VALUE, 1_100);

    assertThat(freshness.overall().orElseThrow())
        .isEqualTo(new Freshness.Percentiles(50, 99, 100, 100));
  }

  @Test
  void anEventIsMeasuredOnceAndOnlyWhenItsPartitionGotThere() {
    freshness.produced(0, 1_000); // partition 0, offset 0
    freshness.produced(101, 1_000); // partition 1, offset 25

    freshness.visible(partition -> 25, 1_010);
    freshness.visible(partition -> 26, 1_020);
    freshness.visible(partition -> 27, 9_000);

    assertThat(freshness.overall().orElseThrow())
        .isEqualTo(new Freshness.Percentiles(10, 10, 20, 2));
  }
}
