package io.millrace.delta.vector;

import static java.util.Objects.requireNonNull;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.delta.vector.OutputColumn.FileColumn;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.flink.core.fs.Path;
import org.apache.flink.table.data.columnar.vector.ColumnVector;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.metadata.ParquetMetadata;
import org.apache.parquet.io.ParquetDecodingException;
import org.apache.parquet.io.SeekableInputStream;

/**
 * Reads wanted columns of one Parquet file, many rows at a time. Timestamps keep their
 * microseconds, whether the file has INT64 or INT96; pages with checksums are checked against them.
 *
 * <p>Not thread-safe. A batch may be read by another thread while the next one is filled.
 */
public final class VectorizedReader implements AutoCloseable {
  /** Rows in a batch: eight columns of them fit into a second-level cache. */
  public static final int BATCH_ROWS = 2048;

  private final Path path;
  private final List<OutputColumn> wanted;
  private final ParquetFileReader file;
  private final List<ColumnSource> sources;
  private final List<Integer> groups;
  private final boolean countsOnly;
  private int nextGroup;
  private long position;
  private long groupEnd;

  private VectorizedReader(
      Path path, List<OutputColumn> wanted, ParquetFileReader file, List<Integer> groups) {
    this.path = path;
    this.wanted = wanted;
    this.file = file;
    this.groups = groups;
    FileColumns columns = new FileColumns(file.getFileMetaData().getSchema());
    this.sources = wanted.stream().map(columns::find).toList();
    List<ColumnDescriptor> leaves = leaves(sources);
    this.countsOnly = leaves.isEmpty();
    file.setRequestedSchema(leaves);
  }

  /**
   * Opens a file.
   *
   * @param wanted columns of the batches, in order
   * @param from row groups that begin in the file at this byte or later are read
   * @param to row groups that begin before this byte are read
   * @param filter of row groups
   * @throws IOException if it cannot be opened; {@code FileNotFoundException} if it is not there
   * @throws RuntimeException if it is not a Parquet file, or one whose columns have other types
   */
  public static VectorizedReader open(
      Path path, List<OutputColumn> wanted, long from, long to, RowGroupFilter filter)
      throws IOException {
    return open(path, wanted, from, to, filter, 0);
  }

  /**
   * As the other one.
   *
   * @param fileBytes length that the file must have; 0 if that is not known
   */
  public static VectorizedReader open(
      Path path,
      List<OutputColumn> wanted,
      long from,
      long to,
      RowGroupFilter filter,
      long fileBytes)
      throws IOException {
    requireNonNull(filter, "filter is null");
    ParquetInput input = new ParquetInput(path);
    if (fileBytes > 0 && input.getLength() != fileBytes) {
      throw new ParquetDecodingException(
          "the file has %d bytes, the log says %d".formatted(input.getLength(), fileBytes));
    }
    PageCodecs codecs = new PageCodecs();
    ParquetReadOptions options =
        ParquetReadOptions.builder(new PlainParquetConfiguration())
            .withCodecFactory(codecs)
            .usePageChecksumVerification(true)
            .withUseHadoopVectoredIo(false)
            .build();
    SeekableInputStream stream = input.newStream();
    try {
      ParquetMetadata footer = FooterReader.read(input, stream, options);
      ParquetFileReader file = new ParquetFileReader(input, footer, options, stream);
      List<Integer> groups = new ArrayList<>();
      for (int i = 0; i < file.getRowGroups().size(); i++) {
        BlockMetaData group = file.getRowGroups().get(i);
        long start = group.getStartingPos();
        if (start >= from && start < to && group.getRowCount() > 0 && filter.mayMatch(group)) {
          groups.add(i);
        }
      }
      return new VectorizedReader(path, List.copyOf(wanted), file, groups);
    } catch (IOException | RuntimeException e) {
      codecs.release();
      stream.close();
      throw e;
    }
  }

  private static List<ColumnDescriptor> leaves(List<ColumnSource> sources) {
    List<ColumnDescriptor> leaves = new ArrayList<>();
    Set<ColumnDescriptor> seen = new HashSet<>();
    for (ColumnSource source : sources) {
      for (LeafReader<?> leaf : source.leaves()) {
        if (!seen.add(leaf.column())) {
          throw new IllegalArgumentException("column " + leaf.column() + " is wanted twice");
        }
        leaves.add(leaf.column());
      }
    }
    return leaves;
  }

  /** A batch to be filled here. */
  public ColumnBatch newBatch() {
    ColumnVector[] vectors = new ColumnVector[sources.size()];
    for (int i = 0; i < vectors.length; i++) {
      vectors[i] = sources.get(i).newVector(BATCH_ROWS);
    }
    return new ColumnBatch(vectors);
  }

  /**
   * Passes over rows, so that the next batch begins at a position in the file or after it.
   *
   * @throws IOException as {@link #read}
   */
  public void skipTo(long wantedPosition) throws IOException {
    while (nextGroup < groups.size() && position >= groupEnd) {
      BlockMetaData group = file.getRowGroups().get(groups.get(nextGroup));
      if (group.getRowIndexOffset() + group.getRowCount() > wantedPosition) {
        break;
      }
      nextGroup++;
    }
    if (nextGroup == groups.size() && position >= groupEnd) {
      return;
    }
    ColumnBatch scratch = newBatch();
    if (position >= groupEnd) {
      startGroup();
    }
    while (position < wantedPosition && position < groupEnd) {
      fill(scratch, (int) Math.min(wantedPosition - position, BATCH_ROWS));
    }
  }

  /**
   * Fills a batch with the next rows.
   *
   * @return false if there are no more
   * @throws IOException if the file cannot be read
   * @throws MillraceException NOT_NULL_VIOLATED
   * @throws RuntimeException if the file's bytes are not what they should be
   */
  public boolean read(ColumnBatch batch) throws IOException {
    while (position >= groupEnd) {
      if (nextGroup >= groups.size()) {
        return false;
      }
      startGroup();
    }
    fill(batch, (int) Math.min(groupEnd - position, BATCH_ROWS));
    return true;
  }

  private void startGroup() throws IOException {
    int index = groups.get(nextGroup++);
    BlockMetaData group = file.getRowGroups().get(index);
    position = group.getRowIndexOffset();
    groupEnd = position + group.getRowCount();
    if (countsOnly) {
      return;
    }
    PageReadStore pages = file.readRowGroup(index);
    for (ColumnSource source : sources) {
      source.startRowGroup(pages);
    }
  }

  private void fill(ColumnBatch batch, int rows) throws IOException {
    ColumnVector[] vectors = batch.vectors().columns;
    for (int i = 0; i < vectors.length; i++) {
      vectors[i] = sources.get(i).read(rows, vectors[i]);
      if (vectors[i] instanceof PositionedVector positioned) {
        positioned.startAt(position);
      }
      requireValues(wanted.get(i), vectors[i], rows);
    }
    batch.filled(position, rows);
    position += rows;
  }

  private void requireValues(OutputColumn column, ColumnVector vector, int rows) {
    if (!(column instanceof FileColumn of)
        || of.field().type().isNullable()
        || (vector instanceof HeapVector flat && !flat.hasNulls())) {
      return;
    }
    for (int i = 0; i < rows; i++) {
      if (vector.isNullAt(i)) {
        throw new MillraceException(
            ErrorCode.NOT_NULL_VIOLATED,
            "column %s is NOT NULL and has no value at row %d of file %s"
                .formatted(of.name(), position + i, path),
            "declare the column without NOT NULL, or correct the rows");
      }
    }
  }

  /** Frees the codecs too. */
  @Override
  public void close() throws IOException {
    file.close();
  }
}
