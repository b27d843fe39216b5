package io.millrace.jobs.expression;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.delta.row.FlatRow;
import io.millrace.delta.row.FlatRows;
import org.apache.flink.api.common.functions.DefaultOpenContext;
import org.apache.flink.api.common.functions.MapFunction;
import org.apache.flink.api.common.functions.RichFunction;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.runtime.generated.GeneratedFunction;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.RowType;
import org.jspecify.annotations.Nullable;

/**
 * Runs the very code that Flink's planner generates for an expression: slower than our own nodes,
 * as it allocates, and right by construction. Compiled on first use in each process.
 */
final class GeneratedNode extends Node {
  private final GeneratedFunction<MapFunction<RowData, RowData>> generated;
  private transient @Nullable MapFunction<RowData, RowData> function;
  private transient @Nullable FlatRow result;

  GeneratedNode(LogicalType type, GeneratedFunction<MapFunction<RowData, RowData>> generated) {
    super(type);
    this.generated = generated;
  }

  @Override
  boolean eval(RowData row) {
    if (function == null) {
      open();
    }
    RowData mapped;
    try {
      mapped = function.map(row);
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new MillraceException(
          ErrorCode.PIPELINE_FAILED,
          "an expression failed: " + e.getMessage(),
          "see the cause; TRY_CAST gives NULL where CAST fails",
          e);
    }
    if (mapped.isNullAt(0)) {
      return false;
    }
    FlatRows.setField(result, 0, mapped, 0);
    switch (form) {
      case NUMBER:
        number = result.longAt(0);
        break;
      case REAL:
        real = Types.isFloat(type) ? result.getFloat(0) : result.getDouble(0);
        break;
      case TIMESTAMP:
        number = result.longAt(0);
        nanos = result.nanosAt(0);
        break;
      case BYTES:
        buffer = result.bufferAt(0);
        offset = result.offsetAt(0);
        length = result.lengthAt(0);
        break;
      default:
        object = result.objectAt(0);
    }
    return true;
  }

  private void open() {
    result = new FlatRow(RowType.of(type));
    function = generated.newInstance(classLoader());
    if (function instanceof RichFunction rich) {
      try {
        rich.open(DefaultOpenContext.INSTANCE);
      } catch (Exception e) {
        throw new MillraceException(
            ErrorCode.INTERNAL, "generated code does not open: " + e.getMessage(), "report it", e);
      }
    }
  }

  private static ClassLoader classLoader() {
    ClassLoader context = Thread.currentThread().getContextClassLoader();
    return context == null ? GeneratedNode.class.getClassLoader() : context;
  }
}
