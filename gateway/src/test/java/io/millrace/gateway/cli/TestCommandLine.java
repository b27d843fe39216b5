package io.millrace.gateway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.catalog.ErrorCode;
import io.millrace.gateway.Golden;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class TestCommandLine {
  @TempDir Path directory;

  @Test
  void everyCommandExplainsItself() {
    walk(Millrace.commandLine(console()), "millrace");
  }

  private void walk(CommandLine command, String name) {
    Golden.assertMatches(
        "cli/" + name.replace(' ', '-') + ".txt",
        command.getUsageMessage(CommandLine.Help.Ansi.OFF));
    command.getSubcommands().forEach((sub, line) -> walk(line, name + " " + sub));
  }

  @Test
  void everyCommandThatDoesSomethingHasExamples() {
    assertExamples(Millrace.commandLine(console()));
  }

  private void assertExamples(CommandLine command) {
    if (command.getSubcommands().isEmpty()) {
      assertThat(String.join("\n", command.getCommandSpec().usageMessage().footer()))
          .as(command.getCommandSpec().qualifiedName())
          .contains("Examples:\n  millrace ");
    }
    command.getSubcommands().values().forEach(this::assertExamples);
  }

  @Test
  void everyExitCodeOfAnErrorIsDocumented() {
    String help = Millrace.commandLine(console()).getUsageMessage(CommandLine.Help.Ansi.OFF);
    for (ErrorCode code : ErrorCode.values()) {
      assertThat(help).as(code.name()).containsPattern("(?m)^  " + code.exitCode() + " ");
    }
  }

  @Test
  void helpGoesToStandardOutputAndSucceeds() {
    CommandOutput output = CommandOutput.of("status", "--help");
    assertThat(output.exitCode()).isZero();
    assertThat(output.out()).startsWith("Show the platform and its pipelines");
    assertThat(output.err()).isEmpty();
  }

  @Test
  void aMisspeltCommandIsAnsweredWithTheRightOne() {
    CommandOutput output = CommandOutput.of("satus");
    assertThat(output.exitCode()).isEqualTo(2);
    assertThat(output.err())
        .isEqualTo(
            "error: OPTION_INVALID: Unmatched argument at index 0: 'satus'\n"
                + "  remedy: did you mean status or catalog? else see millrace --help\n");
  }

  @Test
  void aMisspeltOptionIsAnsweredWithTheRightOne() {
    CommandOutput output = CommandOutput.of("up", "--kafka-prot=1");
    assertThat(output.exitCode()).isEqualTo(2);
    assertThat(output.err())
        .isEqualTo(
            "error: OPTION_INVALID: Unknown option: '--kafka-prot=1'\n"
                + "  remedy: did you mean --kafka-port? else see millrace up --help\n");
  }

  @Test
  void noCommandIsAnError() {
    CommandOutput output = CommandOutput.of();
    assertThat(output.exitCode()).isEqualTo(2);
    assertThat(output.err())
        .isEqualTo("error: OPTION_INVALID: Missing a command\n  remedy: see millrace --help\n");
  }

  @Test
  void aGroupNamesItsCommands() {
    assertThat(CommandOutput.of("pipeline").err())
        .isEqualTo(
            "error: OPTION_INVALID: Missing a command: one of validate, run\n"
                + "  remedy: see millrace pipeline --help\n");
  }

  @Test
  void aPortThatIsNoneIsRefused() {
    CommandOutput output = CommandOutput.of("up", "--dir", directory.toString(), "--port=70000");
    assertThat(output.exitCode()).isEqualTo(2);
    assertThat(output.err())
        .isEqualTo(
            "error: OPTION_INVALID: --port is 70000\n"
                + "  remedy: give a number from 1 to 65535, or 0 for any free port\n");
  }

  @Test
  void twoPartsCannotShareAPort() {
    CommandOutput output = CommandOutput.of("up", "--flink-port=9092");
    assertThat(output.exitCode()).isEqualTo(2);
    assertThat(output.err()).startsWith("error: OPTION_INVALID: --flink-port and --kafka-port are");
  }

  @Test
  void aHeapThatIsNoneIsRefused() {
    CommandOutput output = CommandOutput.of("up", "--heap", "lots");
    assertThat(output.exitCode()).isEqualTo(2);
    assertThat(output.err())
        .isEqualTo(
            "error: OPTION_INVALID: Invalid value for option '--heap': 'lots' is no size like 1500m"
                + " or 4g\n"
                + "  remedy: see millrace up --help\n");
  }

  @Test
  void downWithoutUpSaysWhere() {
    CommandOutput output = CommandOutput.of("down", "--dir", directory.toString());
    assertThat(output.exitCode()).isEqualTo(5);
    assertThat(output.err())
        .isEqualTo(
            "error: NOT_RUNNING: no platform runs on "
                + directory
                + "\n  remedy: name the directory of the one to stop with --dir\n");
  }

  @Test
  void aProgramGetsItsErrorsAsJson() throws Exception {
    CommandOutput output = CommandOutput.of("down", "--json", "--dir", directory.toString());
    assertThat(output.exitCode()).isEqualTo(5);
    assertThat(output.err()).isEmpty();
    JsonNode error = new ObjectMapper().readTree(output.out()).path("error");
    assertThat(error.path("code").asText()).isEqualTo("NOT_RUNNING");
    assertThat(error.path("exit_code").asInt()).isEqualTo(5);
    assertThat(error.path("problem").asText()).isEqualTo("no platform runs on " + directory);
  }

  @Test
  void aProgramGetsItsUsageErrorsAsJsonToo() throws Exception {
    CommandOutput output = CommandOutput.of("down", "--json", "--nonsense");
    assertThat(output.exitCode()).isEqualTo(2);
    assertThat(new ObjectMapper().readTree(output.out()).path("error").path("code").asText())
        .isEqualTo("OPTION_INVALID");
  }

  @Test
  void whatNobodyForesawIsShortAndAsksForAReport() {
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Console console = console(new ByteArrayOutputStream(), err);
    int exitCode = new ErrorReport(console).report(new IllegalStateException("boom"), false, false);
    assertThat(exitCode).isEqualTo(1);
    assertThat(err.toString(StandardCharsets.UTF_8))
        .startsWith(
            "error: UNEXPECTED: java.lang.IllegalStateException: boom\n"
                + "  remedy: this is a fault of Millrace: please report it with ")
        .doesNotContain("\tat ");
  }

  @Test
  void verboseShowsTheStackTrace() {
    assertThat(CommandOutput.of("down", "--verbose", "--dir", directory.toString()).err())
        .contains("\tat io.millrace.gateway.cli.DownCommand.call(");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "0s", "-1s", "10", "1d", "s", "1.5s", "9999999999s"})
  void aLengthOfTimeNeedsNumberAndUnit(String text) {
    CommandOutput output = CommandOutput.of("down", "--timeout", text);
    assertThat(output.exitCode()).isEqualTo(2);
    assertThat(output.err()).contains("'" + text + "' is no length of time; write it like 500ms");
  }

  @Test
  void lengthsOfTimeAreRead() {
    DurationOption option = new DurationOption();
    assertThat(List.of("500ms", "10s", "10 s", "2m", "2min", "1h").stream().map(option::convert))
        .containsExactly(
            Duration.ofMillis(500),
            Duration.ofSeconds(10),
            Duration.ofSeconds(10),
            Duration.ofMinutes(2),
            Duration.ofMinutes(2),
            Duration.ofHours(1));
  }

  private static Console console() {
    return console(new ByteArrayOutputStream(), new ByteArrayOutputStream());
  }

  private static Console console(ByteArrayOutputStream out, ByteArrayOutputStream err) {
    return new Console(
        new PrintStream(out, true, StandardCharsets.UTF_8),
        new PrintStream(err, true, StandardCharsets.UTF_8),
        false);
  }
}
