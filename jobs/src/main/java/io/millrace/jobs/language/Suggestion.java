package io.millrace.jobs.language;

import java.util.Collection;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * "Did you mean": the known word nearest to a mistyped one.
 *
 * <p>Distance is that of Damerau and Levenshtein in its restricted form (insert, delete, replace,
 * swap of neighbours), ignoring case. Source: Boytsov, "Indexing methods for approximate dictionary
 * searching", JEA 16, 2011.
 */
public final class Suggestion {
  private static final int LONGEST_WORD = 128;
  private static final int SHOWN = 30;

  private Suggestion() {}

  /** The nearest of the known words, if any is near enough to be what was meant. */
  public static Optional<String> nearest(String word, Collection<String> known) {
    if (word.isEmpty() || word.length() > LONGEST_WORD) {
      return Optional.empty();
    }
    String best = null;
    int bestDistance = Math.max(1, Math.min(3, word.length() / 3)) + 1;
    for (String candidate : known) {
      int distance = distance(word.toLowerCase(Locale.ROOT), candidate.toLowerCase(Locale.ROOT));
      if (distance < bestDistance) {
        best = candidate;
        bestDistance = distance;
      }
    }
    return Optional.ofNullable(best);
  }

  /** {@code did you mean 'x'? known are a, b, x}, or only the second half. */
  public static String remedy(String word, Collection<String> known, String knownAre) {
    String list =
        known.isEmpty() ? "none" : known.stream().limit(SHOWN).collect(Collectors.joining(", "));
    if (known.size() > SHOWN) {
      list += " and " + (known.size() - SHOWN) + " more";
    }
    return nearest(word, known).map(n -> "did you mean '" + n + "'? ").orElse("")
        + knownAre
        + " "
        + list;
  }

  static int distance(String a, String b) {
    int[] beforeLast = new int[b.length() + 1];
    int[] last = new int[b.length() + 1];
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      last[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replaced = last[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        row[j] = Math.min(replaced, Math.min(last[j], row[j - 1]) + 1);
        if (i > 1
            && j > 1
            && a.charAt(i - 1) == b.charAt(j - 2)
            && a.charAt(i - 2) == b.charAt(j - 1)) {
          row[j] = Math.min(row[j], beforeLast[j - 2] + 1);
        }
      }
      int[] free = beforeLast;
      beforeLast = last;
      last = row;
      row = free;
    }
    return last[b.length()];
  }
}
