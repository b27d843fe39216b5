package io.millrace.interop;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The built product, used as a person uses it: {@code bin/millrace} in a process of its own. */
final class Product {
  private static final Path HOME = Path.of(System.getProperty("millrace.home"));

  private Product() {}

  /** What a command printed, and how it ended. */
  record Ended(int exitCode, String output) {}

  static Ended run(String... arguments) throws IOException, InterruptedException {
    Path output = Files.createTempFile("millrace", ".out");
    try {
      Process process = start(output, arguments);
      if (!process.waitFor(5, TimeUnit.MINUTES)) {
        process.destroyForcibly();
        throw new AssertionError("millrace did not end:\n" + Files.readString(output));
      }
      return new Ended(process.exitValue(), Files.readString(output));
    } finally {
      Files.deleteIfExists(output);
    }
  }

  static Process start(Path output, String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(HOME.resolve("bin/millrace").toString());
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(output.toFile())
        .start();
  }

  static Path home() {
    return HOME;
  }
}
