package io.millrace.jobs.json;

/** Tells Unicode text from a sequence of UTF-16 units. */
final class Surrogates {
  private Surrogates() {}

  /** Whether every surrogate of the text has its other half, so that the text has a UTF-8 form. */
  static boolean paired(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isHighSurrogate(c)) {
        if (i + 1 == text.length() || !Character.isLowSurrogate(text.charAt(i + 1))) {
          return false;
        }
        i++;
      } else if (Character.isLowSurrogate(c)) {
        return false;
      }
    }
    return true;
  }
}
