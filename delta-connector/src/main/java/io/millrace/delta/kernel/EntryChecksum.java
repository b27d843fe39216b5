package io.millrace.delta.kernel;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * Whether a log entry is as it was written. A line that is lost, or an action whose name has a
 * flipped bit, leaves an entry that is valid and says less: readers would see fewer rows, and no
 * error. Our entries therefore carry in {@code commitInfo}, their first line, the CRC-32C of all
 * that follows it.
 */
final class EntryChecksum {
  static final String FIELD = "millrace.checksum";

  private static final ObjectMapper JSON = new ObjectMapper();

  private EntryChecksum() {}

  /**
   * @param actions the entry without its first line
   */
  static String of(byte[] actions) {
    return of(actions, 0);
  }

  private static String of(byte[] bytes, int from) {
    CRC32C checksum = new CRC32C();
    checksum.update(bytes, from, bytes.length - from);
    return Long.toHexString(checksum.getValue());
  }

  /**
   * The line of a version checksum file ({@code N.crc}) with a checksum of itself at its end.
   * Readers take the table's columns from there, and nothing else says whether they are right.
   */
  static byte[] sealed(byte[] line) {
    int end = line.length;
    while (end > 0 && line[end - 1] != '}') {
      end--;
    }
    if (end < 2) {
      return line;
    }
    byte[] seal = seal(line, end).getBytes(StandardCharsets.UTF_8);
    byte[] sealed = Arrays.copyOf(line, end - 1 + seal.length);
    System.arraycopy(seal, 0, sealed, end - 1, seal.length);
    return sealed;
  }

  /**
   * @param end of the line, behind its brace
   */
  private static String seal(byte[] line, int end) {
    CRC32C checksum = new CRC32C();
    checksum.update(line, 0, end - 1);
    return ",\"%s\":\"%08x\"}%n".formatted(FIELD, checksum.getValue()).replace("\r", "");
  }

  /** Whether a version checksum file has a checksum, and the right one. */
  enum Sealed {
    RIGHT,
    WRONG,
    /** Another writer's. */
    NONE
  }

  static Sealed sealOf(byte[] file) {
    String text = new String(file, StandardCharsets.ISO_8859_1);
    int from = text.lastIndexOf(",\"" + FIELD + "\"");
    if (from < 0) {
      return Sealed.NONE;
    }
    byte[] line = Arrays.copyOf(file, from + 1);
    return text.substring(from).equals(seal(line, from + 1)) ? Sealed.RIGHT : Sealed.WRONG;
  }

  /** What an entry calls the transaction that it is of, in its first line. */
  static Optional<String> transaction(byte[] entry) {
    int end = 0;
    while (end < entry.length && entry[end] != '\n') {
      end++;
    }
    try {
      JsonNode id =
          JSON.readTree(new String(entry, 0, end, StandardCharsets.UTF_8))
              .path("commitInfo")
              .path("txnId");
      return id.isTextual() ? Optional.of(id.asText()) : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** False if the entry has a checksum and does not match it. */
  static boolean matches(byte[] entry) {
    int end = 0;
    while (end < entry.length && entry[end] != '\n') {
      end++;
    }
    String first = new String(entry, 0, end, StandardCharsets.UTF_8);
    if (!first.contains(FIELD)) {
      return true;
    }
    try {
      JsonNode expected = JSON.readTree(first).path("commitInfo").path(FIELD);
      return expected.isMissingNode()
          || expected.asText().equals(of(entry, Math.min(end + 1, entry.length)));
    } catch (IOException e) {
      return false;
    }
  }
}
