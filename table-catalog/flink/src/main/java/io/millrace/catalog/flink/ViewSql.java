package io.millrace.catalog.flink;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * The names in a query whose names are all written in full, as Flink expands a view's query. Found
 * by reading words: a plugin has no planner. Strings and comments are skipped.
 */
final class ViewSql {
  private static final int FULL_NAME_PARTS = 3;

  private final String sql;
  private final List<Name> names = new ArrayList<>();
  private int at;

  private ViewSql(String sql) {
    this.sql = sql;
  }

  /**
   * Something with dots between at least three parts.
   *
   * @param catalogStart where its first part begins in the query
   * @param catalogEnd where the first part ends
   * @param called whether a parenthesis follows, as after the name of a function
   */
  record Name(
      int catalogStart,
      int catalogEnd,
      String catalog,
      String schema,
      String object,
      boolean called) {}

  /** What may be full names: columns of rows in columns look the same. */
  static List<Name> names(String sql) {
    ViewSql reader = new ViewSql(sql);
    reader.read();
    return reader.names;
  }

  /** The query with other names of catalogs. */
  static String withCatalogs(String sql, Function<String, String> renamed) {
    StringBuilder changed = new StringBuilder();
    int copied = 0;
    for (Name name : names(sql)) {
      String wanted = renamed.apply(name.catalog());
      if (!wanted.equals(name.catalog())) {
        changed.append(sql, copied, name.catalogStart());
        changed.append('`').append(wanted.replace("`", "``")).append('`');
        copied = name.catalogEnd();
      }
    }
    return changed.append(sql, copied, sql.length()).toString();
  }

  private void read() {
    while (at < sql.length()) {
      char c = sql.charAt(at);
      if (c == '\'') {
        skipString();
      } else if (sql.startsWith("--", at)) {
        skipUntil("\n");
      } else if (sql.startsWith("/*", at)) {
        skipUntil("*/");
      } else if (c == '`' || isWordStart(c)) {
        chain();
      } else if (Character.isDigit(c)) {
        skipWord();
      } else {
        at++;
      }
    }
  }

  private void chain() {
    List<String> parts = new ArrayList<>();
    int start = at;
    parts.add(part());
    int end = at;
    while (true) {
      int before = at;
      skipBlanks();
      if (at >= sql.length() || sql.charAt(at) != '.') {
        boolean called = at < sql.length() && sql.charAt(at) == '(';
        if (parts.size() >= FULL_NAME_PARTS) {
          names.add(new Name(start, end, parts.get(0), parts.get(1), parts.get(2), called));
        }
        at = before;
        return;
      }
      at++;
      skipBlanks();
      if (at >= sql.length() || !(sql.charAt(at) == '`' || isWordStart(sql.charAt(at)))) {
        return;
      }
      parts.add(part());
    }
  }

  private String part() {
    if (sql.charAt(at) != '`') {
      int from = at;
      skipWord();
      return sql.substring(from, at);
    }
    StringBuilder name = new StringBuilder();
    at++;
    while (at < sql.length()) {
      char c = sql.charAt(at++);
      if (c != '`') {
        name.append(c);
      } else if (at < sql.length() && sql.charAt(at) == '`') {
        name.append(c);
        at++;
      } else {
        break;
      }
    }
    return name.toString();
  }

  private static boolean isWordStart(char c) {
    return Character.isLetter(c) || c == '_';
  }

  private void skipWord() {
    while (at < sql.length()
        && (Character.isLetterOrDigit(sql.charAt(at))
            || sql.charAt(at) == '_'
            || sql.charAt(at) == '$')) {
      at++;
    }
  }

  private void skipBlanks() {
    while (at < sql.length() && Character.isWhitespace(sql.charAt(at))) {
      at++;
    }
  }

  /** A quote in a string is written twice, which reads as two strings. */
  private void skipString() {
    int end = sql.indexOf('\'', at + 1);
    at = end < 0 ? sql.length() : end + 1;
  }

  private void skipUntil(String end) {
    int found = sql.indexOf(end, at + 2);
    at = found < 0 ? sql.length() : found + end.length();
  }
}
