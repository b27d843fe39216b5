package io.millrace.delta.parquet;

import io.millrace.delta.row.FlatRow;
import io.millrace.delta.row.RowLayout;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.LogicalTypeRoot;
import org.apache.flink.table.types.logical.RowType;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.hadoop.ParquetFileWriter;
import org.apache.parquet.hadoop.metadata.ParquetMetadata;
import org.apache.parquet.io.OutputFile;
import org.apache.parquet.schema.MessageType;

/**
 * A writer for rows without nesting that goes from a {@link FlatRow} to the bytes of a page without
 * an object per value and without parquet-java's levels of indirection; parquet-java only frames
 * the pages and writes the footer. About half of the CPU of {@link ParquetJavaEncoder}, which
 * writes the rest. The encodings are those of parquet-java's version 1 pages, which every reader
 * knows.
 */
final class FlatEncoder implements RowEncoder {
  private static final int STATISTICS_TRUNCATE = Integer.MAX_VALUE;
  private static final int COLUMN_INDEX_TRUNCATE = 64;

  private final NullChecks nulls;
  private final String[] paths;
  private final boolean[] required;
  private final FlatColumn[] columns;
  private final int[] fields;
  private final RowLayout layout;
  private final FlatRow converted;
  private final ParquetFileWriter file;
  private final ZstdCodecs.PageCompressor compressor;
  private final PageOutput scratch = new PageOutput(1024);
  private final long rowGroupBytes;

  private RowLayout accepted;
  private long rows;
  private long pageBytes;
  private boolean pageEnded;

  /** Whether rows of this type have no nesting. */
  static boolean supports(RowType rowType) {
    return rowType.getChildren().stream()
        .noneMatch(
            type ->
                type.is(LogicalTypeRoot.ARRAY)
                    || type.is(LogicalTypeRoot.MAP)
                    || type.is(LogicalTypeRoot.ROW));
  }

  /**
   * @param rowType of the rows that come
   * @param fields positions in them of the columns of {@code schema}
   * @param plainColumns columns that are not dictionary encoded
   */
  FlatEncoder(
      OutputFile output,
      RowType rowType,
      int[] fields,
      MessageType schema,
      NullChecks nulls,
      ParquetOptions options,
      Set<String> plainColumns)
      throws IOException {
    this.nulls = nulls;
    this.fields = fields;
    this.rowGroupBytes = options.rowGroupBytes();
    this.layout = RowLayout.of(rowType);
    this.converted = new FlatRow(layout);
    this.accepted = layout;
    this.compressor = new ZstdCodecs.PageCompressor(options.zstdLevel());
    this.file =
        new ParquetFileWriter(
            output,
            schema,
            ParquetFileWriter.Mode.CREATE,
            options.rowGroupBytes(),
            0,
            COLUMN_INDEX_TRUNCATE,
            STATISTICS_TRUNCATE,
            true);
    file.start();
    int arity = fields.length;
    paths = new String[arity];
    required = new boolean[arity];
    columns = new FlatColumn[arity];
    List<ColumnDescriptor> descriptors = schema.getColumns();
    for (int i = 0; i < arity; i++) {
      LogicalType type = rowType.getTypeAt(fields[i]);
      paths[i] = schema.getFieldName(i);
      required[i] = !type.isNullable();
      columns[i] = column(type, descriptors.get(i), !plainColumns.contains(paths[i]), options);
    }
  }

  private FlatColumn column(
      LogicalType type, ColumnDescriptor descriptor, boolean dictionary, ParquetOptions options) {
    return switch (descriptor.getPrimitiveType().getPrimitiveTypeName()) {
      case BOOLEAN -> new BooleanColumn(descriptor, options.pageBytes(), this);
      case INT32, INT64, FLOAT, DOUBLE ->
          new NumberColumn(type, descriptor, dictionary, options.pageBytes(), this);
      case BINARY -> new BytesColumn(descriptor, dictionary, options.pageBytes(), this);
      case FIXED_LEN_BYTE_ARRAY -> new LargeDecimalColumn(descriptor, options.pageBytes(), this);
      case INT96 -> throw new IllegalStateException("int96 is not written");
    };
  }

  @Override
  public void write(RowData row) throws IOException {
    FlatRow flat;
    if (row instanceof FlatRow same && accepts(same.layout())) {
      flat = same;
    } else {
      converted.copyFrom(row);
      flat = converted;
    }
    for (int i = 0; i < columns.length; i++) {
      int field = fields[i];
      if (!flat.isNullAt(field)) {
        columns[i].append(flat, field);
      } else if (required[i]) {
        throw nulls.violated(paths[i]);
      } else {
        columns[i].appendNull();
      }
    }
    rows++;
    if (pageEnded) {
      pageEnded = false;
      if (pageBytes + openBytes() >= rowGroupBytes) {
        endRowGroup();
      }
    }
  }

  private boolean accepts(RowLayout theirs) {
    if (theirs == accepted) {
      return true;
    }
    if (theirs.arity() != layout.arity()) {
      return false;
    }
    for (int i = 0; i < layout.arity(); i++) {
      if (theirs.slot(i) != layout.slot(i)) {
        return false;
      }
    }
    accepted = theirs;
    return true;
  }

  /** What a column may use while it ends a page. */
  PageOutput scratch() {
    return scratch;
  }

  /** A page's or a dictionary's bytes, compressed. */
  byte[] compress(byte[] bytes, int offset, int length) {
    int compressed = compressor.compress(bytes, offset, length);
    pageBytes += compressed;
    pageEnded = true;
    return Arrays.copyOf(compressor.output(), compressed);
  }

  private long openBytes() {
    long open = 0;
    for (FlatColumn column : columns) {
      open += column.openBytes();
    }
    return open;
  }

  @Override
  public long size() {
    try {
      // Open pages will shrink to about a third.
      return file.getPos() + pageBytes + openBytes() / 3;
    } catch (IOException e) {
      throw new IllegalStateException("our own stream knows its position", e);
    }
  }

  @Override
  public long memoryBytes() {
    return pageBytes + openBytes();
  }

  private void endRowGroup() throws IOException {
    if (rows == 0) {
      return;
    }
    file.startBlock(rows);
    for (FlatColumn column : columns) {
      column.writeChunk(file, rows);
    }
    file.endBlock();
    rows = 0;
    pageBytes = 0;
  }

  @Override
  public ParquetMetadata finish() throws IOException {
    endRowGroup();
    file.end(Map.of());
    compressor.release();
    return file.getFooter();
  }

  @Override
  public void abandon() {
    compressor.release();
  }
}
