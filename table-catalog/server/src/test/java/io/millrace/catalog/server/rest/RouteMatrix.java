package io.millrace.catalog.server.rest;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The table in {@code route-matrix.txt}, as it was written by hand. */
record RouteMatrix(List<Case> cases) {

  /** Who calls. */
  enum Role {
    NOBODY,
    STRANGER,
    USE,
    SELECT,
    MODIFY,
    OWNER,
    SCHEMA_OWNER,
    CATALOG_OWNER,
    MANAGE,
    BROWSE,
    ALL,
    ADMIN,
    DISABLED;

    String word() {
      return name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
    }

    static Role of(String word) {
      return valueOf(word.toUpperCase(java.util.Locale.ROOT).replace('-', '_'));
    }
  }

  /**
   * One call of a route.
   *
   * @param route method and path
   * @param at path and query, with names to be replaced
   * @param expected for each role {@code yes} or a status
   */
  record Case(
      int line, String route, String at, Optional<String> body, Map<Role, String> expected) {
    String method() {
      return route.substring(0, route.indexOf(' '));
    }
  }

  static RouteMatrix read() throws IOException {
    try (InputStream in = RouteMatrix.class.getResourceAsStream("route-matrix.txt")) {
      if (in == null) {
        throw new IllegalStateException("route-matrix.txt is not there");
      }
      return parse(new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList());
    }
  }

  static RouteMatrix parse(List<String> lines) {
    List<Case> cases = new ArrayList<>();
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i);
      if (line.isBlank() || line.startsWith("#")) {
        continue;
      }
      if (line.startsWith(" ")) {
        throw new IllegalStateException("line %d belongs to no route".formatted(i + 1));
      }
      int first = i;
      String at = line.substring(line.indexOf(' ') + 1);
      Optional<String> body = Optional.empty();
      Map<Role, String> expected = new EnumMap<>(Role.class);
      while (i + 1 < lines.size() && lines.get(i + 1).startsWith("  ")) {
        String[] part = lines.get(++i).strip().split("\\s+", 2);
        switch (part[0]) {
          case "at" -> at = part[1];
          case "body" -> body = Optional.of(part[1]);
          case "yes", "400", "401", "403", "404" -> {
            for (String role : part[1].split("\\s+")) {
              if (expected.put(Role.of(role), part[0]) != null) {
                throw new IllegalStateException(
                    "line %d names %s twice".formatted(first + 1, role));
              }
            }
          }
          default -> throw new IllegalStateException("line %d: %s".formatted(i + 1, part[0]));
        }
      }
      for (Role role : Role.values()) {
        if (!expected.containsKey(role)) {
          throw new IllegalStateException(
              "line %d says nothing of %s".formatted(first + 1, role.word()));
        }
      }
      cases.add(new Case(first + 1, line.strip(), at, body, expected));
    }
    return new RouteMatrix(cases);
  }
}
