package io.millrace.delta.maintenance;

import static java.util.Objects.requireNonNull;

import io.millrace.delta.log.StorageFailure;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.roaringbitmap.RoaringBitmap;

/**
 * Where each row of some new files came from, in files of eight bytes a row: rows that changed
 * their order cannot be found by counting.
 */
final class RowOrigins implements RowMoves {
  private static final int BUFFER_BYTES = 256 << 10;

  private final List<Path> files;

  /**
   * @param files of origins, by index of the output
   */
  private RowOrigins(List<Path> files) {
    this.files = List.copyOf(files);
  }

  /** A row's file and its place in it, as one number. */
  static long origin(int source, long position) {
    return ((long) source << Integer.SIZE) | (position & 0xFFFF_FFFFL);
  }

  @Override
  public void locate(Map<Integer, RoaringBitmap> rows, List<RoaringBitmap> found) {
    if (rows.isEmpty()) {
      return;
    }
    for (int output = 0; output < files.size(); output++) {
      try (DataInputStream origins =
          new DataInputStream(
              new BufferedInputStream(Files.newInputStream(files.get(output)), BUFFER_BYTES))) {
        long count = Files.size(files.get(output)) / Long.BYTES;
        for (long row = 0; row < count; row++) {
          long origin = origins.readLong();
          RoaringBitmap wanted = rows.get((int) (origin >>> Integer.SIZE));
          if (wanted != null && wanted.contains((int) origin)) {
            found.get(output).add((int) row);
          }
        }
      } catch (IOException e) {
        throw StorageFailure.of("reading where rows came from", files.get(output).toString(), e);
      }
    }
  }

  /** Writes origins, file after file. Owned by one thread. */
  static final class Log implements AutoCloseable {
    private final Path folder;
    private final String name;
    private final List<Path> files = new ArrayList<>();
    private DataOutputStream open;

    /**
     * @param name of the files, without their number
     */
    Log(Path folder, String name) throws IOException {
      this.folder = requireNonNull(folder, "folder is null");
      this.name = requireNonNull(name, "name is null");
      this.open = next();
    }

    private DataOutputStream next() throws IOException {
      Path file = folder.resolve(name + "-" + files.size());
      files.add(file);
      return new DataOutputStream(
          new BufferedOutputStream(Files.newOutputStream(file), BUFFER_BYTES));
    }

    void add(long origin) throws IOException {
      open.writeLong(origin);
    }

    /** The next row is the first of another output. */
    void finishOutput() throws IOException {
      open.close();
      open = next();
    }

    /** Of the outputs that are finished. */
    List<Path> finished() {
      return files.subList(0, files.size() - 1);
    }

    @Override
    public void close() throws IOException {
      open.close();
    }
  }

  static RowOrigins of(List<Path> files) {
    return new RowOrigins(files);
  }
}
