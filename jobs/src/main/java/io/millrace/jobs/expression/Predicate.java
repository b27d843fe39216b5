package io.millrace.jobs.expression;

import java.io.Serializable;
import org.apache.flink.table.data.RowData;

/**
 * A condition over one row, in SQL's three-valued logic: NULL is not TRUE. Threads and failures as
 * in {@link Expression}.
 */
public interface Predicate extends Serializable {

  /** Whether the condition is TRUE; neither FALSE nor NULL is. */
  boolean isTrue(RowData row);
}
