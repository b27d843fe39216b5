package io.millrace.delta.parquet;

import java.util.OptionalLong;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The name of a data file that this connector writes, and the number that stands for it where many
 * files are named: the subtask in the upper 16 bits, 48 random bits below. Either follows from the
 * other, so that an index over rows keeps 8 bytes a file and no list of names.
 */
public final class DataFileName {
  private static final Pattern NAME =
      Pattern.compile("part-(\\d{5})-([0-9a-f]{16})\\.zstd\\.parquet");
  private static final int RANDOM_BITS = 48;

  /** Upper 16 bits of numbers that no file of ours has. */
  private static final long FOREIGN = 0xFFFF;

  private DataFileName() {}

  /**
   * A number for a new file.
   *
   * @param subtask 0 to 65,534
   */
  public static long newId(int subtask) {
    if (subtask < 0 || subtask >= FOREIGN) {
      throw new IllegalArgumentException("subtask is " + subtask + ", expected 0 to 65534");
    }
    return ((long) subtask << RANDOM_BITS)
        | ThreadLocalRandom.current().nextLong(1L << RANDOM_BITS);
  }

  /** The name of the file of a number made by {@link #newId}. */
  public static String of(long id) {
    return String.format("part-%05d-%016x.zstd.parquet", id >>> RANDOM_BITS, id);
  }

  /** The name of a file of change data, of a number made by {@link #newId}. */
  static String ofChanges(long id) {
    return "cdc" + of(id).substring("part".length());
  }

  /** True for a number that stands for a file which somebody else has named. */
  public static boolean isForeign(long id) {
    return id >>> RANDOM_BITS == FOREIGN;
  }

  /** A number for a file that somebody else has named. */
  public static long foreign(long hash) {
    return (FOREIGN << RANDOM_BITS) | (hash & ((1L << RANDOM_BITS) - 1));
  }

  /** The number of a file, if its name is one of ours. */
  public static OptionalLong idOf(String path) {
    Matcher matcher = NAME.matcher(path);
    if (matcher.matches()) {
      long id = Long.parseUnsignedLong(matcher.group(2), 16);
      if (of(id).equals(path)) {
        return OptionalLong.of(id);
      }
    }
    return OptionalLong.empty();
  }
}
