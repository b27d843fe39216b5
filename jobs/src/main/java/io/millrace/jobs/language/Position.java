package io.millrace.jobs.language;

import static java.util.Objects.requireNonNull;

import java.io.Serializable;

/**
 * A place in a file that a person wrote; reads {@code file:line:column}.
 *
 * @param file path of the file, relative to its project where it lies in one
 * @param line counted from 1; a line ends at LF, CR LF or CR
 * @param column counted from 1 in UTF-16 units; a tab is one
 */
public record Position(String file, int line, int column) implements Serializable {

  public Position {
    requireNonNull(file, "file is null");
    if (line < 1 || column < 1) {
      throw new IllegalArgumentException("position " + file + ":" + line + ":" + column);
    }
  }

  /** The place that many columns further right on the same line. */
  public Position right(int columns) {
    return new Position(file, line, column + columns);
  }

  @Override
  public String toString() {
    return file + ":" + line + ":" + column;
  }
}
