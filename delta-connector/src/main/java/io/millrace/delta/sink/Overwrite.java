package io.millrace.delta.sink;

import java.io.Serializable;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a statement replaces by the rows that it writes.
 *
 * @param readVersion the version whose rows are replaced; what others append later stays. -1 if
 *     there is no table yet
 * @param partition values of partition columns by column, as text; rows of other partitions stay.
 *     Empty for the whole table
 * @param dynamic true to replace only partitions that get rows
 */
public record Overwrite(long readVersion, Map<String, String> partition, boolean dynamic)
    implements Serializable {
  public Overwrite {
    partition = new TreeMap<>(partition);
  }
}
