package io.millrace.delta.kernel;

import io.delta.kernel.internal.actions.DeletionVectorDescriptor;
import java.io.EOFException;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32;
import org.apache.flink.core.fs.FSDataInputStream;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.Path;
import org.roaringbitmap.RoaringBitmap;

/**
 * Deletion vectors as bytes, in the log or in a file, and what they say. Nothing is believed before
 * it is compared: lengths with the file's, the checksum, and the number of rows with the log's.
 *
 * <p>Source: Delta's PROTOCOL.md, "Deletion Vector Format"; the older format of the bitmaps, each
 * with its length, is Delta's RoaringBitmapArray's.
 */
final class VectorBytes {
  private static final int PORTABLE = 1681511377;
  private static final int NATIVE = 1681511376;

  /** Length before, checksum behind. */
  private static final int AROUND = 2 * Integer.BYTES;

  private VectorBytes() {}

  /**
   * @throws IOException if there is no such vector
   */
  static RoaringBitmap read(String tablePath, DeletionVector vector) throws IOException {
    if (vector.cardinality() == 0) {
      return new RoaringBitmap();
    }
    DeletionVectorDescriptor descriptor = vector.descriptor();
    byte[] bytes =
        descriptor.isInline()
            ? descriptor.inlineData()
            : stored(new Path(descriptor.getAbsolutePath(tablePath)), vector);
    RoaringBitmap rows;
    try {
      rows = parse(ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN));
    } catch (BufferUnderflowException | IllegalArgumentException | IndexOutOfBoundsException e) {
      throw new IOException("it is none", e);
    }
    if (rows.getLongCardinality() != vector.cardinality()) {
      throw new IOException(
          "it has %d rows, the log says %d"
              .formatted(rows.getLongCardinality(), vector.cardinality()));
    }
    return rows;
  }

  private static byte[] stored(Path file, DeletionVector vector) throws IOException {
    FileSystem files = file.getFileSystem();
    long length = files.getFileStatus(file).getLen();
    int offset = vector.offset().orElse(0);
    if (offset < 0
        || vector.sizeBytes() < 0
        || offset + (long) AROUND > length - vector.sizeBytes()) {
      throw new EOFException(
          "%d bytes at %d of file %s, which has %d"
              .formatted(vector.sizeBytes(), offset, file, length));
    }
    byte[] bytes = new byte[vector.sizeBytes()];
    try (FSDataInputStream stream = files.open(file)) {
      stream.seek(offset);
      int size = ByteBuffer.wrap(stream.readNBytes(Integer.BYTES)).getInt();
      if (size != bytes.length) {
        throw new IOException(
            "file %s has a vector of %d bytes at %d, the log says %d"
                .formatted(file, size, offset, bytes.length));
      }
      if (stream.readNBytes(bytes, 0, bytes.length) < bytes.length) {
        throw new EOFException("file %s has become shorter".formatted(file));
      }
      int expected = ByteBuffer.wrap(stream.readNBytes(Integer.BYTES)).getInt();
      CRC32 checksum = new CRC32();
      checksum.update(bytes);
      if (expected != (int) checksum.getValue()) {
        throw new IOException(
            "the vector at %d of file %s does not match its checksum".formatted(offset, file));
      }
    } catch (BufferUnderflowException e) {
      throw new EOFException("file %s has become shorter".formatted(file));
    }
    return bytes;
  }

  private static RoaringBitmap parse(ByteBuffer bytes) throws IOException {
    int magic = bytes.getInt();
    long bitmaps =
        switch (magic) {
          case PORTABLE -> bytes.getLong();
          case NATIVE -> bytes.getInt();
          default -> throw new IOException("its format has the unknown number " + magic);
        };
    RoaringBitmap rows = new RoaringBitmap();
    for (long i = 0; i < bitmaps; i++) {
      long key = magic == PORTABLE ? bytes.getInt() : i;
      int size = magic == NATIVE ? bytes.getInt() : 0;
      RoaringBitmap bitmap = new RoaringBitmap();
      bitmap.deserialize(bytes.slice().order(ByteOrder.LITTLE_ENDIAN));
      bytes.position(bytes.position() + (magic == NATIVE ? size : bitmap.serializedSizeInBytes()));
      if (key == 0) {
        rows = bitmap;
      } else if (!bitmap.isEmpty()) {
        throw new IOException("it names rows beyond 4,294,967,296");
      }
    }
    return rows;
  }
}
