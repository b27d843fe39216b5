package io.millrace.gateway.demo;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.IntToLongFunction;

/**
 * How long it takes from the moment that an event is handed to the producer until a reader can see
 * it in the gold tables, measured on every {@value #SAMPLED}th event. Thread-safe.
 */
final class Freshness {
  private static final int SAMPLED = 101; // odd: every partition is sampled
  private static final int RECENT = 2_000;

  private record Sample(long index, long producedMillis) {}

  /**
   * Delays in milliseconds.
   *
   * @param count how many were measured
   */
  record Percentiles(long p50, long p99, long max, int count) {}

  private final ArrayDeque<Sample> underway = new ArrayDeque<>();
  private long[] seen = new long[1024];
  private int seenCount;

  /** An event is about to be sent. In order of the events. */
  void produced(long index, long atMillis) {
    if (index % SAMPLED == 0) {
      synchronized (this) {
        underway.add(new Sample(index, atMillis));
      }
    }
  }

  /**
   * Readers of gold see everything before these offsets.
   *
   * @param offsets next Kafka offset by partition
   */
  synchronized void visible(IntToLongFunction offsets, long atMillis) {
    underway.removeIf(
        sample -> {
          int partition = FlightProducer.partition(sample.index());
          if (FlightProducer.offset(sample.index()) >= offsets.applyAsLong(partition)) {
            return false;
          }
          if (seenCount == seen.length) {
            seen = Arrays.copyOf(seen, 2 * seenCount);
          }
          seen[seenCount++] = Math.max(0, atMillis - sample.producedMillis());
          return true;
        });
  }

  /** Over everything so far; empty before the first event is visible. */
  synchronized Optional<Percentiles> overall() {
    return percentiles(0);
  }

  /** Over the latest {@value #RECENT} samples. */
  synchronized Optional<Percentiles> recent() {
    return percentiles(Math.max(0, seenCount - RECENT));
  }

  private Optional<Percentiles> percentiles(int from) {
    int count = seenCount - from;
    if (count == 0) {
      return Optional.empty();
    }
    long[] sorted = Arrays.copyOfRange(seen, from, seenCount);
    Arrays.sort(sorted);
    return Optional.of(
        new Percentiles(
            sorted[(count - 1) / 2], sorted[(int) ((count - 1) * 0.99)], sorted[count - 1], count));
  }
}
