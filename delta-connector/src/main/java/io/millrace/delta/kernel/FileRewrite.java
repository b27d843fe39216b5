package io.millrace.delta.kernel;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * A version that moved the rows of a file to others, without changing what the table holds: what
 * OPTIMIZE does.
 *
 * @param version that did it
 * @param removed the file as it was then
 * @param added all files that took the place of all that were removed
 */
public record FileRewrite(long version, LiveFile removed, List<LiveFile> added) {
  public FileRewrite {
    requireNonNull(removed, "removed is null");
    added = List.copyOf(added);
  }
}
