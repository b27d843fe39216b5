package io.millrace.gateway.demo;

/** What can be wrong with an event. */
enum Poison {
  /** The document ends before its object does. */
  TRUNCATED(true),
  /** No byte at all. */
  EMPTY(true),
  /** A value of another JSON type than the schema wants. */
  WRONG_TYPE(true),
  /** Bytes that are no UTF-8. */
  INVALID_UTF8(true),
  /** An origin or destination that no airport has. */
  UNKNOWN_AIRPORT(false),
  /** A delay of months. */
  ABSURD_DELAY(false),
  /** A distance of no or too many miles. */
  ABSURD_DISTANCE(false),
  /** A departure in another century. */
  OUT_OF_RANGE_TIMESTAMP(false),
  /** Byte for byte an earlier event, poisoned or not. */
  DUPLICATE(false);

  private final boolean malformed;

  Poison(boolean malformed) {
    this.malformed = malformed;
  }

  /** True if no reader can make a row of it. */
  boolean malformed() {
    return malformed;
  }
}
