package io.millrace.catalog.server.lineage;

import static java.util.Objects.requireNonNull;

import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/**
 * How a column came into another: OpenLineage's words.
 *
 * @param subtype such as IDENTITY, TRANSFORMATION or AGGREGATION of a direct one, JOIN, FILTER,
 *     GROUP_BY, SORT, WINDOW or CONDITIONAL of an indirect one; empty if nobody said
 * @param description the expression, without the literals in it: they may be secrets or data
 * @param masking whether the value cannot be told from the result
 */
public record Transformation(Kind kind, String subtype, String description, boolean masking) {
  private static final Pattern TEXT = Pattern.compile("'(?:[^']|'')*'?|\"(?:[^\"\\\\]|\\\\.)*\"?");
  private static final Pattern NUMBER = Pattern.compile("(?<![\\w.])\\d[\\w.]*");
  private static final Pattern CONTROL = Pattern.compile("\\p{Cntrl}");
  private static final int DESCRIPTION_MAX = 1024;
  private static final int SUBTYPE_MAX = 64;

  /** A whole dataset from another, nothing known of columns. */
  public static final Transformation NONE = new Transformation(Kind.DIRECT, "", "", false);

  public Transformation {
    requireNonNull(kind, "kind is null");
    subtype = clipped(subtype, SUBTYPE_MAX);
    description =
        clipped(
            NUMBER.matcher(TEXT.matcher(description).replaceAll("?")).replaceAll("?"),
            DESCRIPTION_MAX);
  }

  /** Whether values come through, or only decide about others. */
  public enum Kind {
    DIRECT,
    INDIRECT
  }

  private static String clipped(String text, int charactersMax) {
    String plain = CONTROL.matcher(text).replaceAll(" ");
    String whole =
        plain.length() <= charactersMax ? plain : plain.substring(0, charactersMax - 1) + "…";
    // Half a surrogate pair, sent or made by cutting, becomes a question mark.
    return new String(whole.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
  }
}
