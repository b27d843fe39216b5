package io.millrace.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What docs/delta.md and docs/faults.md say is there has a test, under the name that they give. */
class TestMatrix {
  private static final Pattern NAMED = Pattern.compile("`(Test\\w+|delta_rs)\\.(\\w+)`");

  private final Path page = Product.home().resolve("docs/delta.md");

  @Test
  void everyTestThatThePageNamesExists() throws IOException {
    List<String> missing = new ArrayList<>();
    Matcher names = NAMED.matcher(Files.readString(page));
    int found = 0;
    while (names.find()) {
      found++;
      if (!exists(names.group(1), names.group(2))) {
        missing.add(names.group());
      }
    }
    assertThat(missing).isEmpty();
    assertThat(found).isGreaterThan(50);
  }

  /** There {@code .method} is one of the class before it, and a class alone all of it. */
  @Test
  void everyTestOfAFaultExists() throws IOException {
    Pattern named = Pattern.compile("`(Test\\w+|\\w+Contract)?(?:\\.(\\w+))?`");
    List<String> missing = new ArrayList<>();
    int rows = 0;
    for (String line : Files.readAllLines(Product.home().resolve("docs/faults.md"))) {
      if (!line.matches("\\| \\d.*")) {
        continue;
      }
      rows++;
      String type = "";
      Matcher names = named.matcher(line.substring(line.lastIndexOf(" | ")));
      while (names.find()) {
        type = names.group(1) == null ? type : names.group(1);
        String source = source(type).map(TestMatrix::text).orElse("");
        String method = names.group(2);
        if (source.isEmpty() || (method != null && !source.contains("void " + method + "("))) {
          missing.add(line.split("\\|")[1].strip() + ": " + type + "." + method);
        }
      }
      if (type.isEmpty()) {
        missing.add(line);
      }
    }
    assertThat(missing).isEmpty();
    assertThat(rows).isGreaterThan(25);
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean exists(String type, String method) throws IOException {
    if (type.equals("delta_rs")) {
      return Files.readString(Product.home().resolve("interop/delta_rs.py"))
          .contains("@check\ndef " + method + "(");
    }
    Optional<Path> source = source(type);
    return source.isPresent()
        && Pattern.compile("(@Test|@ParameterizedTest)\\b[^;{}]*\\bvoid " + method + "\\(")
            .matcher(Files.readString(source.get()))
            .find();
  }

  private static Optional<Path> source(String type) throws IOException {
    for (String module : List.of("interop", "delta-connector", "gateway", "jobs")) {
      try (Stream<Path> files =
          Files.walk(Product.home().resolve(module).resolve("src/test/java"))) {
        Optional<Path> found =
            files.filter(file -> file.getFileName().toString().equals(type + ".java")).findFirst();
        if (found.isPresent()) {
          return found;
        }
      }
    }
    return Optional.empty();
  }

  /** In the tables of our own features, that is before the section about others. */
  @Test
  void everyYesNamesItsTest() throws IOException {
    String ours = Files.readString(page).split("\n## Beside others", 2)[0];
    List<String> bare = new ArrayList<>();
    for (String line : ours.split("\n")) {
      if (line.startsWith("|")) {
        for (String cell : line.split("\\|")) {
          if (cell.strip().startsWith("yes") && !NAMED.matcher(cell).find()) {
            bare.add(line);
          }
        }
      }
    }
    assertThat(bare).isEmpty();
    assertThat(ours).contains("yes: `Test");
  }
}
