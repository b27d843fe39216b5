package io.millrace.delta.vector;

import static java.util.Objects.requireNonNull;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.table.types.logical.LogicalType;

/**
 * A field as files have it, and the type that its values shall have.
 *
 * @param name in the file, which with column mapping is not the table's
 * @param id of the field in the file, by which it is found; -1 if it is found by name
 * @param type wanted
 * @param children of a row its fields, of an array its element, of a map its key and value; empty
 *     for other types
 */
public record ReadField(String name, int id, LogicalType type, List<ReadField> children)
    implements Serializable {
  public ReadField {
    requireNonNull(name, "name is null");
    requireNonNull(type, "type is null");
    children = new ArrayList<>(children);
  }
}
