package io.millrace.gateway.demo;

import static java.util.Objects.requireNonNull;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.gateway.platform.PlatformDirectory;
import io.millrace.gateway.platform.Ports;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What {@code demo} was asked for.
 *
 * @param events how many flights to publish
 * @param rate events per second; 0 for as fast as it goes
 * @param poisonPercent share of events that are made unusable, 0 to 100
 * @param verify compare every table with a batch recomputation at the end
 * @param report file for the accounting as JSON; null for none
 * @param keep stay up afterwards, until asked to stop
 */
public record DemoRequest(
    PlatformDirectory directory,
    Ports ports,
    long events,
    double rate,
    double poisonPercent,
    boolean verify,
    @Nullable Path report,
    boolean keep) {

  /**
   * @throws MillraceException OPTION_INVALID for a number that makes no sense
   */
  public DemoRequest {
    requireNonNull(directory, "directory is null");
    requireNonNull(ports, "ports is null");
    if (events < 1 || events > 1_000_000_000L) {
      throw invalid("--events is " + events, "give a number from 1 to 1000000000");
    }
    if (!(rate >= 0) || Double.isInfinite(rate)) {
      throw invalid("--rate is " + rate, "give events per second, or 0 for as fast as it goes");
    }
    if (!(poisonPercent >= 0 && poisonPercent <= 100)) {
      throw invalid("--poison is " + poisonPercent, "give a percentage from 0 to 100");
    }
  }

  private static MillraceException invalid(String problem, String remedy) {
    return new MillraceException(ErrorCode.OPTION_INVALID, problem, remedy);
  }
}
