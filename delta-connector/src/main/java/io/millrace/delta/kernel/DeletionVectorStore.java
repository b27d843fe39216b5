package io.millrace.delta.kernel;

import static java.util.Objects.requireNonNull;

import io.delta.kernel.internal.deletionvectors.Base85Codec;
import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.delta.log.DurableFiles;
import io.millrace.delta.log.StorageFailure;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.zip.CRC32;
import org.apache.flink.core.fs.FSDataOutputStream;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.Path;
import org.roaringbitmap.RoaringBitmap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletion vectors of one table: all that a commit writes go into one file, and what was written or
 * read lately is kept in memory, as the next checkpoint tends to touch the same files again.
 *
 * <p>Format: a version byte 1, then for each vector its length as a big-endian int, its bytes, and
 * their CRC-32; the bytes are the "portable" 64-bit Roaring format behind a magic number, little
 * endian (Delta protocol, "Deletion Vector Format"). Not thread-safe.
 */
public final class DeletionVectorStore {
  private static final Logger LOG = LoggerFactory.getLogger(DeletionVectorStore.class);
  private static final byte FILE_VERSION = 1;
  private static final int PORTABLE_MAGIC = 1681511377;
  private static final long CACHE_BYTES_MAX = 64L << 20;

  private final String tablePath;
  private final Map<DeletionVector, RoaringBitmap> cache = new LinkedHashMap<>(64, 0.75f, true);
  private long cachedBytes;

  DeletionVectorStore(String tablePath) {
    this.tablePath = requireNonNull(tablePath, "tablePath is null");
  }

  /**
   * The deleted rows of a file; the caller's to change.
   *
   * @throws MillraceException FILE_NOT_FOUND, TABLE_CORRUPT if the vector cannot be read
   */
  public RoaringBitmap load(LiveFile file) {
    if (file.deletionVector().isEmpty()) {
      return new RoaringBitmap();
    }
    DeletionVector vector = file.deletionVector().get();
    RoaringBitmap cached = cache.get(vector);
    if (cached == null) {
      cached = read(file.path(), vector);
      remember(vector, cached);
    }
    return cached.clone();
  }

  RoaringBitmap read(String filePath, DeletionVector vector) {
    try {
      return VectorBytes.read(tablePath, vector);
    } catch (FileNotFoundException | NoSuchFileException e) {
      throw new MillraceException(
          ErrorCode.FILE_NOT_FOUND,
          "the deletion vector of %s in table %s is not there: it was deleted, perhaps by VACUUM (%s)"
              .formatted(filePath, tablePath, e.getMessage()),
          "restore the deletion vector's file, or the table to a version that does not need it; a"
              + " reader that fell behind starts anew, without its state, from a later version, or"
              + " with all rows of the latest",
          e);
    } catch (IOException | RuntimeException e) {
      throw new MillraceException(
          ErrorCode.TABLE_CORRUPT,
          "the deletion vector of %s in table %s cannot be read: %s"
              .formatted(filePath, tablePath, e.getMessage()),
          "restore the deletion vector's file, or the table to an earlier version",
          e);
    }
  }

  /**
   * Writes vectors into one new file.
   *
   * @return where they are, in the order given
   * @throws MillraceException DISK_FULL or IO_FAILED; no action may then refer to them
   */
  public List<DeletionVector> write(List<RoaringBitmap> vectors) {
    UUID id = UUID.randomUUID();
    String encodedId = Base85Codec.encodeUUID(id);
    List<DeletionVector> written = new ArrayList<>(vectors.size());
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    Path target = new Path(tablePath, "deletion_vector_" + id + ".bin");
    try {
      out.writeByte(FILE_VERSION);
      for (RoaringBitmap vector : vectors) {
        vector.runOptimize();
        int offset = out.size();
        byte[] payload = serialize(vector);
        CRC32 checksum = new CRC32();
        checksum.update(payload);
        out.writeInt(payload.length);
        out.write(payload);
        out.writeInt((int) checksum.getValue());
        written.add(
            new DeletionVector(
                "u",
                encodedId,
                OptionalInt.of(offset),
                payload.length,
                vector.getLongCardinality()));
      }
      put(target, bytes.toByteArray());
    } catch (IOException e) {
      throw StorageFailure.of("writing deletion vectors", target.toString(), e);
    }
    for (int i = 0; i < written.size(); i++) {
      remember(written.get(i), vectors.get(i));
    }
    return written;
  }

  /** Forgets vectors that no file of the table has any more. */
  public void forget(DeletionVector vector) {
    RoaringBitmap old = cache.remove(vector);
    if (old != null) {
      cachedBytes -= old.getLongSizeInBytes();
    }
  }

  /** Deletes what one call of {@link #write} has written, for a commit that did not happen. */
  public void discard(List<DeletionVector> written) {
    if (written.isEmpty()) {
      return;
    }
    written.forEach(this::forget);
    Path file = new Path(written.get(0).descriptor().getAbsolutePath(tablePath));
    try {
      file.getFileSystem().delete(file, false);
    } catch (IOException e) {
      LOG.warn("A file that no version names could not be deleted: file={}", file, e);
    }
  }

  private void remember(DeletionVector vector, RoaringBitmap rows) {
    if (cache.put(vector, rows) == null) {
      cachedBytes += rows.getLongSizeInBytes();
    }
    var eldest = cache.entrySet().iterator();
    while (cachedBytes > CACHE_BYTES_MAX && eldest.hasNext()) {
      cachedBytes -= eldest.next().getValue().getLongSizeInBytes();
      eldest.remove();
    }
  }

  private static byte[] serialize(RoaringBitmap rows) {
    ByteBuffer buffer =
        ByteBuffer.allocate(
                Integer.BYTES + Long.BYTES + Integer.BYTES + rows.serializedSizeInBytes())
            .order(ByteOrder.LITTLE_ENDIAN);
    buffer.putInt(PORTABLE_MAGIC);
    buffer.putLong(1);
    buffer.putInt(0);
    rows.serialize(buffer);
    return buffer.array();
  }

  private static void put(Path target, byte[] bytes) throws IOException {
    FileSystem files = target.getFileSystem();
    if (!files.isDistributedFS()) {
      DurableFiles.create(java.nio.file.Path.of(target.getPath()), bytes);
      return;
    }
    try (FSDataOutputStream stream = files.create(target, FileSystem.WriteMode.NO_OVERWRITE)) {
      stream.write(bytes);
    }
  }
}
