package io.millrace.catalog.lineage;

import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The name of a table, view, function or model as the engine resolved it: catalog, schema and name;
 * a function of the system or of the session has its name alone.
 *
 * @param parts one to three, none of them empty
 */
public record ObjectName(List<String> parts) implements Comparable<ObjectName> {
  private static final Pattern PLAIN = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

  public ObjectName {
    parts = List.copyOf(parts);
    if (parts.isEmpty() || parts.size() > 3 || parts.contains("")) {
      throw new IllegalArgumentException("name has parts " + parts + ", expected one to three");
    }
  }

  public static ObjectName of(String... parts) {
    return new ObjectName(List.of(parts));
  }

  /** The last part. */
  public String name() {
    return parts.get(parts.size() - 1);
  }

  @Override
  public int compareTo(ObjectName other) {
    return toString().compareTo(other.toString());
  }

  /** As SQL has it: parts joined by dots, those that are no plain identifiers in backquotes. */
  @Override
  public String toString() {
    return parts.stream().map(ObjectName::quoted).collect(Collectors.joining("."));
  }

  static String quoted(String part) {
    return PLAIN.matcher(part).matches() ? part : "`" + part.replace("`", "``") + "`";
  }
}
