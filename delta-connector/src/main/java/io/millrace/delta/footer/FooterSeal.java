package io.millrace.delta.footer;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.zip.CRC32C;
import org.apache.flink.core.fs.FSDataInputStream;

/**
 * A checksum of a Parquet file's footer. Pages have checksums in Parquet, the footer has none: a
 * flipped bit in it can rename a column, turn microseconds into milliseconds or move a minimum, and
 * readers see other rows and no error.
 *
 * <p>The seal is eight bytes directly before the footer, {@code MRF1} and the CRC-32C, little
 * endian, of all that follows it: footer, its length and {@code PAR1}. Readers that do not know it
 * do not see it, since a footer is found from the file's end and everything else by its offset.
 */
public final class FooterSeal {
  /** Length of a seal. */
  public static final int BYTES = 8;

  /** Length and magic number, behind every footer. */
  public static final int END_BYTES = 8;

  private static final byte[] NAME = "MRF1".getBytes(US_ASCII);
  private static final byte[] MAGIC = "PAR1".getBytes(US_ASCII);

  private FooterSeal() {}

  /**
   * Where the footer begins in the last bytes of a file.
   *
   * @param from the file's last bytes are from here
   * @param to to here
   * @return an index; -1 if these bytes have no whole footer at their end
   */
  public static int footerStart(byte[] bytes, int from, int to) {
    if (to - from < END_BYTES || !Arrays.equals(bytes, to - MAGIC.length, to, MAGIC, 0, 4)) {
      return -1;
    }
    int length = little(bytes).getInt(to - END_BYTES);
    return length <= 0 || length > to - from - END_BYTES ? -1 : to - END_BYTES - length;
  }

  /** The seal of a footer with its end, from an index to another. */
  static byte[] of(byte[] bytes, int from, int to) {
    return ByteBuffer.allocate(BYTES)
        .order(ByteOrder.LITTLE_ENDIAN)
        .put(NAME)
        .putInt(checksum(bytes, from, to))
        .array();
  }

  /**
   * False if there is a seal before a footer, and it is another one's.
   *
   * @param footer where the footer begins; what is before it, if anything, is in the bytes as well
   */
  public static boolean matches(byte[] bytes, int footer, int to) {
    int seal = footer - BYTES;
    return seal < 0
        || !Arrays.equals(bytes, seal, seal + NAME.length, NAME, 0, NAME.length)
        || little(bytes).getInt(seal + NAME.length) == checksum(bytes, footer, to);
  }

  /**
   * As the other one, of a file that somebody else is about to read.
   *
   * @param length of the file
   * @return true also of a file without a footer, which its reader will notice
   */
  public static boolean matches(FSDataInputStream file, long length) throws IOException {
    if (length < END_BYTES + BYTES) {
      return true;
    }
    byte[] end = last(file, length, END_BYTES);
    long size = Integer.toUnsignedLong(little(end).getInt(0));
    if (size > length - END_BYTES - BYTES || size > SealedOutput.FOOTER_BYTES_MAX) {
      return true;
    }
    byte[] tail = last(file, length, (int) size + END_BYTES + BYTES);
    return matches(tail, BYTES, tail.length);
  }

  private static byte[] last(FSDataInputStream file, long length, int count) throws IOException {
    file.seek(length - count);
    return file.readNBytes(count);
  }

  private static int checksum(byte[] bytes, int from, int to) {
    CRC32C checksum = new CRC32C();
    checksum.update(bytes, from, to - from);
    return (int) checksum.getValue();
  }

  private static ByteBuffer little(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
