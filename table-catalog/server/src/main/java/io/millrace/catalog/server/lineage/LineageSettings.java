package io.millrace.catalog.server.lineage;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import java.time.Duration;

/**
 * How much lineage is kept.
 *
 * @param retention how long after something was last so it can still be asked for
 * @param silence after which a run that said nothing is not taken for running any more
 * @param edgesMax how many edges are kept, all of them in memory
 * @param flowsMax how many flows one report may have
 */
public record LineageSettings(Duration retention, Duration silence, int edgesMax, int flowsMax) {
  /** A year, as in Databricks. */
  public static final LineageSettings DEFAULT =
      new LineageSettings(Duration.ofDays(365), Duration.ofHours(1), 1_000_000, 20_000);

  public LineageSettings {
    positive("lineage.retention", retention);
    positive("lineage.silence", silence);
    positive("lineage.edges-max", edgesMax);
    positive("lineage.flows-max", flowsMax);
  }

  private static void positive(String name, Duration value) {
    if (value.isNegative() || value.isZero()) {
      throw new MillraceException(
          ErrorCode.CONFIG_INVALID, name + " is " + value, "set it above zero");
    }
  }

  private static void positive(String name, int value) {
    if (value < 1) {
      throw new MillraceException(
          ErrorCode.CONFIG_INVALID, name + " is " + value, "set it above zero");
    }
  }
}
