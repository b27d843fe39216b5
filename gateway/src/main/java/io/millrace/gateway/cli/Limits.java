package io.millrace.gateway.cli;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;

/** Checks numbers that options give. */
final class Limits {

  private Limits() {}

  /**
   * @throws MillraceException OPTION_INVALID unless above zero
   */
  static int positive(String option, int value) {
    if (value < 1) {
      throw new MillraceException(
          ErrorCode.OPTION_INVALID, option + " is " + value, "give a number above zero");
    }
    return value;
  }
}
