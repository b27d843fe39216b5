package io.millrace.catalog.flink;

import static java.util.Objects.requireNonNull;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.catalog.access.SecurableType;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.table.catalog.ObjectPath;

/**
 * Names here and on the server, where the catalog may have another one. Immutable.
 *
 * @param here what the session calls the catalog
 * @param there what the server calls it
 * @param defaultDatabase schema of what is named without one
 */
record CatalogNames(String here, String there, String defaultDatabase) {
  CatalogNames {
    requireNonNull(here, "here is null");
    requireNonNull(there, "there is null");
    requireNonNull(defaultDatabase, "defaultDatabase is null");
  }

  /**
   * Whether something can have such a name at all. The planner looks for all kinds of names in the
   * current catalog, and a dot in one would name something else.
   */
  static boolean isPossible(String name) {
    return !name.isBlank() && name.chars().noneMatch(c -> c == '.' || c == '/' || c < ' ');
  }

  static boolean isPossible(ObjectPath path) {
    return isPossible(path.getDatabaseName()) && isPossible(path.getObjectName());
  }

  String schema(String database) {
    return there + "." + database;
  }

  String full(ObjectPath path) {
    return there + "." + path.getDatabaseName() + "." + path.getObjectName();
  }

  /**
   * A table that a procedure names: {@code table}, {@code database.table} or with the catalog.
   *
   * @throws MillraceException OPTION_INVALID
   */
  ObjectPath table(String text) {
    List<String> parts = parts(text);
    if (parts.size() == 3 && isOurs(parts.get(0))) {
      parts = parts.subList(1, 3);
    }
    if (parts.size() > 2) {
      throw invalid(text, "table, schema.table or %s.schema.table".formatted(here));
    }
    return parts.size() == 2
        ? new ObjectPath(parts.get(0), parts.get(1))
        : new ObjectPath(defaultDatabase, parts.get(0));
  }

  /**
   * Full name of what privileges are on. What is in a schema may be named without the catalog, and
   * without the schema if that is the default one; of what is in no catalog it is the name.
   *
   * @throws MillraceException OPTION_INVALID
   */
  String securable(SecurableType type, String text) {
    if (!type.isContained()) {
      return type == SecurableType.CATALOG && (text.isBlank() || isOurs(text)) ? there : text;
    }
    if (type == SecurableType.SCHEMA) {
      List<String> parts = parts(text);
      if (parts.size() == 1) {
        return schema(parts.get(0));
      }
      if (parts.size() == 2 && isOurs(parts.get(0))) {
        return schema(parts.get(1));
      }
      throw invalid(text, "schema or %s.schema".formatted(here));
    }
    return full(table(text));
  }

  private boolean isOurs(String catalog) {
    return catalog.equals(here) || catalog.equalsIgnoreCase(there);
  }

  private static List<String> parts(String text) {
    List<String> parts = new ArrayList<>();
    for (String part : text.split("\\.", -1)) {
      String name = part.strip();
      parts.add(
          name.length() > 1 && name.startsWith("`") && name.endsWith("`")
              ? name.substring(1, name.length() - 1)
              : name);
    }
    if (!parts.stream().allMatch(CatalogNames::isPossible)) {
      throw invalid(text, "schema.table");
    }
    return parts;
  }

  private static MillraceException invalid(String text, String form) {
    return new MillraceException(
        ErrorCode.OPTION_INVALID,
        "'%s' names nothing in this catalog".formatted(text),
        "write it like " + form);
  }
}
