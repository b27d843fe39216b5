package io.millrace.gateway.demo;

import static java.util.Objects.requireNonNull;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * The events of the demo, in order: event {@code i} is line {@code i} of the source file as JSON,
 * or what the {@link PoisonPlan} makes of it. Deterministic; not thread-safe.
 */
final class FlightEvents implements Iterator<FlightEvent>, AutoCloseable {
  /** Flights in the source file; they are not used twice. */
  static final long EVENTS_MAX = 3_000_000;

  private static final long[] FAR_DEPARTURES = {
    0L, // 1970-01-01
    -2_208_988_800L, // 1900-01-01
    4_102_444_800L, // 2100-01-01
    253_402_300_799L // 9999-12-31T23:59:59
  };
  private static final int[] ABSURD_DELAYS = {-99_999, -1_440, 43_200, 99_999, Integer.MAX_VALUE};
  private static final int[] ABSURD_DISTANCES = {-731, 0, 12_450, 238_900, Integer.MIN_VALUE};

  private final FlightSource source;
  private final PoisonPlan plan;
  private final long count;
  private final FlightJson json = new FlightJson();
  private final FlightEvent[] recent = new FlightEvent[PoisonPlan.REPEAT_DISTANCE_MAX];
  private long index;

  private FlightEvents(FlightSource source, PoisonPlan plan, long count) {
    this.source = source;
    this.plan = plan;
    this.count = count;
  }

  /**
   * @param count events wanted
   * @throws MillraceException OPTION_INVALID if the file has not that many flights
   */
  static FlightEvents open(Path file, PoisonPlan plan, long count) {
    requireNonNull(plan, "plan is null");
    checkCount(count);
    return new FlightEvents(FlightSource.open(file), plan, count);
  }

  /**
   * @throws MillraceException OPTION_INVALID unless it is between 1 and {@link #EVENTS_MAX}
   */
  static void checkCount(long count) {
    if (count < 1 || count > EVENTS_MAX) {
      throw new MillraceException(
          ErrorCode.OPTION_INVALID,
          "--events is %d, but there are %,d real flights and none is used twice"
              .formatted(count, EVENTS_MAX),
          "choose between 1 and " + EVENTS_MAX);
    }
  }

  @Override
  public boolean hasNext() {
    return index < count;
  }

  @Override
  public FlightEvent next() {
    if (!hasNext()) {
      throw new NoSuchElementException("all " + count + " events are taken");
    }
    if (!source.advance()) {
      throw new MillraceException(
          ErrorCode.OPTION_INVALID,
          "the source file ends after %d flights, %d events were asked for".formatted(index, count),
          "choose --events " + index);
    }
    FlightEvent event = event(source.flight());
    recent[(int) (index % recent.length)] = event;
    index++;
    return event;
  }

  private FlightEvent event(Flight flight) {
    Optional<Poison> poison = plan.at(index);
    if (poison.isEmpty()) {
      return new FlightEvent(index, poison, false, flight, json.document(flight));
    }
    if (poison.get() == Poison.DUPLICATE) {
      FlightEvent earlier = recent[(int) (plan.repeatedBy(index) % recent.length)];
      return new FlightEvent(index, poison, earlier.malformed(), earlier.flight(), earlier.value());
    }
    return poisoned(flight, poison.get(), plan.details(index));
  }

  private FlightEvent poisoned(Flight flight, Poison poison, SplittableRandom random) {
    Flight said =
        switch (poison) {
          case UNKNOWN_AIRPORT -> {
            String code = "XX" + random.nextInt(10);
            yield random.nextBoolean() ? flight.withOrigin(code) : flight.withDestination(code);
          }
          case ABSURD_DELAY -> flight.withDelay(any(ABSURD_DELAYS, random));
          case ABSURD_DISTANCE -> flight.withDistance(any(ABSURD_DISTANCES, random));
          case OUT_OF_RANGE_TIMESTAMP ->
              flight.withDepartedSeconds(FAR_DEPARTURES[random.nextInt(FAR_DEPARTURES.length)]);
          default -> flight;
        };
    byte[] value =
        switch (poison) {
          case TRUNCATED -> json.truncated(flight, random);
          case EMPTY -> new byte[0];
          case WRONG_TYPE -> json.wrongType(flight, random);
          case INVALID_UTF8 -> json.invalidUtf8(flight, random);
          default -> json.document(said);
        };
    return new FlightEvent(index, Optional.of(poison), poison.malformed(), said, value);
  }

  private static int any(int[] values, SplittableRandom random) {
    return values[random.nextInt(values.length)];
  }

  @Override
  public void close() {
    source.close();
  }
}
