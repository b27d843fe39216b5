package io.millrace.jobs.language;

import static java.util.Objects.requireNonNull;

/**
 * One of {@code TBLPROPERTIES}.
 *
 * @param value variables put in; may be a secret
 * @param written the value as it stands in the file, for messages
 * @param position of the name
 * @param valuePosition of the first character of the value, within its quotes if it has any
 */
public record TableProperty(
    String name, String value, String written, Position position, Position valuePosition) {

  public TableProperty {
    requireNonNull(name, "name is null");
    requireNonNull(value, "value is null");
    requireNonNull(written, "written is null");
    requireNonNull(position, "position is null");
    requireNonNull(valuePosition, "valuePosition is null");
  }

  /** The value as a person wrote it. */
  @Override
  public String toString() {
    return name + " = " + written;
  }
}
