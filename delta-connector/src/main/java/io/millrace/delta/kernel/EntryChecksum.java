package io.millrace.delta.kernel;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
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
