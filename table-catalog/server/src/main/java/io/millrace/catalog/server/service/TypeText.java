package io.millrace.catalog.server.service;

import java.util.Locale;
import java.util.Map;

/** Types as SQL writes them, written in one way. */
final class TypeText {
  private static final Map<String, String> SYNONYMS =
      Map.of(
          "integer", "int",
          "long", "bigint",
          "short", "smallint",
          "byte", "tinyint",
          "real", "float",
          "dec", "decimal",
          "numeric", "decimal",
          "decimal", "decimal(10,0)");

  private TypeText() {}

  /** The same text for types that are the same: {@code INTEGER} and {@code int}. */
  static String canonical(String type) {
    String text = type.toLowerCase(Locale.ROOT).replaceAll("\\s+", "");
    int open = text.indexOf('(');
    String name = open < 0 ? text : text.substring(0, open);
    String rest = open < 0 ? "" : text.substring(open);
    String known = SYNONYMS.getOrDefault(name, name);
    if (!rest.isEmpty() && known.startsWith("decimal")) {
      return "decimal" + (rest.contains(",") ? rest : rest.replace(")", ",0)"));
    }
    return known.startsWith("decimal") ? "decimal(10,0)" : known + rest;
  }
}
