package io.millrace.delta.kernel;

import io.delta.kernel.types.ArrayType;
import io.delta.kernel.types.DataType;
import io.delta.kernel.types.MapType;
import io.delta.kernel.types.StructField;
import io.delta.kernel.types.StructType;
import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Whether rows of one schema may be appended to a table of another. */
final class SchemaCheck {
  private SchemaCheck() {}

  /**
   * Passes if every column that is written is there with the same type, takes a null wherever one
   * may come, and every other column of the table may be left out.
   *
   * @param completed top-level columns that the writer fills where a row has nothing for them
   * @throws MillraceException SCHEMA_CHANGED naming all columns that do not fit
   */
  static void requireWritable(
      String tableName, StructType written, StructType table, Set<String> completed) {
    List<String> misfits = new ArrayList<>();
    compareStructs(written, table, "", completed, misfits);
    if (!misfits.isEmpty()) {
      throw new MillraceException(
          ErrorCode.SCHEMA_CHANGED,
          "table %s does not fit what is written to it: %s"
              .formatted(tableName, String.join("; ", misfits)),
          "change the query or the table so that names, types and NOT NULL agree, "
              + "or write to a new table");
    }
  }

  private static void compareStructs(
      StructType written,
      StructType table,
      String prefix,
      Set<String> completed,
      List<String> misfits) {
    for (StructField field : written.fields()) {
      String column = prefix + field.getName();
      int index = table.indexOf(field.getName());
      if (index < 0) {
        misfits.add("column %s is not in the table".formatted(column));
        continue;
      }
      StructField other = table.at(index);
      compareTypes(field.getDataType(), other.getDataType(), column, misfits);
      if (!completed.contains(column)) {
        compareNullability(field.isNullable(), other.isNullable(), column, misfits);
      }
    }
    for (StructField other : table.fields()) {
      if (written.indexOf(other.getName()) < 0
          && !other.isNullable()
          && !completed.contains(prefix + other.getName())) {
        misfits.add(
            "column %s is NOT NULL in the table and is not written"
                .formatted(prefix + other.getName()));
      }
    }
  }

  private static void compareTypes(
      DataType written, DataType table, String column, List<String> misfits) {
    if (written instanceof StructType a && table instanceof StructType b) {
      compareStructs(a, b, column + ".", Set.of(), misfits);
    } else if (written instanceof ArrayType a && table instanceof ArrayType b) {
      compareTypes(a.getElementType(), b.getElementType(), column + "[]", misfits);
      compareNullability(a.containsNull(), b.containsNull(), column + "[]", misfits);
    } else if (written instanceof MapType a && table instanceof MapType b) {
      compareTypes(a.getKeyType(), b.getKeyType(), column + ".key", misfits);
      compareTypes(a.getValueType(), b.getValueType(), column + ".value", misfits);
      compareNullability(
          a.isValueContainsNull(), b.isValueContainsNull(), column + ".value", misfits);
    } else if (!written.equivalent(table)) {
      misfits.add("column %s is %s in the table, %s is written".formatted(column, table, written));
    }
  }

  private static void compareNullability(
      boolean writtenNullable, boolean tableNullable, String column, List<String> misfits) {
    if (writtenNullable && !tableNullable) {
      misfits.add("column %s is NOT NULL in the table, nulls may be written".formatted(column));
    }
  }
}
