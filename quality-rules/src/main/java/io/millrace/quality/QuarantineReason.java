package io.millrace.quality;

import java.util.List;
import java.util.stream.Collectors;

/** The texts that tell why a row was refused. They never hold a value of the row. */
public final class QuarantineReason {
  /** {@link QuarantineSchema#RULE} of a record that could not be read at all. */
  public static final String MALFORMED = "malformed";

  private QuarantineReason() {}

  /**
   * Why a row that violates expectations was refused: all that it violates, in their order, as in
   * {@code violates valid_amount (amount > 0), known_currency (currency IN ('EUR'))}.
   */
  public static String violated(List<Expectation> expectations) {
    return expectations.stream()
        .map(Expectation::toString)
        .collect(Collectors.joining(", ", "violates ", ""));
  }
}
