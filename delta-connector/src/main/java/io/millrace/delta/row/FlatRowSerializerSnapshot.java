package io.millrace.delta.row;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.util.List;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSchemaCompatibility;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.table.types.logical.utils.LogicalTypeParser;
import org.jspecify.annotations.Nullable;

/**
 * The row type with which rows were written.
 *
 * <p>Version 1: length and UTF-8 of the type as SQL. State written with the same column types in
 * the same order is read as it is; anything else is refused. Column names and NOT NULL do not show
 * in the bytes and may change.
 */
public final class FlatRowSerializerSnapshot implements TypeSerializerSnapshot<RowData> {
  private static final int VERSION = 1;
  private static final int MAX_TYPE_BYTES = 16 << 20;

  private @Nullable RowType rowType;

  /** For Flink, which calls {@link #readSnapshot} next. */
  public FlatRowSerializerSnapshot() {}

  FlatRowSerializerSnapshot(RowType rowType) {
    this.rowType = rowType;
  }

  @Override
  public int getCurrentVersion() {
    return VERSION;
  }

  @Override
  public void writeSnapshot(DataOutputView out) throws IOException {
    byte[] type = rowType().asSerializableString().getBytes(UTF_8);
    out.writeInt(type.length);
    out.write(type);
  }

  @Override
  public void readSnapshot(int version, DataInputView in, ClassLoader classLoader)
      throws IOException {
    if (version != VERSION) {
      throw new IOException(
          "row serializer snapshot of version " + version + ", known: " + VERSION);
    }
    int length = in.readInt();
    if (length < 0 || length > MAX_TYPE_BYTES) {
      throw new IOException("row type of " + length + " bytes");
    }
    byte[] type = new byte[length];
    in.readFully(type);
    rowType = (RowType) LogicalTypeParser.parse(new String(type, UTF_8), classLoader);
  }

  @Override
  public TypeSerializer<RowData> restoreSerializer() {
    return new FlatRowSerializer(rowType());
  }

  @Override
  public TypeSerializerSchemaCompatibility<RowData> resolveSchemaCompatibility(
      TypeSerializerSnapshot<RowData> old) {
    return old instanceof FlatRowSerializerSnapshot that
            && wireTypes(rowType()).equals(wireTypes(that.rowType()))
        ? TypeSerializerSchemaCompatibility.compatibleAsIs()
        : TypeSerializerSchemaCompatibility.incompatible();
  }

  private static List<String> wireTypes(RowType type) {
    return type.getChildren().stream()
        .map((LogicalType column) -> column.copy(true).asSerializableString())
        .toList();
  }

  private RowType rowType() {
    return requireNonNull(rowType, "snapshot was neither written nor read");
  }
}
