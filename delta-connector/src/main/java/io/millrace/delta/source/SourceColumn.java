package io.millrace.delta.source;

import static java.util.Objects.requireNonNull;

import io.millrace.delta.vector.ReadField;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/** One column of the rows that a source emits. */
sealed interface SourceColumn extends Serializable {
  /**
   * A column of the table, or a field in one.
   *
   * @param name for messages
   * @param path from the column to the field; whether it is the rows' or the partition's is decided
   *     file by file
   */
  record Data(String name, List<ReadField> path) implements SourceColumn {
    public Data {
      requireNonNull(name, "name is null");
      path = new ArrayList<>(path);
    }

    ReadField field() {
      return path.get(path.size() - 1);
    }
  }

  /** Something about the row. */
  record Metadata(MetadataColumn column) implements SourceColumn {
    public Metadata {
      requireNonNull(column, "column is null");
    }
  }

  /**
   * What a table that tracks its rows knows of them.
   *
   * @param stored column of the files that have it for rows that came from elsewhere
   */
  record Tracked(MetadataColumn column, String stored) implements SourceColumn {
    public Tracked {
      requireNonNull(column, "column is null");
      requireNonNull(stored, "stored is null");
    }
  }
}
