package io.millrace.gateway.demo;

import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Reads tables for {@link TableVerifier}. */
interface TableRows {

  /**
   * Gives every live row of the table's newest version to {@code row}, in any order.
   *
   * <p>Values are as Java knows them: {@code Boolean}, {@code Integer} and its kin, {@code Long},
   * {@code Double}, {@code BigDecimal}, {@code String}, {@code byte[]}; a timestamp is a {@code
   * Long} of microseconds since 1970, a date an {@code Integer} of days.
   *
   * @param columns names, in the order wanted
   * @throws io.millrace.catalog.MillraceException TABLE_NOT_FOUND, COLUMN_NOT_FOUND, TABLE_CORRUPT
   */
  void read(Path table, List<String> columns, Consumer<@Nullable Object[]> row);
}
