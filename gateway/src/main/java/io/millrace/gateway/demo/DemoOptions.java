package io.millrace.gateway.demo;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What the demo is asked to do.
 *
 * @param events how many of the real flights
 * @param eventsPerSecond 0 for as fast as it goes
 * @param poisonPercent share of events that are poisoned, 0 to 100
 * @param seed of the poison
 * @param verify whether another engine checks every row at the end
 * @param keep whether the platform runs on until it is stopped
 * @param directory null for a fresh one under the user's home
 * @param figures file for all figures as JSON; null for none
 */
public record DemoOptions(
    long events,
    double eventsPerSecond,
    double poisonPercent,
    long seed,
    boolean verify,
    boolean keep,
    @Nullable Path directory,
    @Nullable Path figures) {

  /** All flights there are. */
  public static final long EVENTS_MAX = FlightEvents.EVENTS_MAX;

  /**
   * @throws MillraceException OPTION_INVALID naming the option
   */
  public DemoOptions {
    FlightEvents.checkCount(events);
    if (!(eventsPerSecond >= 0 && eventsPerSecond < 1e9)) {
      throw new MillraceException(
          ErrorCode.OPTION_INVALID,
          "--rate is " + eventsPerSecond,
          "give events per second, or 0 for as fast as it goes");
    }
    PoisonPlan.checkPercent(poisonPercent);
  }

  PoisonPlan poison() {
    return new PoisonPlan(seed, poisonPercent);
  }
}
