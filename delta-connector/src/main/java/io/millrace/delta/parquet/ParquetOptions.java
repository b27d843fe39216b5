package io.millrace.delta.parquet;

import java.io.Serializable;

/**
 * How data files are written.
 *
 * @param zstdLevel compression level, 1 to 22; above 1 costs CPU and hardly saves bytes
 * @param targetFileBytes a file is closed when it has about this size
 * @param rowGroupBytes a row group is closed when it holds about this much; also what an open file
 *     keeps in memory
 * @param pageBytes size of a data page before compression
 * @param dictionaryBytes a column whose distinct values take more than this is not dictionary
 *     encoded
 */
public record ParquetOptions(
    int zstdLevel, long targetFileBytes, long rowGroupBytes, int pageBytes, int dictionaryBytes)
    implements Serializable {
  public static final ParquetOptions DEFAULT =
      new ParquetOptions(1, 128L << 20, 32L << 20, 1 << 20, 256 << 10);

  public ParquetOptions {
    if (zstdLevel < 1 || zstdLevel > 22) {
      throw new IllegalArgumentException("zstdLevel is " + zstdLevel + ", expected 1 to 22");
    }
    if (targetFileBytes < 1 || rowGroupBytes < 1 || pageBytes < 1 || dictionaryBytes < 1) {
      throw new IllegalArgumentException(
          "sizes are %d, %d, %d, %d, expected at least 1"
              .formatted(targetFileBytes, rowGroupBytes, pageBytes, dictionaryBytes));
    }
  }
}
