package io.millrace.catalog.server.lineage;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Comparator;
import java.util.UUID;

/** A place in what is ordered by time, where a page ends. */
record LineagePosition(Instant at, UUID id) implements Comparable<LineagePosition> {
  private static final Comparator<LineagePosition> ORDER =
      Comparator.comparing(LineagePosition::at).thenComparing(LineagePosition::id);

  /**
   * What {@link #token} gave out.
   *
   * @throws MillraceException ARGUMENT_INVALID
   */
  static LineagePosition of(String token) {
    int split = token.indexOf('_');
    try {
      return new LineagePosition(
          Instant.parse(token.substring(0, Math.max(split, 0))),
          UUID.fromString(token.substring(split + 1)));
    } catch (DateTimeException | IllegalArgumentException e) {
      throw new MillraceException(
          ErrorCode.ARGUMENT_INVALID,
          "page_token is none that was given out",
          "begin with the first page, without page_token");
    }
  }

  String token() {
    return at + "_" + id;
  }

  @Override
  public int compareTo(LineagePosition other) {
    return ORDER.compare(this, other);
  }
}
