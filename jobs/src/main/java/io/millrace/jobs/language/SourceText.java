package io.millrace.jobs.language;

import static java.util.Objects.requireNonNull;

import io.millrace.catalog.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A SQL file with its {@code ${variables}} put in, that still knows what was written where.
 *
 * <p>There are two texts: the one on disk, in which people count lines, and the expanded one, which
 * parsers read and in which all offsets here count UTF-16 units. What is shown to people always
 * comes from the first, so the value of a variable, which may be a secret, never is.
 *
 * <p>Inside a string or a quoted identifier a value is quoted: a quote in it is doubled, so that a
 * value cannot end the string that it stands in. In comments nothing is put in.
 */
public final class SourceText {
  private static final Pattern VARIABLE = Pattern.compile("\\$\\{([A-Za-z0-9_.-]+)}");
  private static final int EXCERPT_WIDTH = 160;
  private static final String INDENT = "    ";

  /** Where the expanded text holds a value instead of what was written. */
  private record Substitution(int start, int end, int originalStart, int originalEnd, String name) {
    int shift() {
      return originalEnd - end;
    }
  }

  private final String file;
  private final String original;
  private final String expanded;
  private final List<Substitution> substitutions;
  private final Map<String, String> values;

  private SourceText(
      String file,
      String original,
      String expanded,
      List<Substitution> substitutions,
      Map<String, String> values) {
    this.file = requireNonNull(file, "file is null");
    this.original = original;
    this.expanded = expanded;
    this.substitutions = List.copyOf(substitutions);
    this.values = values;
  }

  /** A text in which nothing is to be put in. */
  public static SourceText of(String file, String text) {
    return new SourceText(file, text, text, List.of(), Map.of());
  }

  /**
   * Puts the values of variables in.
   *
   * @param variables values by name
   * @param problems is told of each variable that has no value; it stays in the text as it is
   */
  public static SourceText expand(
      String file, String text, Map<String, String> variables, Problems problems) {
    StringBuilder out = new StringBuilder(text.length() + 64);
    List<Substitution> substitutions = new ArrayList<>();
    SourceText plain = of(file, text);
    Matcher matcher = VARIABLE.matcher(text);
    char quote = 0;
    int i = 0;
    while (i < text.length()) {
      char c = text.charAt(i);
      if (quote == 0 && (text.startsWith("--", i) || text.startsWith("/*", i))) {
        int end = endOfComment(text, i);
        out.append(text, i, end);
        i = end;
      } else if (text.startsWith("${", i)) {
        if (matcher.region(i, text.length()).lookingAt()) {
          String name = matcher.group(1);
          String value = variables.get(name);
          if (value == null) {
            problems.add(undefined(plain, i, name, variables));
            out.append(matcher.group());
          } else {
            int start = out.length();
            out.append(quote == 0 ? value : value.replace("" + quote, "" + quote + quote));
            substitutions.add(new Substitution(start, out.length(), i, matcher.end(), name));
          }
          i = matcher.end();
        } else {
          problems.add(
              plain.problem(
                  ErrorCode.SQL_SYNTAX,
                  i,
                  "unfinished variable, expected ${name}",
                  "write ${name} with letters, digits, '_', '.' or '-' in the name"));
          out.append("${");
          i += 2;
        }
      } else {
        if (quote == 0 && (c == '\'' || c == '`' || c == '"')) {
          quote = c;
        } else if (c == quote) {
          // A doubled quote closes and opens again, which comes to the same.
          quote = 0;
        }
        out.append(c);
        i++;
      }
    }
    return new SourceText(file, text, out.toString(), substitutions, Map.copyOf(variables));
  }

  private static Problem undefined(
      SourceText plain, int offset, String name, Map<String, String> variables) {
    return plain.problem(
        ErrorCode.VARIABLE_UNDEFINED,
        offset,
        "the variable '" + name + "' has no value",
        "give it with --set "
            + name
            + "=…, or under configuration in pipeline.yml; "
            + Suggestion.remedy(
                name, new TreeSet<>(variables.keySet()), "variables with a value:"));
  }

  private static int endOfComment(String text, int start) {
    if (text.startsWith("--", start)) {
      int end = start;
      while (end < text.length() && text.charAt(end) != '\n' && text.charAt(end) != '\r') {
        end++;
      }
      return end;
    }
    int end = text.indexOf("*/", start + 2);
    return end < 0 ? text.length() : end + 2;
  }

  /** Names of the variables that a text asks for, comments included. */
  public static List<String> variablesIn(String text) {
    return VARIABLE.matcher(text).results().map(m -> m.group(1)).distinct().toList();
  }

  public String file() {
    return file;
  }

  /** The text for parsers. May hold secrets: not for messages. */
  public String expanded() {
    return expanded;
  }

  /** Where a person finds what stands at an offset of the expanded text. */
  public Position position(int offset) {
    return positionInOriginal(originalOffset(offset, false));
  }

  /** What a person wrote for a part of the expanded text; variables by name. */
  public String written(int start, int end) {
    int from = originalOffset(start, false);
    return original.substring(from, Math.max(from, originalOffset(end, true)));
  }

  /** The whole file as a person wrote it. */
  public String written() {
    return original;
  }

  /** A problem at an offset of the expanded text, with the line as written and a caret. */
  public Problem problem(ErrorCode code, int offset, String message, String remedy) {
    Position position = position(offset);
    return new Problem(code, position, message, excerpt(position), remedy);
  }

  /** A problem at a place in this file. */
  public Problem problem(ErrorCode code, Position position, String message, String remedy) {
    return new Problem(code, position, message, excerpt(position), remedy);
  }

  /** Names variables instead of their values in a text that a parser of others wrote. */
  String masked(String message) {
    String masked = message;
    for (Substitution substitution : substitutions) {
      String value = values.getOrDefault(substitution.name(), "");
      if (!value.isBlank()) {
        masked = masked.replace(value, "${" + substitution.name() + "}");
      }
    }
    return masked;
  }

  private int originalOffset(int offset, boolean isEnd) {
    int shift = 0;
    for (Substitution s : substitutions) {
      if (offset <= s.start() && (isEnd || offset < s.start() || s.start() == s.end())) {
        break;
      }
      if (offset < s.end() || (isEnd && offset == s.end())) {
        return isEnd ? s.originalEnd() : s.originalStart();
      }
      shift = s.shift();
    }
    return Math.min(original.length(), Math.max(0, offset + shift));
  }

  private Position positionInOriginal(int offset) {
    int line = 1;
    int lineStart = 0;
    for (int i = 0; i < offset; i++) {
      char c = original.charAt(i);
      boolean crOfCrLf = c == '\r' && i + 1 < original.length() && original.charAt(i + 1) == '\n';
      if ((c == '\n' || c == '\r') && !crOfCrLf) {
        line++;
        lineStart = i + 1;
      }
    }
    return new Position(file, line, offset - lineStart + 1);
  }

  private String excerpt(Position position) {
    String[] lines = original.split("\r\n|\r|\n", -1);
    if (position.line() > lines.length || lines[position.line() - 1].isBlank()) {
      return "";
    }
    String line = lines[position.line() - 1];
    int caret = Math.min(position.column() - 1, line.length());
    int from = caret <= EXCERPT_WIDTH ? 0 : caret - EXCERPT_WIDTH / 2;
    String shown = line.substring(from, Math.min(line.length(), from + EXCERPT_WIDTH + 40));
    // Tabs stay tabs below, so that the caret stands under its column.
    String indent = line.substring(from, caret).replaceAll("[^\t]", " ");
    return INDENT + shown + "\n" + INDENT + indent + "^";
  }
}
