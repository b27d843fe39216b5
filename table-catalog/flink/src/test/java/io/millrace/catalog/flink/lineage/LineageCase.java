package io.millrace.catalog.flink.lineage;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * A statement and its lineage from {@code statements.txt}: a title after {@code #}, SQL until a
 * line {@code ->}, and the lines of {@link LineageText} until an empty one. A title that ends in
 * {@code [stream]} or {@code [batch]} is for that mode alone.
 */
record LineageCase(String title, boolean stream, boolean batch, String sql, List<String> expected) {

  static List<LineageCase> all() throws IOException {
    List<LineageCase> cases = new ArrayList<>();
    try (BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(
                Objects.requireNonNull(LineageCase.class.getResourceAsStream("statements.txt")),
                StandardCharsets.UTF_8))) {
      List<String> block = new ArrayList<>();
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        if (!line.isBlank()) {
          block.add(line);
        } else if (!block.isEmpty()) {
          cases.add(of(block));
          block.clear();
        }
      }
      if (!block.isEmpty()) {
        cases.add(of(block));
      }
    }
    return cases;
  }

  private static LineageCase of(List<String> block) {
    String title = block.get(0);
    int arrow = block.indexOf("->");
    if (!title.startsWith("# ") || arrow < 2) {
      throw new IllegalArgumentException("no case: " + block);
    }
    return new LineageCase(
        title.substring(2),
        !title.endsWith("[batch]"),
        !title.endsWith("[stream]"),
        String.join("\n", block.subList(1, arrow)),
        List.copyOf(block.subList(arrow + 1, block.size())));
  }
}
