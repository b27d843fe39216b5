package io.millrace.gateway.demo;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * Which event is poisoned and how: a pure function of the seed and the event's index, so that
 * whoever knows seed and percentage knows every event.
 *
 * <p>Numbers are mixed by the finalizer of SplitMix64 (G. L. Steele et al., "Fast splittable
 * pseudorandom number generators", 2014).
 *
 * @param seed any number
 * @param percent share of poisoned events, 0 to 100; the kinds share it evenly
 */
record PoisonPlan(long seed, double percent) {
  /** How far back a repeated event lies at most. */
  static final int REPEAT_DISTANCE_MAX = 10_000;

  private static final Poison[] KINDS = Poison.values();

  PoisonPlan {
    checkPercent(percent);
  }

  /**
   * @throws MillraceException OPTION_INVALID unless it is a percentage
   */
  static void checkPercent(double percent) {
    if (!(percent >= 0 && percent <= 100)) {
      throw new MillraceException(
          ErrorCode.OPTION_INVALID,
          "--poison is " + percent + ", a percentage is 0 to 100",
          "leave it out for 1 percent");
    }
  }

  /** What is wrong with the event; empty if nothing is. */
  Optional<Poison> at(long index) {
    long hash = hash(index);
    if ((hash >>> 11) * 0x1.0p-53 * 100 >= percent) {
      return Optional.empty();
    }
    Poison kind = KINDS[(int) Long.remainderUnsigned(mix(hash + 1), KINDS.length)];
    return index == 0 && kind == Poison.DUPLICATE ? Optional.empty() : Optional.of(kind);
  }

  /** The earlier event that a {@link Poison#DUPLICATE} repeats. */
  long repeatedBy(long index) {
    long reach = Math.min(index, REPEAT_DISTANCE_MAX);
    return index - 1 - Long.remainderUnsigned(mix(hash(index) + 2), reach);
  }

  /** Where a poisoned event's details come from. */
  SplittableRandom details(long index) {
    return new SplittableRandom(mix(hash(index) + 3));
  }

  private long hash(long index) {
    return mix(mix(seed) + index * 0x9E3779B97F4A7C15L);
  }

  private static long mix(long z) {
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
