package io.millrace.delta.maintenance;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.binary.BinaryRowData;
import org.apache.flink.table.runtime.typeutils.RowDataSerializer;
import org.apache.flink.table.types.logical.RowType;
import org.jspecify.annotations.Nullable;

/**
 * Rows that wait, in buckets, until all are there: in memory as far as a block for each bucket
 * goes, else on the disk. Written by several threads, each through a {@link Writer} of its own;
 * read when all of these are done, by several threads, each through {@link #read}.
 */
final class RowSpill implements AutoCloseable {
  /** What one bucket of one writer keeps in memory. */
  static final int BLOCK_BYTES = 32 << 10;

  private static final int HEADER_BYTES = Long.BYTES + Long.BYTES + Integer.BYTES;

  private final Path folder;
  private final RowType rowType;
  private final int buckets;
  private final List<Writer> writers = new ArrayList<>();

  /** Rows in the order in which they are to be. */
  @FunctionalInterface
  interface Reader {
    /**
     * @param origin that the row was written with
     * @param row overwritten after the call
     */
    void row(long origin, RowData row) throws IOException;
  }

  /**
   * @param folder for files; deleted by who made it
   */
  RowSpill(Path folder, RowType rowType, int buckets) {
    this.folder = requireNonNull(folder, "folder is null");
    this.rowType = requireNonNull(rowType, "rowType is null");
    this.buckets = buckets;
  }

  /** For one thread. */
  synchronized Writer newWriter() {
    Writer writer = new Writer(folder.resolve("rows-" + writers.size()));
    writers.add(writer);
    return writer;
  }

  /** How many rows a bucket has. */
  long rows(int bucket) {
    return writers.stream().mapToLong(writer -> writer.rows[bucket]).sum();
  }

  /**
   * Reads a bucket by key; what is more than a chunk, in several chunks, each by key.
   *
   * @param chunkBytes about how much is in memory at a time
   */
  void read(int bucket, int chunkBytes, Reader reader) throws IOException {
    Chunk chunk = new Chunk();
    for (Writer writer : writers) {
      for (Segment segment : writer.segments.get(bucket)) {
        if (chunk.length > 0 && (long) chunk.length + segment.length() > chunkBytes) {
          chunk.show(reader);
          chunk = new Chunk();
        }
        chunk.add(writer, segment);
      }
      byte[] rest = writer.blocks[bucket];
      if (rest != null) {
        chunk.add(rest, writer.lengths[bucket]);
      }
    }
    chunk.show(reader);
  }

  private record Segment(long position, int length) {}

  /** One thread's rows. */
  final class Writer implements AutoCloseable {
    private final Path file;
    private final RowDataSerializer serializer = new RowDataSerializer(rowType);
    private final byte @Nullable [][] blocks = new byte[buckets][];
    private final int[] lengths = new int[buckets];
    private final long[] rows = new long[buckets];
    private final List<List<Segment>> segments = new ArrayList<>(buckets);
    private @Nullable FileChannel channel;
    private long written;

    private Writer(Path file) {
      this.file = file;
      for (int i = 0; i < buckets; i++) {
        segments.add(new ArrayList<>(0));
      }
    }

    void write(int bucket, long key, long origin, RowData row) throws IOException {
      BinaryRowData binary = serializer.toBinaryRow(row);
      int size = binary.getSizeInBytes();
      byte[] block = room(bucket, HEADER_BYTES + size);
      ByteBuffer header = ByteBuffer.wrap(block, lengths[bucket], HEADER_BYTES);
      header.putLong(key).putLong(origin).putInt(size);
      binary.getSegments()[0].get(binary.getOffset(), block, lengths[bucket] + HEADER_BYTES, size);
      lengths[bucket] += HEADER_BYTES + size;
      rows[bucket]++;
    }

    private byte[] room(int bucket, int bytes) throws IOException {
      byte[] block = blocks[bucket];
      if (block == null) {
        block = new byte[Math.max(bytes, BLOCK_BYTES / 16)];
      } else if (lengths[bucket] + bytes > block.length) {
        if (lengths[bucket] + bytes <= BLOCK_BYTES) {
          block =
              Arrays.copyOf(
                  block,
                  Math.min(BLOCK_BYTES, Math.max(lengths[bucket] + bytes, block.length * 2)));
        } else {
          flush(bucket, block);
          block = bytes > block.length ? new byte[bytes] : block;
        }
      }
      blocks[bucket] = block;
      return block;
    }

    private void flush(int bucket, byte[] block) throws IOException {
      FileChannel open = channel;
      if (open == null) {
        open =
            FileChannel.open(
                file,
                StandardOpenOption.CREATE_NEW,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE);
        channel = open;
      }
      ByteBuffer bytes = ByteBuffer.wrap(block, 0, lengths[bucket]);
      segments.get(bucket).add(new Segment(written, lengths[bucket]));
      while (bytes.hasRemaining()) {
        written += open.write(bytes, written);
      }
      lengths[bucket] = 0;
    }

    private void read(Segment segment, byte[] into, int offset) throws IOException {
      FileChannel open = requireNonNull(channel, "nothing was written");
      ByteBuffer target = ByteBuffer.wrap(into, offset, segment.length());
      long position = segment.position();
      while (target.hasRemaining()) {
        int read = open.read(target, position);
        if (read < 0) {
          throw new IOException(file + " ends at byte " + position);
        }
        position += read;
      }
    }

    @Override
    public void close() throws IOException {
      if (channel != null) {
        channel.close();
        Files.deleteIfExists(file);
      }
    }
  }

  /** Rows in memory. */
  private final class Chunk {
    private byte[] data = new byte[0];
    private int length;

    void add(Writer writer, Segment segment) throws IOException {
      grow(segment.length());
      writer.read(segment, data, length);
      length += segment.length();
    }

    void add(byte[] block, int bytes) {
      grow(bytes);
      System.arraycopy(block, 0, data, length, bytes);
      length += bytes;
    }

    private void grow(int more) {
      int needed = Math.addExact(length, more);
      if (needed > data.length) {
        data = Arrays.copyOf(data, (int) Math.max(needed, Math.min(data.length * 2L, 1L << 30)));
      }
    }

    void show(Reader reader) throws IOException {
      ByteBuffer bytes = ByteBuffer.wrap(data, 0, length);
      int count = 0;
      for (int at = 0; at < length; count++) {
        at += HEADER_BYTES + bytes.getInt(at + 2 * Long.BYTES);
      }
      long[] keys = new long[count];
      int[] places = new int[count];
      for (int at = 0, i = 0; i < count; i++) {
        keys[i] = bytes.getLong(at);
        places[i] = at;
        at += HEADER_BYTES + bytes.getInt(at + 2 * Long.BYTES);
      }
      RadixSort.sort(keys, places);
      BinaryRowData row = new BinaryRowData(rowType.getFieldCount());
      var segment = org.apache.flink.core.memory.MemorySegmentFactory.wrap(data);
      for (int place : places) {
        row.pointTo(segment, place + HEADER_BYTES, bytes.getInt(place + 2 * Long.BYTES));
        reader.row(bytes.getLong(place + Long.BYTES), row);
      }
    }
  }

  @Override
  public void close() throws IOException {
    for (Writer writer : writers) {
      writer.close();
    }
  }
}
