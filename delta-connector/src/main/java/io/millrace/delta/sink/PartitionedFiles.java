package io.millrace.delta.sink;

import static java.util.Objects.requireNonNull;

import io.millrace.delta.DataFile;
import io.millrace.delta.DeltaTableSpec;
import io.millrace.delta.parquet.ColumnNames;
import io.millrace.delta.parquet.RowDataParquetWriter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.table.data.RowData;
import org.jspecify.annotations.Nullable;

/**
 * Files of a partitioned table. However many partitions there are, only so many files are open, and
 * only so much waits in memory: the rest is finished early, as smaller files.
 */
final class PartitionedFiles implements TableFiles {
  private final PartitionOptions limits;
  private final FileCounters counters;
  private final Partitions<Open> partitions;

  /** Open files; the first is the one that was used least recently. */
  private final Map<Open, Boolean> open = new LinkedHashMap<>(16, 0.75f, true);

  private List<DataFile> finished = new ArrayList<>();
  private @Nullable Open last;
  private long memoryBytes;

  /** One partition and, between its first row and its end, its open file. */
  private static final class Open {
    private final RowDataParquetWriter writer;
    private long memoryBytes;

    Open(RowDataParquetWriter writer) {
      this.writer = writer;
    }
  }

  /**
   * @param prototype of the writers of all partitions
   */
  PartitionedFiles(
      DeltaTableSpec spec,
      ColumnNames names,
      RowDataParquetWriter prototype,
      PartitionOptions limits,
      FileCounters counters) {
    this.limits = limits;
    this.counters = counters;
    partitions =
        new Partitions<>(spec, names, partition -> new Open(prototype.forPartition(partition)));
  }

  @Override
  public long write(RowData row) throws IOException {
    Open partition = partitions.of(row);
    if (partition.writer.isFull()) {
      finish(partition);
    }
    if (partition != last || !partition.writer.isOpen()) {
      touch(partition);
    }
    long position = partition.writer.write(row);
    counters.wroteRow();
    last = partition;
    long now = partition.writer.memoryBytes();
    if (now != partition.memoryBytes) {
      memoryBytes += now - partition.memoryBytes;
      partition.memoryBytes = now;
    }
    return position;
  }

  /** Puts the partition behind all others, and makes room for its file before it is opened. */
  private void touch(Open partition) throws IOException {
    if (memoryBytes > limits.bufferedBytesMax()) {
      finish(
          open.keySet().stream()
              .max(Comparator.comparingLong(candidate -> candidate.memoryBytes))
              .orElseThrow());
    }
    if (!partition.writer.isOpen() && open.size() >= limits.openFilesMax()) {
      finish(open.keySet().iterator().next());
    }
    open.put(partition, true);
  }

  int openFiles() {
    return open.size();
  }

  /** About how many bytes of rows wait in memory. */
  long memoryBytes() {
    return memoryBytes;
  }

  @Override
  public long fileId() {
    return requireNonNull(last, "no row was written").writer.fileId();
  }

  @Override
  public List<DataFile> take() throws IOException {
    while (!open.isEmpty()) {
      finish(open.keySet().iterator().next());
    }
    last = null;
    partitions.forgetIfMany();
    List<DataFile> taken = finished;
    finished = new ArrayList<>();
    return taken;
  }

  private void finish(Open partition) throws IOException {
    DataFile file = partition.writer.finishFile();
    open.remove(partition);
    memoryBytes -= partition.memoryBytes;
    partition.memoryBytes = 0;
    finished.add(file);
    counters.finished(file);
  }

  @Override
  public void close() throws IOException {
    IOException failure = null;
    for (Iterator<Open> each = open.keySet().iterator(); each.hasNext(); ) {
      try {
        each.next().writer.close();
      } catch (IOException e) {
        failure = failure == null ? e : failure;
      }
      each.remove();
    }
    if (failure != null) {
      throw failure;
    }
  }
}
