package io.millrace.gateway.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Something that a page of the documentation tells people to type.
 *
 * @param line on which it begins
 */
record PageExample(int line, Kind kind, String text) {
  enum Kind {
    /** Of {@code bin/millrace}. */
    COMMAND,
    /** One statement of Flink SQL. */
    SQL,
    /** Statements of a method. */
    JAVA
  }

  private static final String FENCE = "```";
  private static final String COMMAND = "bin/millrace ";

  /** Before a block that cannot be run, with the reason. */
  private static final String NOT_RUN = "<!-- not run: ";

  /** All of a page, in its order, less the blocks that say of themselves that they are not run. */
  static List<PageExample> of(Path page) throws IOException {
    List<String> lines = Files.readAllLines(page);
    List<PageExample> examples = new ArrayList<>();
    for (int i = 0; i < lines.size(); i++) {
      if (!lines.get(i).startsWith(FENCE)) {
        continue;
      }
      int end = i + 1;
      while (!lines.get(end).equals(FENCE)) {
        end++;
      }
      boolean run = i == 0 || !lines.get(i - 1).startsWith(NOT_RUN);
      if (run && lines.get(i).equals(FENCE + "sql")) {
        // What one block sets is not for the next, which a reader may begin with.
        examples.add(
            new PageExample(i + 1, Kind.SQL, "SET 'execution.runtime-mode' = 'streaming'"));
        statements(lines.subList(i + 1, end), i + 2, examples);
      } else if (run && lines.get(i).equals(FENCE + "java")) {
        examples.add(
            new PageExample(i + 2, Kind.JAVA, String.join("\n", lines.subList(i + 1, end))));
      } else if (run) {
        for (int at = i + 1; at < end; at++) {
          if (lines.get(at).startsWith(COMMAND + "table ")) {
            examples.add(
                new PageExample(at + 1, Kind.COMMAND, lines.get(at).substring(COMMAND.length())));
          }
        }
      }
      i = end;
    }
    return examples;
  }

  /** How many blocks are not run. */
  static long notRun(Path page) throws IOException {
    return Files.readAllLines(page).stream().filter(line -> line.startsWith(NOT_RUN)).count();
  }

  private static void statements(List<String> block, int first, List<PageExample> examples) {
    StringBuilder statement = new StringBuilder();
    int begin = first;
    for (int i = 0; i < block.size(); i++) {
      String line = block.get(i);
      if (line.startsWith("--") || (line.isBlank() && statement.isEmpty())) {
        continue;
      }
      if (statement.isEmpty()) {
        begin = first + i;
      }
      statement.append(line).append('\n');
      if (line.stripTrailing().endsWith(";")) {
        String text = statement.toString().strip();
        examples.add(new PageExample(begin, Kind.SQL, text.substring(0, text.length() - 1)));
        statement.setLength(0);
      }
    }
    if (!statement.toString().isBlank()) {
      throw new AssertionError(
          "the statement of line %d does not end with ';': mark its block with %s… -->"
              .formatted(begin, NOT_RUN));
    }
  }
}
