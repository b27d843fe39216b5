package io.millrace.delta.kernel;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import java.util.Arrays;
import java.util.Optional;

/** Which commits of others a statement must have seen, as {@code delta.isolationLevel} says. */
public enum IsolationLevel {
  /** All that it would have read: the result is as if statements had run in the log's order. */
  SERIALIZABLE("Serializable"),

  /** All but rows that were appended blindly: these count as appended afterwards. */
  WRITE_SERIALIZABLE("WriteSerializable");

  static final String PROPERTY = "delta.isolationLevel";

  private final String text;

  IsolationLevel(String text) {
    this.text = text;
  }

  /** That of a table; Serializable, as with delta-spark, if it says nothing that is known here. */
  public static IsolationLevel of(TableState table) {
    return table.property(PROPERTY).flatMap(IsolationLevel::named).orElse(SERIALIZABLE);
  }

  /**
   * The property's value as the table is to have it.
   *
   * @throws MillraceException PROPERTY_INVALID
   */
  static String normalized(String table, String value) {
    return named(value)
        .orElseThrow(
            () ->
                new MillraceException(
                    ErrorCode.PROPERTY_INVALID,
                    "property %s of table %s cannot be '%s'".formatted(PROPERTY, table, value),
                    "set it to Serializable or to WriteSerializable"))
        .text;
  }

  private static Optional<IsolationLevel> named(String value) {
    return Arrays.stream(values()).filter(level -> level.text.equalsIgnoreCase(value)).findFirst();
  }

  /** As the log has it. */
  @Override
  public String toString() {
    return text;
  }
}
