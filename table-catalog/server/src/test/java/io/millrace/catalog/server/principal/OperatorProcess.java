package io.millrace.catalog.server.principal;

import io.millrace.catalog.MillraceException;
import io.millrace.catalog.server.principal.token.TokenRequest;
import io.millrace.catalog.server.store.StoreSettings;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;

/** Makes a token in a process of its own, as the command line does. */
final class OperatorProcess {
  private OperatorProcess() {}

  /** What it prints: the token, or why there is none. */
  static String run(Path directory, String user) throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                OperatorProcess.class.getName(),
                directory.toString(),
                user)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    return printed;
  }

  public static void main(String[] arguments) {
    try {
      System.out.println(
          OperatorTokens.create(
                  StoreSettings.embedded(Path.of(arguments[0])),
                  TokenRequest.personal(arguments[1], "made by the operator"),
                  Clock.systemUTC())
              .secret()
              .text());
    } catch (MillraceException e) {
      System.out.println(e.getMessage());
    }
  }
}
