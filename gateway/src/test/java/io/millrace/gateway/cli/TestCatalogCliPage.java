package io.millrace.gateway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What {@code docs/catalog-cli.md} tells people to type prints what the page says, in the order of
 * the page. {@code …} in it stands for anything, on a line of its own for any lines; how wide a
 * column with such a word is does not matter.
 */
class TestCatalogCliPage {
  private static final Path PAGE = Path.of("../docs/catalog-cli.md");
  private static final Pattern EXAMPLE =
      Pattern.compile("```sh\n(.*?)```\n```text\n(.*?)```\n", Pattern.DOTALL);
  private static final Pattern WORD = Pattern.compile("\"([^\"]*)\"|([^\\s\"]+)");
  private static final String COMMAND = "bin/millrace catalog ";

  @TempDir Path folder;

  @Test
  void everyExamplePrintsWhatThePageSays() throws Exception {
    String page = Files.readString(PAGE);
    int commands = 0;
    try (ServedCatalog catalog = ServedCatalog.start(folder)) {
      catalog.fill();
      Matcher example = EXAMPLE.matcher(page);
      while (example.find()) {
        StringBuilder printed = new StringBuilder();
        for (String line : example.group(1).split("\n")) {
          assertThat(line).startsWith(COMMAND);
          CommandOutput output = catalog.run(words(line.substring(COMMAND.length())));
          printed.append(output.out()).append(output.err());
          commands++;
        }
        assertThat(spaced(printed.toString())).matches(pattern(example.group(2)));
      }
    }
    assertThat(commands)
        .isGreaterThan(20)
        .isEqualTo(page.lines().filter(line -> line.startsWith(COMMAND)).count());
  }

  /** As a shell parts them. */
  private static String[] words(String line) {
    List<String> words = new ArrayList<>();
    Matcher word = WORD.matcher(line);
    int end = 0;
    while (word.find()) {
      String text = word.group(1) == null ? word.group(2) : word.group(1);
      if (word.start() == end && !words.isEmpty()) {
        words.set(words.size() - 1, words.get(words.size() - 1) + text);
      } else {
        words.add(text);
      }
      end = word.end();
    }
    return words.toArray(String[]::new);
  }

  private static String spaced(String text) {
    return text.lines()
        .map(line -> line.strip().replaceAll(" +", " "))
        .collect(Collectors.joining("\n", "", "\n"));
  }

  private static Pattern pattern(String expected) {
    return Pattern.compile(
        spaced(expected)
            .lines()
            .map(
                line ->
                    line.equals("…")
                        ? "(.*\n)*?"
                        : Arrays.stream(line.split("…", -1))
                                .map(Pattern::quote)
                                .collect(Collectors.joining(".*"))
                            + "\n")
            .collect(Collectors.joining()));
  }
}
