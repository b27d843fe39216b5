package io.millrace.delta.kernel;

import io.millrace.catalog.MillraceException;
import org.roaringbitmap.RoaringBitmap;

/** Reads deletion vectors, whoever wrote them: alone in a file, packed with others, or inline. */
public final class DeletedRows {
  private DeletedRows() {}

  /**
   * Positions in a file that a deletion vector names.
   *
   * @param tablePath folder of the table
   * @param filePath of the data file, for messages
   * @throws MillraceException FILE_NOT_FOUND, TABLE_CORRUPT if the vector cannot be read
   */
  public static RoaringBitmap read(String tablePath, String filePath, DeletionVector vector) {
    return new DeletionVectorStore(tablePath).read(filePath, vector);
  }
}
