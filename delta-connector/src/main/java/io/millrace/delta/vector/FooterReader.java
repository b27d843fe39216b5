package io.millrace.delta.vector;

import io.millrace.delta.footer.FooterSeal;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.format.converter.ParquetMetadataConverter;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.apache.parquet.hadoop.metadata.ParquetMetadata;
import org.apache.parquet.io.ParquetDecodingException;
import org.apache.parquet.io.SeekableInputStream;

/**
 * Reads a file's footer and looks whether it can be true, before anybody reserves memory for what
 * it says or leaves out rows because of it. Stateless.
 */
final class FooterReader {
  /** Most footers are in the last bytes that are read first. */
  private static final int GUESS_BYTES = 1 << 16;

  private static final int MAGIC_BYTES = 4;

  private FooterReader() {}

  /**
   * @throws IOException if the file cannot be read
   * @throws ParquetDecodingException if it has no footer, or another one than was written
   */
  static ParquetMetadata read(
      ParquetInput input, SeekableInputStream stream, ParquetReadOptions options)
      throws IOException {
    long length = input.getLength();
    if (length < MAGIC_BYTES + FooterSeal.END_BYTES) {
      throw new ParquetDecodingException("%d bytes are no Parquet file".formatted(length));
    }
    byte[] tail = last(stream, length, (int) Math.min(length, GUESS_BYTES));
    int size =
        ByteBuffer.wrap(tail)
            .order(ByteOrder.LITTLE_ENDIAN)
            .getInt(tail.length - FooterSeal.END_BYTES);
    long needed = (long) size + FooterSeal.END_BYTES + FooterSeal.BYTES;
    if (size > 0 && needed > tail.length && needed <= length) {
      tail = last(stream, length, (int) needed);
    }
    int start = FooterSeal.footerStart(tail, 0, tail.length);
    if (start < 0) {
      throw new ParquetDecodingException("the file does not end in the footer of a Parquet file");
    } else if (!FooterSeal.matches(tail, start, tail.length)) {
      throw new ParquetDecodingException("the footer does not match its checksum");
    }
    ParquetMetadata footer =
        new ParquetMetadataConverter(options)
            .readParquetMetadata(new ByteArrayInputStream(tail, start, size));
    long end = length - tail.length + start;
    for (BlockMetaData group : footer.getBlocks()) {
      requireTrue(group, end);
    }
    return footer;
  }

  private static byte[] last(SeekableInputStream stream, long length, int count)
      throws IOException {
    byte[] tail = new byte[count];
    stream.seek(length - count);
    stream.readFully(tail);
    return tail;
  }

  private static void requireTrue(BlockMetaData group, long end) {
    for (ColumnChunkMetaData chunk : group.getColumns()) {
      long from = chunk.getStartingPos();
      long bytes = chunk.getTotalSize();
      // A column outside of all lists has a value or a NULL for every row.
      boolean flat = chunk.getPath().size() == 1 && !repeated(chunk);
      if (from < MAGIC_BYTES
          || bytes < 0
          || bytes > end - from
          || group.getRowCount() < 0
          || (flat && chunk.getValueCount() != group.getRowCount())) {
        throw new ParquetDecodingException(
            "the footer has column %s at byte %d, %d bytes with %d values, of %d rows in %d bytes"
                .formatted(
                    chunk.getPath(), from, bytes, chunk.getValueCount(), group.getRowCount(), end));
      }
    }
  }

  private static boolean repeated(ColumnChunkMetaData chunk) {
    return chunk
        .getPrimitiveType()
        .isRepetition(org.apache.parquet.schema.Type.Repetition.REPEATED);
  }
}
