package io.millrace.jobs.project;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.jobs.language.Problem;
import io.millrace.jobs.language.ProjectException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Files that were valid before a cat walked over the keyboard: they load, or it is said where they
 * do not. Never anything else.
 */
class TestLanguageFuzz {
  /** Of each project; {@code -Dmillrace.fuzz.mutants=100000} looks longer. */
  private static final int MUTANTS = Integer.getInteger("millrace.fuzz.mutants", 250);

  private static final String SECRET = "Hunter2Hunter2";

  private static final List<String> WORDS =
      List.of(
          "CREATE",
          "OR REFRESH",
          "STREAMING TABLE",
          "AS",
          "SELECT",
          "FROM",
          "STREAM",
          "STREAM(x)",
          "read_kafka(",
          "read_files('x')",
          "LIVE.",
          "CONSTRAINT",
          "EXPECT (",
          "PRIMARY KEY",
          "(",
          ")",
          "<",
          ">",
          ",",
          ";",
          "'",
          "''",
          "`",
          "\"",
          "--",
          "/*",
          "*/",
          "//",
          "${",
          "${topic}",
          "${nothing}",
          "}",
          ".",
          "=>",
          "=",
          "NULL",
          "1e9",
          "0x",
          "\u0000",
          "\uD83D\uDE80",
          "\uD83D",
          "\t",
          "\r",
          "\n",
          " ",
          ":",
          "- ",
          "{",
          "}",
          "[",
          "&a",
          "*a",
          "!!x",
          "name:",
          "#",
          "@",
          "?",
          "CASE",
          "[",
          "ARRAY<ROW<",
          "INTERVAL '1' DAY",
          "TBLPROPERTIES ('",
          "WITH x AS (",
          "UNION",
          "U&'\\00'",
          "_utf8'x'",
          "x'0'",
          "DATE 'z'",
          "{d 'x'}",
          "\u00A0",
          "\u2028",
          "e'");

  @TempDir Path folder;

  @Test
  void mutantsOfTheOrdersProjectLoadOrSayWhereNot() throws IOException {
    mutate("orders", 20260101L, Map.of("bootstrap", SECRET, "topic", "orders"));
  }

  @Test
  void mutantsOfTheFlightsProjectLoadOrSayWhereNot() throws IOException {
    mutate("flights", 20260102L, Map.of("bootstrap", SECRET, "topic", "flights"));
  }

  private void mutate(String project, long seed, Map<String, String> set) throws IOException {
    Path original = Path.of(System.getProperty("millrace.home"), "sql", project);
    List<String> names =
        List.of(
            "pipeline.yml",
            "transformations/10_bronze.sql",
            "transformations/20_silver.sql",
            "transformations/30_gold.sql");
    Files.createDirectories(folder.resolve("transformations"));
    for (String name : names) {
      Files.copy(original.resolve(name), folder.resolve(name));
    }
    Random random = new Random(seed);
    int refused = 0;
    for (int i = 0; i < MUTANTS; i++) {
      String name = names.get(random.nextInt(names.size()));
      byte[] valid = Files.readAllBytes(original.resolve(name));
      byte[] mutant = mutant(random, valid);
      Files.write(folder.resolve(name), mutant);
      try {
        PipelineGraph.of(Project.load(folder, set)).toJson(Map.of());
      } catch (ProjectException e) {
        refused++;
        assertThat(e.problems()).isNotEmpty();
        for (Problem problem : e.problems()) {
          boolean unused = problem.message().startsWith("--set ");
          assertThat(problem.position() != null || unused)
              .as("mutant %d of %s: %s", i, name, problem)
              .isTrue();
        }
        assertThat(e.getMessage()).doesNotContain(SECRET);
      } catch (Throwable e) {
        String text = new String(mutant, StandardCharsets.UTF_8);
        throw new AssertionError("mutant " + i + " of " + name + ":\n" + text, e);
      }
      Files.write(folder.resolve(name), valid);
    }
    // A cat does damage; a language that accepts nearly everything would be none.
    assertThat(refused).isBetween(MUTANTS / 2, MUTANTS - 1);
  }

  private static byte[] mutant(Random random, byte[] valid) {
    String text = new String(valid, StandardCharsets.UTF_8);
    int changes = 1 + random.nextInt(3);
    for (int i = 0; i < changes && !text.isEmpty(); i++) {
      int at = random.nextInt(text.length());
      int end = Math.min(text.length(), at + 1 + random.nextInt(12));
      String word = WORDS.get(random.nextInt(WORDS.size()));
      text =
          switch (random.nextInt(6)) {
            case 0 -> text.substring(0, at) + text.substring(end);
            case 1 -> text.substring(0, at) + word + text.substring(at);
            case 2 -> text.substring(0, at) + word + text.substring(end);
            case 3 ->
                text.substring(0, at) + text.substring(at, end).repeat(2) + text.substring(end);
            case 4 -> text.substring(0, at);
            default -> text.substring(0, at) + (char) random.nextInt(256) + text.substring(at + 1);
          };
    }
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    if (bytes.length > 0 && random.nextInt(20) == 0) {
      bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
    }
    return bytes;
  }
}
