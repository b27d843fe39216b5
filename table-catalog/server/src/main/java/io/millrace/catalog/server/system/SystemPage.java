package io.millrace.catalog.server.system;

import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Some rows of a system table.
 *
 * @param rows values in the order of the columns
 * @param next token of the page behind this one; empty of the last
 */
public record SystemPage(List<List<@Nullable Object>> rows, Optional<String> next) {
  public SystemPage {
    rows = Collections.unmodifiableList(rows);
  }
}
