package io.millrace.delta.vector;

import static java.util.Objects.requireNonNull;

import java.util.List;
import org.apache.flink.table.types.logical.LogicalType;
import org.jspecify.annotations.Nullable;

/** Where the values of one column of a batch come from. */
public sealed interface OutputColumn {
  /**
   * A field of the file; NULL if the file has none of that name.
   *
   * @param name for messages
   * @param path from the top of the file to the field, all but the last of them rows
   */
  record FileColumn(String name, List<ReadField> path) implements OutputColumn {
    public FileColumn {
      requireNonNull(name, "name is null");
      path = List.copyOf(path);
      if (path.isEmpty()) {
        throw new IllegalArgumentException("the path of column " + name + " is empty");
      }
    }

    ReadField field() {
      return path.get(path.size() - 1);
    }
  }

  /**
   * The same value in every row.
   *
   * @param name for messages
   * @param type of the value
   * @param value in Flink's internal form
   */
  record Constant(String name, LogicalType type, @Nullable Object value) implements OutputColumn {
    public Constant {
      requireNonNull(name, "name is null");
      requireNonNull(type, "type is null");
    }
  }

  /**
   * Numbers that a file may hold, and that follow from the row's place where it does not.
   *
   * @param stored of the file, of type BIGINT
   * @param first value of the file's first row, if the file has none for it
   * @param counts true if the value is one more with each row, false if it is the same
   */
  record Defaulted(FileColumn stored, long first, boolean counts) implements OutputColumn {
    public Defaulted {
      requireNonNull(stored, "stored is null");
    }
  }

  /**
   * Where in its file each row is, counted from 0, deleted rows too.
   *
   * @param name for messages
   */
  record RowPosition(String name) implements OutputColumn {
    public RowPosition {
      requireNonNull(name, "name is null");
    }
  }
}
