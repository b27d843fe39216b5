package io.millrace.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What docs/delta.md says is there has a test, under the name that it gives. */
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
