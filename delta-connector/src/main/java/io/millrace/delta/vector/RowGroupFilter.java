package io.millrace.delta.vector;

import org.apache.parquet.hadoop.metadata.BlockMetaData;

/** Which row groups of a file need reading. */
@FunctionalInterface
public interface RowGroupFilter {
  /** Reads everything. */
  RowGroupFilter ALL = group -> true;

  /** False only if no row of the group can be wanted. */
  boolean mayMatch(BlockMetaData group);
}
